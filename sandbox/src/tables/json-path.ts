import { isRecord } from '@mesitis/kube/memory';

/**
 * The value at a simple JSON path, as printer columns use them: `.a.b`, `.a\.b`, `.a['b']`, `.list[0]`,
 * `.list[*].name` (the first), `.list[?(@.type=="Ready")].status`.
 */
export function valueAt(object: unknown, path: string): unknown {
  return steps(path).reduce<unknown>((node, step) => step(node), object);
}

type Step = (node: unknown) => unknown;

const STEP =
  /\[\?\(@\.(?<field>[^=!<>)]+?)\s*==\s*["'](?<equals>[^"']*)["']\)\]|\[(?<index>\d+|\*)\]|\['(?<quoted>[^']+)'\]|\.(?<name>(?:\\.|[^.[\\])+)/g;

function steps(path: string): Step[] {
  return [...path.matchAll(STEP)].map(({ groups = {} }) => {
    const { field, equals, index, quoted, name } = groups;
    if (field !== undefined)
      return (node) => listOf(node).find((item) => valueAt(item, `.${field}`) === equals);
    if (index !== undefined) return (node) => listOf(node)[index === '*' ? 0 : Number(index)];
    const key = quoted ?? (name ?? '').replaceAll('\\', '');
    return (node) => (isRecord(node) && Object.hasOwn(node, key) ? node[key] : undefined);
  });
}

function listOf(node: unknown): readonly unknown[] {
  return Array.isArray(node) ? node : [];
}
