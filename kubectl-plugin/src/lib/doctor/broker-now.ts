import type { KubeObject } from '@mesitis/kube';
import { age } from '../age.js';
import { parseDuration } from '../duration.js';
import { nameOf, recordAt, textAt } from '../objects.js';
import type { Check, Patient } from './check.js';
import type { FailedCall } from './failed-calls.js';
import { backingOf, serviceOf, type Backing, type ServiceName } from './service-addresses.js';

/** How often a catalog is fetched unless the broker says otherwise: the catalog controller's own default. */
const RELIST_MS = 86_400_000;

/** What is known of a broker besides the object. */
export interface BrokerCase {
  /** How to call it. */
  title: string;
  /** The newest call that it did not answer. */
  failed: FailedCall | undefined;
}

/**
 * How a broker is that was ready when its catalog was fetched. Nobody asks it between two fetches: so how long ago that
 * was, whether it was done when it was due, whether somebody listens where it is, and whether it left an instance without
 * an answer since then, as far as the caller may see.
 */
export async function brokerNow(
  broker: KubeObject,
  { title, failed }: BrokerCase,
  { cluster, now }: Patient,
): Promise<Check> {
  const url = textAt(broker['spec'], 'url') ?? '';
  const service = serviceOf(url);
  const backing = service === undefined ? 'unknown' : await backingOf(cluster, service);
  const then = whenFetched(broker, now);
  const trouble = service && troubleBehind(service, backing);
  if (trouble !== undefined) {
    return {
      area: 'brokers',
      verdict: 'problem',
      message: `${title} was ready${then}, but ${trouble.what}`,
      remedy: trouble.remedy,
    };
  }
  if (failed !== undefined && isSince(failed.since, broker)) {
    return {
      area: 'brokers',
      verdict: 'problem',
      message: `${title} was ready${then}, but left instance ${failed.instance} without an answer ${age(failed.since, now)} ago: ${failed.why}`,
      remedy: `see whether it runs and answers where its url says; once it does, the instance is tried again. To have it asked now: ${askNow(broker)}`,
    };
  }
  if (isOverdue(broker, now)) {
    return {
      area: 'brokers',
      verdict: 'warning',
      message: `${title} was ready${then}, but is to be fetched every ${intervalOf(broker).text}`,
      remedy:
        'see whether the catalog controller runs: kubectl get deployments -A -l app.kubernetes.io/component=catalog',
    };
  }
  if (service !== undefined && backing === 'ready') {
    return {
      area: 'brokers',
      verdict: 'ok',
      message: `${title} was ready${then}, and a Pod is ready behind its Service ${placeOf(service)}`,
    };
  }
  return {
    area: 'brokers',
    verdict: 'ok',
    message: `${title} was ready${then}; who listens there now can't be seen`,
    remedy: `have it asked now: ${askNow(broker)}`,
  };
}

function troubleBehind(
  service: ServiceName & { certain: boolean },
  backing: Backing,
): { what: string; remedy: string } | undefined {
  if (backing === 'no service' && service.certain) {
    return {
      what: `there is no Service ${placeOf(service)}, which its url names`,
      remedy: `install its chart in namespace ${service.namespace} again, or correct spec.url`,
    };
  }
  if (backing === 'nobody') {
    return {
      what: `no Pod is ready behind its Service ${placeOf(service)}`,
      remedy: `see kubectl get pods -n ${service.namespace}, and the log of what does not start`,
    };
  }
  return undefined;
}

function placeOf({ namespace, name }: ServiceName): string {
  return `${namespace}/${name}`;
}

function whenFetched({ status }: KubeObject, now: number): string {
  const fetched = textAt(status, 'lastCatalogRetrievalTime');
  return fetched === undefined ? '' : ` when its catalog was fetched ${age(fetched, now)} ago`;
}

/** What was before the last fetch is over: the broker answered that. */
function isSince(moment: string, { status }: KubeObject): boolean {
  return Date.parse(moment) > Date.parse(textAt(status, 'lastCatalogRetrievalTime') ?? '');
}

/** One fetch may be late; not two. */
function isOverdue({ spec, status, ...broker }: KubeObject, now: number): boolean {
  if (textAt(spec, 'relistBehavior') === 'Manual') return false;
  const fetched = Date.parse(textAt(status, 'lastCatalogRetrievalTime') ?? '');
  return now - fetched > 2 * intervalOf({ ...broker, spec }).milliseconds;
}

function intervalOf({ spec }: KubeObject): { milliseconds: number; text: string } {
  const text = textAt(spec, 'relistDuration') ?? '';
  const milliseconds = parseDuration(text);
  return milliseconds === undefined ? { milliseconds: RELIST_MS, text: '24h' } : { milliseconds, text };
}

/** Service Catalog's own way (`svcat sync broker`). */
function askNow(broker: KubeObject): string {
  const requests = recordAt(broker, 'spec')['relistRequests'];
  const next = typeof requests === 'number' ? requests + 1 : 1;
  const { namespace } = broker.metadata;
  const where = namespace === undefined ? '' : ` -n ${namespace}`;
  return `kubectl patch ${broker.kind.toLowerCase()} ${nameOf(broker)}${where} --type=merge -p '{"spec":{"relistRequests":${next}}}', then look again`;
}
