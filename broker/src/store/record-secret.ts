import { createHash } from 'node:crypto';
import type { KubeObject, ListQuery, ObjectRef } from '@mesitis/kube';
import { MANAGED_BY_LABEL } from '@mesitis/offering';
import type { InstanceRecord } from './instance-record.js';
import type { InstanceFilter } from './instance-store.js';
import { RECORD_SECRET_TYPE } from './instance-store.js';

/** What the values of one Secret may have together, in bytes before base64 (core/v1 `MaxSecretSize`). */
export const MAX_SECRET_BYTES = 1024 * 1024;

const DATA_KEY = 'record';
const STORE_LABEL = 'mesitis/store';
const STATE_LABEL = 'mesitis/state';
const PLAN_LABEL = 'mesitis/plan';
const CONSUMER_LABEL = 'mesitis/consumer';
/** Different for each write, so that a writer can tell whether its own write arrived and no write changes nothing. */
const WRITE_ANNOTATION = 'mesitis/write';
const SHOWN_CHARACTERS = 256;

/** Where a broker keeps its records. */
export interface RecordsPlace {
  namespace: string;
  /** The broker's name, a DNS label: brokers with different names don't see each other's records. */
  name: string;
}

/** What becomes a Secret. */
export interface RecordContent {
  record: InstanceRecord;
  /** The record encoded. */
  bytes: Buffer;
  /** Tells this write from all others. */
  mark: string;
}

/** The Secret of an instance, by name. The instance's id is hashed, because ids are arbitrary text. */
export function recordRef({ namespace, name }: RecordsPlace, instanceId: string): ObjectRef {
  const hash = createHash('sha256').update(instanceId).digest('hex').slice(0, 40);
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: `${name}-instance-${hash}` };
}

/** The Secret that holds a record. Labels are for filters, annotations for people; the content alone counts. */
export function recordSecret(place: RecordsPlace, { record, bytes, mark }: RecordContent): KubeObject {
  const { instanceId, state, consumer, attributes } = record;
  const { apiVersion, kind, ...names } = recordRef(place, instanceId);
  return {
    apiVersion,
    kind,
    type: RECORD_SECRET_TYPE,
    metadata: {
      ...names,
      labels: {
        [MANAGED_BY_LABEL]: 'mesitis',
        [STORE_LABEL]: place.name,
        [STATE_LABEL]: state,
        [PLAN_LABEL]: labelHash(attributes.planId),
        [CONSUMER_LABEL]: labelHash(consumer),
      },
      annotations: {
        [WRITE_ANNOTATION]: mark,
        'mesitis/instance': shown(instanceId),
        'mesitis/service-id': shown(attributes.serviceId),
        'mesitis/plan-id': shown(attributes.planId),
        'mesitis/consumer': shown(consumer),
      },
    },
    data: { [DATA_KEY]: bytes.toString('base64') },
  };
}

/** The query for the Secrets that a filter chooses; undefined when it can't choose any. */
export function recordsQuery(
  { namespace, name }: RecordsPlace,
  filter: InstanceFilter = {},
): ListQuery | undefined {
  const { states, planId, consumer } = filter;
  if (states?.length === 0) return undefined;
  const labelSelector = [
    `${STORE_LABEL}=${name}`,
    ...(states === undefined ? [] : [`${STATE_LABEL} in (${states.join(',')})`]),
    ...(planId === undefined ? [] : [`${PLAN_LABEL}=${labelHash(planId)}`]),
    ...(consumer === undefined ? [] : [`${CONSUMER_LABEL}=${labelHash(consumer)}`]),
  ].join(',');
  return { apiVersion: 'v1', kind: 'Secret', namespace, labelSelector };
}

/** The encoded record in a Secret, or why there is none. */
export function contentOf({ type, data }: KubeObject): Buffer | { problem: string } {
  if (type !== RECORD_SECRET_TYPE) {
    return {
      problem: `its type is not ${RECORD_SECRET_TYPE}: somebody else made it; delete it or rename the broker`,
    };
  }
  const values: Record<string, unknown> = typeof data === 'object' && data !== null ? { ...data } : {};
  const content = values[DATA_KEY];
  return typeof content === 'string'
    ? Buffer.from(content, 'base64')
    : { problem: `it has no key "${DATA_KEY}"; was it edited by hand?` };
}

/** Whether it is this write that a Secret shows. */
export function isWrite({ metadata }: KubeObject, mark: string): boolean {
  return metadata.annotations?.[WRITE_ANNOTATION] === mark;
}

/** Whether it was deleted and only waits for a finalizer, which nobody but a person can have put there. */
export function isBeingDeleted({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** The version of a record: never the same again, because a Secret that is made anew has a new uid. */
export function versionOf({ metadata }: KubeObject): string {
  return `${metadata.uid ?? ''}.${metadata.resourceVersion ?? ''}`;
}

/** What a version says; undefined when it is none of ours. */
export function parseVersion(version: string): { uid: string; resourceVersion: string } | undefined {
  const [uid = '', resourceVersion = '', ...rest] = version.split('.');
  return uid === '' || resourceVersion === '' || rest.length > 0 ? undefined : { uid, resourceVersion };
}

/** Arbitrary text as a label value: 56 characters of the 63 that there may be. */
function labelHash(text: string): string {
  return createHash('sha224').update(text).digest('hex');
}

function shown(text: string): string {
  return Array.from(text).slice(0, SHOWN_CHARACTERS).join('');
}
