import type { KubeObject } from '@mesitis/kube';
import { adviceFor } from './advice.js';
import { age } from './age.js';
import type { RecentEvent } from './events.js';
import { byName, nameOf, textAt } from './objects.js';
import { requestedOffering, secretNameOf } from './service-catalog.js';
import { brokersWords, conditionsOf, stateOf, stateWord, type Condition } from './state.js';
import type { Look } from './status-table.js';
import { wrapWords } from './wrap-words.js';

/** What `status INSTANCE` knows about a Secret: its keys, that it isn't there, or that nobody may look. */
export type SecretFinding = { kind: 'found'; keys: string[] } | { kind: 'missing' } | { kind: 'hidden' };

/** An instance with all that belongs to it. */
export interface InstanceStory {
  instance: KubeObject;
  bindings: readonly KubeObject[];
  /** By name of the Secret. */
  secrets: ReadonlyMap<string, SecretFinding>;
  /** By uid of the instance or binding, the newest first. */
  events: ReadonlyMap<string, RecentEvent[]>;
}

/** A line of the tree with the lines below it. */
interface Branch {
  text: string;
  children: Branch[];
}

/** The instance, its bindings and their Secrets as a tree, and under it what to do next. */
export function statusTree(story: InstanceStory, look: Look): string {
  const { instance } = story;
  const { strong, faint } = look.colors;
  const bindings = story.bindings.toSorted(byName);
  const root: Branch = {
    text: `${strong(nameOf(instance))} ${faint(`instance in ${instance.metadata.namespace ?? ''}, ${age(instance.metadata.creationTimestamp, look.now)} old`)}`,
    children: [
      leaf(`offering ${requestedOffering(instance)}`),
      ...conditionLeaves(instance, look),
      ...lastOperation(instance),
      ...eventLeaves(instance, story, look),
      ...bindings.map((binding) => bindingBranch(binding, story, look)),
    ],
  };
  const lines = [...draw(root, look.width), '', ...wrapWords(whatToDo(story), look.width)];
  return lines.map((line) => `${line}\n`).join('');
}

function bindingBranch(binding: KubeObject, story: InstanceStory, look: Look): Branch {
  const secretName = secretNameOf(binding);
  return {
    text: `binding ${look.colors.strong(nameOf(binding))}`,
    children: [
      ...conditionLeaves(binding, look),
      ...eventLeaves(binding, story, look),
      leaf(`Secret ${secretName}: ${secretText(story.secrets.get(secretName))}`),
    ],
  };
}

function secretText(finding: SecretFinding | undefined): string {
  switch (finding?.kind) {
    case 'found':
      return finding.keys.join(', ');
    case 'hidden':
      return '(you may not read it)';
    case 'missing':
    case undefined:
      return '(not there)';
  }
}

function conditionLeaves(object: KubeObject, look: Look): Branch[] {
  const state = stateOf(object);
  const conditions = conditionsOf(object);
  if (conditions.length === 0) return [leaf(look.colors.state(state.kind, stateWord(state)))];
  return conditions.map((condition) => leaf(conditionLine(toldOnce(condition, conditions), object, look)));
}

/** What happened lately, as far as the conditions don't say it. */
function eventLeaves(object: KubeObject, { events }: InstanceStory, { colors, now }: Look): Branch[] {
  const recent = events.get(object.metadata.uid ?? '') ?? [];
  return recent.map(({ warning, reason, message, count, at }) => {
    const head = warning ? colors.state('pending', `Event ${reason}`) : colors.faint(`Event ${reason}`);
    const times = count > 1 ? `, ${count} times` : '';
    return leaf(`${head}: ${message}${colors.faint(` (${age(at, now)} ago${times})`)}`);
  });
}

/** A final failure is reported by `Ready` and by `Failed` in the same words; these stay with `Failed`. */
function toldOnce(condition: Condition, conditions: readonly Condition[]): Condition {
  const repeated = conditions.some(
    ({ type, message }) => type === 'Failed' && condition.type !== 'Failed' && message === condition.message,
  );
  return repeated ? { ...condition, message: '' } : condition;
}

function conditionLine(condition: Condition, object: KubeObject, { colors, now }: Look): string {
  const { type, status, reason, message, lastTransitionTime } = condition;
  const words = brokersWords(message);
  const head = colors.state(stateOf(object).kind, `${type}=${status}`);
  const text = words === '' ? reason : `${reason}: ${words}`;
  return `${head} ${text}${lastTransitionTime === undefined ? '' : colors.faint(` (${age(lastTransitionTime, now)} ago)`)}`;
}

/** What the platform is doing right now, if anything. The broker's own operation token means nothing to a person. */
function lastOperation(instance: KubeObject): Branch[] {
  const operation = textAt(instance['status'], 'currentOperation');
  return operation === undefined ? [] : [leaf(`operation in progress: ${operation}`)];
}

/** The next step, one sentence. The instance's trouble goes before its bindings'. */
function whatToDo({ instance, bindings, secrets }: InstanceStory): string {
  const name = nameOf(instance);
  const state = stateOf(instance);
  const trouble = adviceFor({ kind: 'instance', name }, state);
  if (trouble !== undefined) return capitalized(`${trouble}.`);
  for (const binding of bindings) {
    const advice = adviceFor({ kind: 'binding', name: nameOf(binding) }, stateOf(binding));
    if (advice !== undefined) return `Binding ${nameOf(binding)}: ${advice}.`;
  }
  const [first] = bindings;
  if (first === undefined) return `Ready, and not bound yet: kubectl mesitis bind ${name}`;
  const lost = bindings.find((binding) => secrets.get(secretNameOf(binding))?.kind === 'missing');
  if (lost !== undefined) {
    return `The Secret of binding ${nameOf(lost)} is gone: kubectl mesitis unbind ${nameOf(lost)}, then bind again.`;
  }
  return `All is well. Read the Secret: kubectl mesitis secret ${nameOf(first)}`;
}

function leaf(text: string): Branch {
  return { text, children: [] };
}

/** The lines of a branch and what is below it; long ones are broken under their own beginning. */
function draw({ text, children }: Branch, width: number | undefined): string[] {
  const room = width === undefined ? undefined : Math.max(20, width - 3);
  const [first = '', ...more] = wrapWords(text, width);
  const below = children.flatMap((child, index) => {
    const [fork, stem] = index === children.length - 1 ? ['└─ ', '   '] : ['├─ ', '│  '];
    return draw(child, room).map((line, row) => `${row === 0 ? fork : stem}${line}`);
  });
  return [first, ...more.map((line) => (children.length === 0 ? line : `│  ${line}`)), ...below];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
