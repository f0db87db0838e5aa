import type { KubeObject } from '@mesitis/kube';
import { valueAt } from '../tables/json-path.js';
import type { ResourceCall } from './call.js';

/**
 * Field selectors of Events, the one kind of the core group that kubectl selects by fields of its own
 * (`kubectl describe` asks for the Events about an object).
 */

const INVOLVED = /^(involvedObject\.\w+)==?(.*)$/;

/** The request's field selector without what {@link eventFilter} takes care of; null when there is none. */
export function commonFields({ kind, query }: ResourceCall): string | null {
  const selector = query.get('fieldSelector');
  if (selector === null || kind.kind !== 'Event') return selector;
  return selector
    .split(',')
    .filter((part) => !INVOLVED.test(part))
    .join(',');
}

/** Whether an Event is about the object that the request's field selector names; true for other kinds. */
export function eventFilter({ kind, query }: ResourceCall): (object: KubeObject) => boolean {
  const parts = kind.kind === 'Event' ? (query.get('fieldSelector') ?? '').split(',') : [];
  const wanted = parts.map((part) => INVOLVED.exec(part)).filter((match) => match !== null);
  return (object) => wanted.every(([, field = '', value]) => valueAt(object, `.${field}`) === value);
}
