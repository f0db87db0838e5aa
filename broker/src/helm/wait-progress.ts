/** The line that helm logs while it waits, e.g. `msg="waiting for resource" namespace=a name=b kind=Deployment …`. */
const WAITING = /^level=DEBUG msg="waiting for resource" (.*)$/;

/** What the states of an object mean to people (kstatus, the library that helm judges by). */
const STATES: Readonly<Record<string, string>> = {
  InProgress: 'in progress',
  Unknown: 'not seen yet',
  Terminating: 'going away',
  NotFound: 'gone',
  Current: 'still there',
  Failed: 'failed',
};

/** What helm waits for, fit for users ("Deployment api-ns/db: in progress"); undefined for any other line. */
export function waitProgress(line: string): string | undefined {
  const [, text] = WAITING.exec(line) ?? [];
  if (text === undefined) return undefined;
  const field = (name: string): string => new RegExp(`(?:^| )${name}=(\\S+)`).exec(text)?.[1] ?? '';
  const namespace = field('namespace');
  const state = field('actualStatus');
  const object = `${field('kind')} ${namespace === '""' || namespace === '' ? '' : `${namespace}/`}${field('name')}`;
  return `${object}: ${STATES[state] ?? state}`;
}
