import type { JsonObject, Kube } from '@mesitis/kube';
import type { ServiceBinding } from '../model/objects.js';
import type { OsbResult } from '../osb/osb.js';
import type { Context } from '../runtime/context.js';
import { keyOf } from '../runtime/keys.js';
import { OUTAGE_RETRIES, retryLimitsAfter } from '../runtime/limits.js';
import type { RetryLimits } from '../runtime/retry-ledger.js';
import type { TrustedVersions } from './drift.js';
import {
  afterBindingCall,
  afterEjectionFailure,
  afterInjectionFailure,
  fetchedCredentials,
  grantedCredentials,
} from './outcomes.js';
import { ejectSecrets, injectSecret } from './secret-store.js';
import type { Offer } from './secret-shape.js';
import type { BindingCall } from './step.js';
import { delivered } from './transitions.js';
import type { Outcome } from './transitions.js';

/** What a binding's call led to, and how to space out attempts when it has to be repeated. */
export interface Finding {
  /** For whichever version of the binding it is stored in. */
  outcomeFor: (binding: ServiceBinding) => Outcome;
  limits: RetryLimits;
}

/** Calls the broker, and writes or deletes the Secret with it. Throws a KubeError. */
export async function callBroker(
  context: Context,
  binding: ServiceBinding,
  call: BindingCall,
  trusted: TrustedVersions,
): Promise<Finding> {
  const { clock, kube } = context;
  if (call.operation === 'Unbind') {
    const problem = await ejectSecrets(kube, binding);
    if (problem !== undefined) {
      const outcomeFor: Finding['outcomeFor'] = (current) =>
        afterEjectionFailure(current, problem, clock.now());
      return { outcomeFor, limits: OUTAGE_RETRIES };
    }
  }
  const result = await send(context, binding, call);
  const credentials = credentialsIn(call, result);
  if (credentials !== undefined) return inject(context, binding, { credentials, offer: call, trusted });
  return {
    outcomeFor: (current) => afterBindingCall(current, call, result, clock.now()),
    limits: retryLimitsAfter(result),
  };
}

function credentialsIn({ operation }: BindingCall, result: OsbResult): JsonObject | undefined {
  if (operation === 'Bind') return grantedCredentials(result);
  return operation === 'Fetch' ? fetchedCredentials(result) : undefined;
}

async function inject(
  { clock, kube }: { clock: Context['clock']; kube: Kube },
  binding: ServiceBinding,
  { credentials, offer, trusted }: { credentials: JsonObject; offer: Offer; trusted: TrustedVersions },
): Promise<Finding> {
  const trust = trusted.expect(binding.metadata.uid);
  const injected = await injectSecret(kube, binding, { credentials, offer });
  if (!injected.ok) {
    const { message } = injected;
    return {
      outcomeFor: (current) => afterInjectionFailure(current, message, clock.now()),
      limits: OUTAGE_RETRIES,
    };
  }
  const { secret } = injected;
  trust(secret.metadata.resourceVersion ?? '');
  return { outcomeFor: (current) => delivered(current, secret, clock.now()), limits: OUTAGE_RETRIES };
}

async function send(
  { brokers, clock, log }: Context,
  binding: ServiceBinding,
  call: BindingCall,
): Promise<OsbResult> {
  const startedAt = clock.now();
  const result = await brokers.call(call.broker, call.request);
  log.info(
    {
      binding: keyOf(binding),
      operation: call.operation,
      broker: call.broker.metadata.name,
      result: result.type === 'answer' ? result.status : result.type,
      milliseconds: clock.now() - startedAt,
    },
    'broker called',
  );
  return result;
}
