import type { Space, Token } from './vault-state.js';

/** What every token may do that was not told otherwise. */
const DEFAULT = new Map([
  ['auth/token/lookup-self', ['read']],
  ['auth/token/renew-self', ['update']],
  ['auth/token/revoke-self', ['update']],
  ['sys/leases/lookup', ['update']],
  ['sys/leases/renew', ['update']],
]);

/** Whether a token may do that at a path: the most specific pattern of each policy decides. */
export function may(space: Space, { policies }: Token, capability: string, path: string): boolean {
  if (policies.includes('root')) return true;
  return rulesOf(space, policies).some((rules) => {
    const best = [...rules.keys()]
      .filter((pattern) => matches(pattern, path))
      .toSorted((a, b) => b.length - a.length)[0];
    return best !== undefined && (rules.get(best) ?? []).includes(capability);
  });
}

/** Whether a token may do anything below a mount. */
export function mayEnter(space: Space, { policies }: Token, mount: string): boolean {
  if (policies.includes('root')) return true;
  return rulesOf(space, policies).some((rules) =>
    [...rules.keys()].some((pattern) => pattern.startsWith(`${mount}/`) || matches(pattern, `${mount}/`)),
  );
}

function rulesOf(space: Space, policies: readonly string[]): ReadonlyMap<string, string[]>[] {
  return policies.map((name) => (name === 'default' ? DEFAULT : (space.policies.get(name) ?? new Map())));
}

/** `+` stands for one segment, a final `*` for the rest. */
function matches(pattern: string, path: string): boolean {
  const isPrefix = pattern.endsWith('*');
  const text = (isPrefix ? pattern.slice(0, -1) : pattern)
    .split('+')
    .map((part) => part.replace(/[.*?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('[^/]+');
  return new RegExp(`^${text}${isPrefix ? '' : '$'}`).test(path);
}
