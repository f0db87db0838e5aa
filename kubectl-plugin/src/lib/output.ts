import type { KubeObject } from '@mesitis/kube';

/** The values of `-o` that every command knows. */
export const OUTPUTS = ['table', 'json', 'yaml', 'name'] as const;

/** One of {@link OUTPUTS}. */
export type Output = (typeof OUTPUTS)[number];

/** The formats for programs. */
export type ProgramOutput = Exclude<Output, 'table'>;

/** API objects in one of the formats for programs, with a final newline; empty for no names. */
export async function formatObject(object: KubeObject, output: ProgramOutput): Promise<string> {
  return output === 'name' ? `${resourceName(object)}\n` : formatValue(presentable(object), output);
}

/** Several API objects: a `kind: List`, as kubectl prints it, or one name a line. */
export async function formatList(objects: readonly KubeObject[], output: ProgramOutput): Promise<string> {
  if (output === 'name') return objects.map((object) => `${resourceName(object)}\n`).join('');
  return formatValue(
    { apiVersion: 'v1', kind: 'List', items: objects.map(presentable), metadata: {} },
    output,
  );
}

/** `resource.group/name` as kubectl's `-o name` prints it: always with the group, which makes the name unambiguous. */
export function resourceName({ apiVersion, kind, metadata }: KubeObject): string {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${apiVersion.slice(0, slash)}`;
  return `${kind.toLowerCase()}${group}/${metadata.name ?? ''}`;
}

/** The object without `managedFields`, which kubectl does not show either. */
function presentable({ apiVersion, kind, metadata, ...rest }: KubeObject): unknown {
  const shown = Object.entries(metadata).filter(([key]) => key !== 'managedFields');
  return { apiVersion, kind, metadata: Object.fromEntries(shown), ...rest };
}

async function formatValue(value: unknown, output: 'json' | 'yaml'): Promise<string> {
  if (output === 'json') return `${JSON.stringify(value, null, 4)}\n`;
  const { stringify } = await import('yaml');
  return stringify(value, { indentSeq: false, lineWidth: 0 });
}
