import type { JsonObject, KubeObject } from '@mesitis/kube';
import { isJsonObject } from '../json.js';

/** A merge patch with the uid of the object, which makes sure that what is patched is what was looked at. */
export function exactPatch({ metadata: { uid } }: KubeObject, patch: JsonObject): JsonObject {
  if (uid === undefined) return patch;
  const { metadata } = patch;
  return { ...patch, metadata: { ...(isJsonObject(metadata) ? metadata : {}), uid } };
}
