import { isKubeError, refOf, type Kube, type KubeObject } from '@mesitis/kube';
import type { DryRun } from '../flags.js';
import { isDeleting } from './objects.js';
import { notMet, type PluginError } from './plugin-error.js';

/** What a taken name is told with. */
export interface TakenName {
  /** What the object is to a person: `instance`, `binding`. */
  noun: string;
  /** What stands under the name, in brackets after a space; empty when it is gone again. */
  describe: (existing: KubeObject) => string;
  /** What to type to see it. */
  see: string;
  dryRun: DryRun;
}

/**
 * Creates an object of a person's; with `dryRun` it is only judged by the server, or not even that, and returned as it
 * would be.
 * @throws PluginError when the name is taken: by what, and what to do; else whatever the cluster says
 */
export async function createObject(
  cluster: Pick<Kube, 'create' | 'get'>,
  object: KubeObject,
  words: TakenName,
): Promise<KubeObject> {
  if (words.dryRun === 'client') return object;
  try {
    return await cluster.create(object, { dryRun: words.dryRun === 'server' });
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) throw error;
    throw taken(object, await cluster.get(refOf(object)), words);
  }
}

/** What is said of an object once {@link createObject} returned, and once it was waited for if it was. */
export function creationWord(dryRun: DryRun, waited: boolean): string {
  if (dryRun !== 'none') return `would be requested (${dryRun} dry run)`;
  return waited ? 'is ready' : 'requested';
}

function taken(
  { metadata }: KubeObject,
  existing: KubeObject | undefined,
  { noun, describe, see }: TakenName,
): PluginError {
  const { name = '', namespace = '' } = metadata;
  const another = 'or choose another name with --name';
  if (existing !== undefined && isDeleting(existing)) {
    return notMet(`${noun} '${name}' is still being deleted: try again when it is gone, ${another}`);
  }
  const what = existing === undefined ? '' : describe(existing);
  return notMet(`${noun} '${name}' already exists in namespace ${namespace}${what}: ${see}, ${another}`);
}
