import type { JsonObject } from '@mesitis/kube';
import { isDeleting } from '../model/objects.js';
import type { ServiceBinding } from '../model/objects.js';
import type { OsbResult } from '../osb/osb.js';
import type { Context } from '../runtime/context.js';
import { keyOf } from '../runtime/keys.js';
import { OUTAGE_RETRIES, retryLimitsAfter } from '../runtime/limits.js';
import type { RetryLimits } from '../runtime/retry-ledger.js';
import type { TrustedVersions } from './drift.js';
import { expiryIn } from './expiry.js';
import type { Expiry } from './expiry.js';
import {
  afterBindingCall,
  afterEjectionFailure,
  afterInjectionFailure,
  fetchedCredentials,
  grantedCredentials,
} from './outcomes.js';
import { afterSideCall, afterSuccessorInjectionFailure } from './rotation-outcomes.js';
import { succeeded } from './rotation.js';
import { ejectSecrets, injectSecret } from './secret-store.js';
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
  if (call.operation === 'Unbind' || (call.operation === 'Retire' && isDeleting(binding))) {
    const problem = await ejectSecrets(kube, binding);
    if (problem !== undefined) {
      const outcomeFor: Finding['outcomeFor'] = (current) =>
        afterEjectionFailure(current, problem, clock.now());
      return { outcomeFor, limits: OUTAGE_RETRIES };
    }
  }
  const result = await send(context, binding, call);
  const credentials = credentialsIn(call, result);
  if (credentials !== undefined) {
    return inject(context, binding, { credentials, call, expiry: expiryIn(result), trusted });
  }
  return {
    outcomeFor: (current) =>
      call.side === undefined
        ? afterBindingCall(current, call, result, clock.now())
        : afterSideCall(current, call, result, clock.now()),
    limits: retryLimitsAfter(result),
  };
}

function credentialsIn({ operation }: BindingCall, result: OsbResult): JsonObject | undefined {
  if (operation === 'Bind' || operation === 'Rotate') return grantedCredentials(result);
  return operation === 'Fetch' || operation === 'FetchSuccessor' ? fetchedCredentials(result) : undefined;
}

/** Credentials to be delivered, and the call that they came with. */
interface Delivery {
  credentials: JsonObject;
  expiry: Expiry;
  call: BindingCall;
  trusted: TrustedVersions;
}

async function inject(
  { clock, kube }: Pick<Context, 'clock' | 'kube'>,
  binding: ServiceBinding,
  { credentials, expiry, call, trusted }: Delivery,
): Promise<Finding> {
  const trust = trusted.expect(binding.metadata.uid);
  const injected = await injectSecret(kube, binding, { credentials, offer: call });
  const isSuccessor = call.side !== undefined;
  if (!injected.ok) {
    const { message } = injected;
    return {
      outcomeFor: (current) =>
        isSuccessor
          ? afterSuccessorInjectionFailure(current.status ?? {}, message, clock.now())
          : afterInjectionFailure(current, message, clock.now()),
      limits: OUTAGE_RETRIES,
    };
  }
  const { secret } = injected;
  trust(secret.metadata.resourceVersion ?? '');
  const outcomeFor: Finding['outcomeFor'] = (current) => {
    const delivery = { secret, expiry, now: clock.now() };
    return isSuccessor ? succeeded(current, delivery) : delivered(current, delivery);
  };
  return { outcomeFor, limits: OUTAGE_RETRIES };
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
