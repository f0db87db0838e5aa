import { commandOutlines, type CommandOutline } from '../../commands/outlines.js';
import type { Cluster, PluginContext } from '../../context.js';
import { connectOptions } from '../connect-options.js';
import { plainLine } from '../plain-text.js';
import {
  bindingCandidates,
  eitherCandidates,
  instanceCandidates,
  keyCandidates,
  kubeconfigNames,
  namespaceCandidates,
  offeringCandidates,
  parameterCandidates,
  type Candidate,
  type Source,
} from './candidates.js';
import { readTypedWords, type FlagShape, type TypedWords, type Wanted } from './typed-words.js';

/** Bits of the last line (cobra's ShellCompDirective). */
const DIRECTIVE = { files: 0, noSpace: 2, noFiles: 4 } as const;

/** Someone who waits for a list of names has typed the name by then. */
const LIMIT_MS = 1000;

interface Completion {
  candidates: Candidate[];
  directive: number;
}

const NOTHING: Completion = { candidates: [], directive: DIRECTIVE.noFiles };

/**
 * Answers kubectl, which asks a plugin's `kubectl_complete-NAME` with the words that were typed behind the plugin's name:
 * a candidate a line, with a tab before a description, and cobra's directive in the last line. Never fails: who presses
 * the tab key wants no error between the words.
 */
export async function complete(words: readonly string[], context: PluginContext): Promise<string> {
  const outlines = await commandOutlines();
  const signal = AbortSignal.timeout(LIMIT_MS);
  const late = new Promise<Completion>((resolve) => {
    signal.addEventListener('abort', () => resolve(NOTHING));
  });
  const found = await Promise.race([completion(words, outlines, context).catch(() => NOTHING), late]);
  const prefix = prefixOf(words);
  const lines = found.candidates
    .filter(({ value }) => value.startsWith(prefix))
    .map(({ value, description }) =>
      description === undefined || description === '' ? value : `${value}\t${plainLine(description)}`,
    );
  return [...lines, `:${found.directive}`, ''].join('\n');
}

/** In `--flag=value` the shell completes the value alone. */
function prefixOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return last.startsWith('-') ? last.replace(/^--[a-z-]+=/, '') : last;
}

async function completion(
  words: readonly string[],
  outlines: readonly CommandOutline[],
  context: PluginContext,
): Promise<Completion> {
  const [id = '', ...rest] = words;
  if (rest.length === 0) {
    const candidates = outlines.map(({ id: value, summary = '' }) => ({ value, description: summary }));
    return { candidates, directive: DIRECTIVE.noFiles };
  }
  const outline = outlines.find((each) => each.id === id);
  if (outline === undefined) return NOTHING;
  const flags: Record<string, FlagShape> = outline.flags;
  const typed = readTypedWords(rest, flags);
  const { wanted } = typed;
  switch (wanted.kind) {
    case 'foreign':
      return { candidates: [], directive: DIRECTIVE.files };
    case 'flag':
      return { candidates: flagCandidates(flags), directive: DIRECTIVE.noFiles };
    case 'value':
      return valueCompletion(wanted, { typed, flags, context });
    case 'argument':
      return argumentCompletion(id, wanted, typed, context);
  }
}

function flagCandidates(flags: Readonly<Record<string, FlagShape>>): Candidate[] {
  return Object.entries(flags).flatMap(([name, { summary = '', allowNo = false }]) => [
    { value: `--${name}`, description: summary },
    ...(allowNo ? [{ value: `--no-${name}`, description: `don't ${summary}` }] : []),
  ]);
}

async function valueCompletion(
  { flag, prefix }: Extract<Wanted, { kind: 'value' }>,
  {
    typed,
    flags,
    context,
  }: { typed: TypedWords; flags: Readonly<Record<string, FlagShape>>; context: PluginContext },
): Promise<Completion> {
  const options = flags[flag]?.options;
  if (options !== undefined) return plain(options.map((value) => ({ value })));
  switch (flag) {
    case 'namespace':
      return plain(await live(typed, context, namespaceCandidates));
    case 'context':
    case 'cluster':
    case 'user': {
      const files = await context.readKubeconfigs(typed.values['kubeconfig']?.at(-1));
      return plain(kubeconfigNames(files, `${flag}s`));
    }
    case 'kubeconfig':
    case 'params-file':
      return { candidates: [], directive: DIRECTIVE.files };
    case 'parameter':
      return parameterCompletion(prefix, typed, context);
    default:
      return NOTHING;
  }
}

/** A key, and no blank after it; behind the equals sign its choices. */
async function parameterCompletion(
  prefix: string,
  typed: TypedWords,
  context: PluginContext,
): Promise<Completion> {
  const [offering] = typed.args;
  if (offering === undefined) return NOTHING;
  const candidates = await live(typed, context, (source) => parameterCandidates(source, offering, prefix));
  return { candidates, directive: DIRECTIVE.noFiles | (prefix.includes('=') ? 0 : DIRECTIVE.noSpace) };
}

type Finder = (source: Source, prefix: string) => Promise<Candidate[]>;

/** What stands at the first position of each command's arguments. */
const FIRST_ARGUMENT: Partial<Record<string, Finder>> = {
  bind: instanceCandidates,
  catalog: offeringCandidates,
  consumers: offeringCandidates,
  deprovision: instanceCandidates,
  provision: offeringCandidates,
  rotate: bindingCandidates,
  secret: bindingCandidates,
  status: eitherCandidates,
  unbind: bindingCandidates,
  upgrade: instanceCandidates,
  wait: eitherCandidates,
};

async function argumentCompletion(
  id: string,
  { position, prefix }: Extract<Wanted, { kind: 'argument' }>,
  typed: TypedWords,
  context: PluginContext,
): Promise<Completion> {
  if (id === 'lint') return { candidates: [], directive: DIRECTIVE.files };
  if (id === 'explain' && position === 0) {
    const { everyTopic } = await import('../explain-topic.js');
    return plain((await everyTopic()).map(({ name, meaning }) => ({ value: name, description: meaning })));
  }
  const [binding] = typed.args;
  if (id === 'secret' && position === 1 && binding !== undefined) {
    return plain(await live(typed, context, (source) => keyCandidates(source, binding)));
  }
  const finder = position === 0 ? FIRST_ARGUMENT[id] : undefined;
  return finder === undefined
    ? NOTHING
    : plain(await live(typed, context, (source) => finder(source, prefix)));
}

function plain(candidates: Candidate[]): Completion {
  return { candidates, directive: DIRECTIVE.noFiles };
}

/** Asks the cluster that the words so far choose. */
async function live(
  { values }: TypedWords,
  context: PluginContext,
  find: (source: Source) => Promise<Candidate[]>,
): Promise<Candidate[]> {
  const last = Object.fromEntries(Object.entries(values).map(([name, given]) => [name, given.at(-1)]));
  const options = connectOptions({
    ...last,
    'as-group': values['as-group'],
    'insecure-skip-tls-verify': last['insecure-skip-tls-verify'] === 'true',
  });
  const cluster: Cluster = await context.connect({ ...options, timeoutMs: LIMIT_MS });
  try {
    return await find({ cluster, namespace: last['namespace'] ?? cluster.defaultNamespace });
  } finally {
    cluster.close();
  }
}
