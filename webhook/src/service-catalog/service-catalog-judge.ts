import { isDeepStrictEqual } from 'node:util';
import { GROUP, mutateWrite, validateWrite, type Refusal, type Write } from '@mesitis/catalog/admission';
import type { Json, Kube, KubeObject } from '@mesitis/kube';
import type { AdmissionRequest, Decision, Judge } from '../admission.js';
import { UNJUDGED } from '../decide.js';
import { isObject } from '../json.js';

/** What judging objects of the service catalog needs. */
export interface ServiceCatalogJudgeOptions {
  kube: Pick<Kube, 'get' | 'list' | 'create'>;
  /** The user name of the controller, whose own writes are left as they are: it asks for nothing on its own. */
  controller: string | undefined;
  /** Whether an instance is locked while its broker works. */
  locking: boolean;
  /** Makes an OSB id: a UUID. */
  newId: () => string;
  /** Fires after so many milliseconds; `AbortSignal.timeout` unless told. A parameter for tests. */
  timeout?: (milliseconds: number) => AbortSignal;
}

/** How long reading the catalog may take, in milliseconds: half of what judging may take in all. */
const BUDGET_MS = 1_500;

/** Mutating admission of instances and bindings: who asks, ids, the default plan (service-catalog.md section 5). */
export function serviceCatalogMutator({
  kube,
  controller,
  newId,
  timeout = within,
}: ServiceCatalogJudgeOptions): Judge {
  return async (request, signal) => {
    const write = writeOf(request, controller);
    if (write === undefined) return UNJUDGED;
    // Whom an instance is for can't be left open, so this fails when the catalog can't be read.
    const options = { signal: AbortSignal.any([signal, timeout(BUDGET_MS)]) };
    const { spec, refusals, warnings } = await mutateWrite(kube, write, { ...options, newId });
    const decision = decisionOf(refusals, warnings);
    if (!decision.allowed) return decision;
    const isChanged = !isDeepStrictEqual(spec, write.object['spec']);
    return isChanged ? { ...decision, patch: [{ op: 'add', path: '/spec', value: spec as Json }] } : decision;
  };
}

/** Validating admission of brokers, instances and bindings. */
export function serviceCatalogValidator({
  kube,
  controller,
  locking,
  timeout = within,
}: ServiceCatalogJudgeOptions): Judge {
  return async (request, signal) => {
    const write = writeOf(request, controller);
    if (write === undefined) return UNJUDGED;
    const late = timeout(BUDGET_MS);
    try {
      const options = { signal: AbortSignal.any([signal, late]), locking };
      return decisionOf(await validateWrite(kube, write, options), []);
    } catch (error) {
      signal.throwIfAborted();
      // A broker's Secret is not for whoever may not be asked about; all else the controller or the broker finds too.
      if (/ServiceBroker$/.test(write.object.kind)) throw error;
      const reason = late.aborted
        ? `no answer within ${BUDGET_MS} ms`
        : error instanceof Error
          ? error.message
          : '';
      const warning = `spec: could not be checked against its class and plan (${reason})`;
      return { allowed: true, warnings: [warning], rules: ['unchecked'] };
    }
  };
}

/** The write that is asked for; undefined when there is nothing to judge or it is the controller's own. */
function writeOf(request: AdmissionRequest, controller: string | undefined): Write | undefined {
  const { operation, kind, subResource = '', object, oldObject, userInfo } = request;
  if (operation !== 'CREATE' && operation !== 'UPDATE') return undefined;
  if (kind.group !== GROUP || subResource !== '' || !isObject(object) || userInfo === undefined)
    return undefined;
  if (userInfo.username === controller) return undefined;
  const namespace = request.namespace ?? '';
  return {
    operation,
    object: placed(object, namespace, request.name),
    user: userInfo,
    ...(isObject(oldObject) ? { oldObject: placed(oldObject, namespace, request.name) } : {}),
  };
}

/** The object with the place that the request names: a manifest need not have it. */
function placed(object: Record<string, Json>, namespace: string, name: string | undefined): KubeObject {
  const { metadata } = object;
  const place = {
    ...(name === undefined || name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
  };
  return {
    ...object,
    metadata: { ...(isObject(metadata) ? metadata : {}), ...place },
  } as unknown as KubeObject;
}

function decisionOf(refusals: readonly Refusal[], warnings: string[]): Decision {
  const [first] = refusals;
  if (first === undefined) return { allowed: true, warnings, rules: [] };
  return {
    allowed: false,
    code: refusals.every(({ code }) => code === 403) ? 403 : 422,
    message: refusals
      .map(({ path, message }) => (path === undefined ? message : `${path}: ${message}`))
      .join('\n'),
    warnings,
    rules: [...new Set(refusals.map(({ rule }) => rule))],
  };
}

function within(milliseconds: number): AbortSignal {
  return AbortSignal.timeout(milliseconds);
}
