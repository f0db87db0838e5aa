/**
 * How lists merge in a strategic merge patch and in server-side apply (the API reference's `patchMergeKey` and
 * `x-kubernetes-list-type`), for the built-in kinds that Mesitis meets. A list that is not here is replaced whole.
 */

/** `set`: a list of strings without order. Otherwise: the fields that tell one item from another. */
export type ListMerge = 'set' | readonly string[];

const METADATA_LISTS = new Map<string, ListMerge>([
  ['finalizers', 'set'],
  ['ownerReferences', ['uid']],
]);

const BUILT_IN_LISTS = new Map<string, ListMerge>([
  ...METADATA_LISTS,
  ['containers', ['name']],
  ['initContainers', ['name']],
  ['env', ['name']],
  ['volumes', ['name']],
  ['volumeMounts', ['mountPath']],
  ['imagePullSecrets', ['name']],
  ['webhooks', ['name']],
  ['conditions', ['type']],
]);

const PORT_KEYS = ['containerPort', 'port'];

/**
 * How the list under this field merges; undefined when it is replaced whole. Of custom resources only the lists of
 * `metadata` are known.
 */
export function listMerge(field: string, items: readonly unknown[], custom: boolean): ListMerge | undefined {
  if (custom) return METADATA_LISTS.get(field);
  if (field !== 'ports') return BUILT_IN_LISTS.get(field);
  const [first] = items;
  const key = PORT_KEYS.find((name) => typeof first === 'object' && first !== null && name in first);
  return key === undefined ? undefined : [key];
}
