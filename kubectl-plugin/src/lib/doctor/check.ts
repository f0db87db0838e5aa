import { isKubeError, type KubeObject, type ListQuery } from '@mesitis/kube';
import type { PluginKube } from '../../context.js';
import { plainLine } from '../plain-text.js';

/** What one look at the cluster came to. */
export interface Check {
  /** What was looked at: `api`, `webhook`, `broker`, `rights`, `versions`, `leftovers`. */
  area: string;
  /** `unknown` is what the caller may not look at; only a problem makes the doctor fail. */
  verdict: 'ok' | 'warning' | 'problem' | 'unknown';
  /** What is so, a sentence without a full stop. */
  message: string;
  /** What to do about it, a sentence without a full stop. */
  remedy?: string;
}

/** Where the doctor looks. */
export interface Patient {
  cluster: PluginKube;
  /** The namespace that the caller works in. */
  namespace: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** What a list came to: what there is; that nobody may look; that the kind is not served. */
export type Listing =
  | { kind: 'items'; items: KubeObject[] }
  | { kind: 'hidden'; why: string }
  | { kind: 'unserved' };

/** Lists, and takes a refusal for an answer. Any other trouble is thrown as it is: there is no cluster to judge. */
export async function listing(cluster: PluginKube, query: ListQuery): Promise<Listing> {
  try {
    return { kind: 'items', items: (await cluster.list(query)).items };
  } catch (error) {
    if (isKubeError(error, 'forbidden')) return { kind: 'hidden', why: error.message };
    if (isKubeError(error, 'not-found')) return { kind: 'unserved' };
    throw error;
  }
}

/** Whether an object is there; undefined when nobody may look. */
export async function isThere(
  cluster: PluginKube,
  ref: Parameters<PluginKube['get']>[0],
): Promise<boolean | undefined> {
  try {
    return (await cluster.get(ref)) !== undefined;
  } catch (error) {
    if (isKubeError(error, 'forbidden')) return undefined;
    throw error;
  }
}

/** The check for what the caller may not look at. */
export function hidden(area: string, what: string): Check {
  return { area, verdict: 'unknown', message: `you may not look at ${what}` };
}

/** Words of the server in a sentence of ours. */
export function quoted(text: string): string {
  return plainLine(text).trim().replace(/\.$/, '');
}
