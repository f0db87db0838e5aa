import { isDeepStrictEqual } from 'node:util';
import { gather, inputsFor } from '../instance/gather-inputs.js';
import type { Gathered } from '../instance/gather-inputs.js';
import { BINDING_KIND, INSTANCE_KIND } from '../model/kinds.js';
import { asBinding, asInstance } from '../model/objects.js';
import type { BindingStatus, ServiceBinding, ServiceInstance } from '../model/objects.js';
import type { Context, Reconciler } from '../runtime/context.js';
import { keyOf, refOfKey } from '../runtime/keys.js';
import { TERMS } from '../runtime/indexes.js';
import { OPERATION_POLLS } from '../runtime/limits.js';
import { isNews, storeOutcome } from '../runtime/store-status.js';
import { callBroker } from './call-broker.js';
import { deliveredSecretName } from './credentials-secret.js';
import { decideBinding } from './decide-binding.js';
import { TrustedVersions } from './drift.js';
import type { FoundSecret } from './drift.js';
import { BindingPauses } from './pauses.js';
import { ejectSecrets, findSecret } from './secret-store.js';
import type { BindingCall, BindingStep, BindingWorld } from './step.js';
import type { Outcome } from './transitions.js';

/** What was read on the way to a decision. */
interface Read {
  gathered?: Gathered;
  found?: FoundSecret;
}

/** Takes the steps that {@link decideBinding} names, one after the other, until there is none to take now. */
export class BindingReconciler implements Reconciler {
  readonly #context: Context;
  readonly #pauses: BindingPauses;
  readonly #trusted = new TrustedVersions();

  constructor(context: Context) {
    this.#context = context;
    const { operationPollingMaximumBackoffMs: longestMs } = context.features;
    this.#pauses = new BindingPauses({ firstMs: OPERATION_POLLS.firstMs, longestMs });
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { observed } = this.#context;
    const { namespace, name } = refOfKey(key);
    const read: Read = {};
    for (;;) {
      const object = observed.get(BINDING_KIND, namespace, name);
      if (object === undefined) return undefined;
      const binding = asBinding(object);
      const step = decideBinding(binding, this.#world(binding, read));
      switch (step.type) {
        case 'idle':
          return undefined;
        case 'wait':
          return step.until;
        case 'gather':
          read.gathered = await this.#gather(binding);
          break;
        case 'look-at-secret':
          read.found = await this.#lookAtSecret(binding);
          break;
        case 'update-object':
          await observed.update(step.object);
          break;
        case 'update-status':
          await this.#updateStatus(binding, step.status);
          break;
        case 'abandon':
          await this.#abandon(binding, step);
          break;
        case 'call':
          delete read.found;
          await this.#call(binding, step);
      }
    }
  }

  forget(uid: string | undefined): void {
    this.#pauses.forget(uid);
    this.#trusted.forget(uid);
  }

  #world(binding: ServiceBinding, { gathered, found }: Read): BindingWorld {
    const { catalog, clock, clusterId, features, newId, observed } = this.#context;
    const { metadata } = binding;
    const inputs = inputsFor(binding, gathered);
    return {
      now: clock.now(),
      ...this.#pauses.of(binding),
      clusterId,
      catalog,
      features,
      instance: this.#instanceOf(binding),
      secret: {
        outline: observed.secret(metadata.namespace, deliveredSecretName(binding)),
        trusted: this.#trusted.get(metadata.uid),
        ...(found === undefined ? {} : { found }),
      },
      sharers: (id) =>
        observed
          .find(TERMS.bindingID(id))
          .map(asBinding)
          .filter((other) => other.metadata.uid !== metadata.uid)
          .map((other) => ({ binding: other, instance: this.#instanceOf(other) })),
      newId,
      ...(inputs === undefined ? {} : { inputs }),
    };
  }

  #instanceOf({ metadata, spec }: ServiceBinding): ServiceInstance | undefined {
    const name = spec.instanceRef?.name ?? '';
    const instance = this.#context.observed.get(INSTANCE_KIND, metadata.namespace, name);
    return instance === undefined ? undefined : asInstance(instance);
  }

  async #updateStatus(binding: ServiceBinding, status: BindingStatus): Promise<void> {
    await this.#context.observed.update({ ...binding, status }, { subresource: 'status' });
    // Somebody wants it tried now.
    if (!isDeepStrictEqual(binding.status?.answeredRequests, status.answeredRequests)) {
      this.#pauses.forget(binding.metadata.uid);
    }
  }

  async #call(binding: ServiceBinding, call: BindingCall): Promise<void> {
    const { clock } = this.#context;
    try {
      const { outcomeFor, limits } = await callBroker(this.#context, binding, call, this.#trusted);
      await storeOutcome(this.#context, { object: binding, read: asBinding, outcomeFor });
      const [outcome, now] = [outcomeFor(binding), clock.now()];
      if (call.side === undefined) {
        const mitigating = binding.status?.orphanMitigationInProgress === true;
        this.#pauses.after(binding, outcome, { now, limits, mitigating });
      } else {
        const retiring = call.operation === 'Retire' || call.operation === 'PollPredecessor';
        this.#pauses.afterSide(binding, outcome, { now, limits, retiring });
        this.#tell(binding, outcome);
      }
    } catch (error) {
      // The broker will be asked again: not at once, because there is nothing wrong with it.
      this.#pauses.postpone(binding, clock.now());
      throw error;
    }
  }

  /** Tells of a rotation: the binding is as ready as before, so that nothing else tells of it. */
  #tell(binding: ServiceBinding, { status, event }: Outcome): void {
    if (event === undefined || isNews(binding.status, status)) return;
    if (isDeepStrictEqual(binding.status?.conditions, status.conditions)) return;
    this.#context.events.record(binding, event);
  }

  async #abandon(
    binding: ServiceBinding,
    { object, message }: Extract<BindingStep, { type: 'abandon' }>,
  ): Promise<void> {
    const { events, kube, log, observed } = this.#context;
    // First the Event: nothing else will tell that the broker still has something.
    events.record(binding, { type: 'Warning', reason: 'Abandoned', message });
    await events.flush();
    log.warn({ binding: keyOf(binding), externalID: binding.spec.externalID }, 'binding abandoned');
    const problem = await ejectSecrets(kube, binding);
    if (problem !== undefined) log.warn({ binding: keyOf(binding), problem }, 'Secret left to its owner');
    await observed.update(object);
  }

  async #lookAtSecret(binding: ServiceBinding): Promise<FoundSecret> {
    const trust = this.#trusted.expect(binding.metadata.uid);
    const found = await findSecret(this.#context.kube, binding);
    if (found.is === 'intact') trust(found.version);
    return found;
  }

  async #gather(binding: ServiceBinding): Promise<Gathered> {
    const { kube, clock } = this.#context;
    const gathered = await gather(kube, binding);
    // Namespaces and Secrets are not watched: look again after a pause.
    if (!gathered.inputs.ok) this.#pauses.postpone(binding, clock.now());
    return gathered;
  }
}
