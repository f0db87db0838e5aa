import type { KubeObject } from '@mesitis/kube';
import { gather, inputsFor } from '../instance/gather-inputs.js';
import type { Gathered } from '../instance/gather-inputs.js';
import type { Inputs } from '../instance/step.js';
import { BINDING_KIND, INSTANCE_KIND } from '../model/kinds.js';
import { asBinding, asInstance } from '../model/objects.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import type { OsbResult } from '../osb/osb.js';
import type { Context, Reconciler } from '../runtime/context.js';
import { keyOf, refOfKey } from '../runtime/keys.js';
import { OUTAGE_RETRIES, retryLimitsAfter } from '../runtime/limits.js';
import type { CallOutcome } from '../runtime/outcome.js';
import { RetryLedger } from '../runtime/retry-ledger.js';
import type { RetryLimits } from '../runtime/retry-ledger.js';
import { storeOutcome } from '../runtime/store-status.js';
import { decideBinding } from './decide-binding.js';
import {
  afterBindFailure,
  afterEjectionFailure,
  afterInjection,
  afterInjectionFailure,
  afterUnbind,
  grantedCredentials,
} from './outcomes.js';
import { ejectSecrets, injectSecret } from './secret-store.js';
import type { BindingCall, BindingWorld } from './step.js';

/** What a binding's call led to, and how to space out attempts when it has to be repeated. */
interface Finding {
  /** For whichever version of the binding it is stored in. */
  outcomeFor: (binding: ServiceBinding) => CallOutcome<BindingStatus>;
  limits: RetryLimits;
}

/** Takes the steps that {@link decideBinding} names, one after the other, until there is none to take now. */
export class BindingReconciler implements Reconciler {
  readonly #context: Context;
  readonly #retries = new RetryLedger();

  constructor(context: Context) {
    this.#context = context;
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { observed } = this.#context;
    const { namespace, name } = refOfKey(key);
    let gathered: Gathered | undefined;
    for (;;) {
      const object = observed.get(BINDING_KIND, namespace, name);
      if (object === undefined) return undefined;
      const binding = asBinding(object);
      const step = decideBinding(binding, this.#world(binding, inputsFor(binding, gathered)));
      switch (step.type) {
        case 'idle':
          return undefined;
        case 'wait':
          return step.until;
        case 'gather':
          gathered = await this.#gather(binding);
          break;
        case 'update-object':
          await observed.update(step.object);
          break;
        case 'update-status':
          await observed.update({ ...binding, status: step.status }, { subresource: 'status' });
          break;
        case 'call':
          await this.#call(binding, step);
      }
    }
  }

  forget(uid: string | undefined): void {
    this.#retries.forget(uid);
  }

  #world(binding: ServiceBinding, inputs: Inputs | undefined): BindingWorld {
    const { catalog, clock, clusterId, newId, observed } = this.#context;
    const { metadata, spec } = binding;
    const instance: KubeObject | undefined = observed.get(
      INSTANCE_KIND,
      metadata.namespace,
      spec.instanceRef?.name ?? '',
    );
    return {
      now: clock.now(),
      retryAt: this.#retries.notBefore(binding),
      clusterId,
      catalog,
      instance: instance === undefined ? undefined : asInstance(instance),
      newId,
      ...(inputs === undefined ? {} : { inputs }),
    };
  }

  async #call(binding: ServiceBinding, call: BindingCall): Promise<void> {
    try {
      await this.#finish(binding, await this.#carryOut(binding, call));
    } catch (error) {
      // The broker will be asked again: not at once, because there is nothing wrong with it.
      this.#postpone(binding);
      throw error;
    }
  }

  async #carryOut(binding: ServiceBinding, call: BindingCall): Promise<Finding> {
    const { clock, kube } = this.#context;
    if (call.operation === 'Unbind') {
      const problem = await ejectSecrets(kube, binding);
      if (problem !== undefined) {
        const outcomeFor: Finding['outcomeFor'] = (current) =>
          afterEjectionFailure(current, problem, clock.now());
        return { outcomeFor, limits: OUTAGE_RETRIES };
      }
    }
    const result = await this.#send(binding, call);
    const limits = retryLimitsAfter(result);
    if (call.operation === 'Unbind') {
      return { outcomeFor: (current) => afterUnbind(current, call, result, clock.now()), limits };
    }
    const credentials = grantedCredentials(result);
    if (credentials === undefined) {
      return { outcomeFor: (current) => afterBindFailure(current, call, result, clock.now()), limits };
    }
    const injected = await injectSecret(kube, binding, credentials);
    const outcomeFor: Finding['outcomeFor'] = (current) =>
      injected.ok
        ? afterInjection(current, injected.secretName, clock.now())
        : afterInjectionFailure(current, injected.message, clock.now());
    return { outcomeFor, limits: OUTAGE_RETRIES };
  }

  async #send(binding: ServiceBinding, call: BindingCall): Promise<OsbResult> {
    const { brokers, clock, log } = this.#context;
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

  async #finish(binding: ServiceBinding, { outcomeFor, limits }: Finding): Promise<void> {
    await storeOutcome(this.#context, { object: binding, read: asBinding, outcomeFor });
    const { next, retryAfterSeconds: wishSeconds } = outcomeFor(binding);
    if (next !== 'retry') this.#retries.forget(binding.metadata.uid);
    else this.#retries.postpone(binding, this.#context.clock.now(), { limits, wishSeconds });
  }

  async #gather(binding: ServiceBinding): Promise<Gathered> {
    const gathered = await gather(this.#context.kube, binding);
    // Namespaces and Secrets are not watched: look again after a pause.
    if (!gathered.inputs.ok) this.#postpone(binding);
    return gathered;
  }

  #postpone(binding: ServiceBinding): void {
    this.#retries.postpone(binding, this.#context.clock.now(), { limits: OUTAGE_RETRIES });
  }
}
