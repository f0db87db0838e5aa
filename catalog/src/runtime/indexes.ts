import type { KubeObject } from '@mesitis/kube';
import { bindingIds } from '../binding/copies.js';
import { secretNames } from '../binding/credentials-secret.js';
import { findCondition } from '../model/conditions.js';
import type { Conditioned } from '../model/conditions.js';
import { BINDING_KIND, INSTANCE_KIND, SCOPES, scopeOfKind } from '../model/kinds.js';
import { asBinding, asBroker, asClass, asInstance, asPlan, isDeleting } from '../model/objects.js';
import type {
  ServiceBinding,
  ServiceBroker,
  ServiceClass,
  ServiceInstance,
  ServicePlan,
} from '../model/objects.js';
import { authSecret } from '../osb/connection.js';
import { keyFor, keyOf } from './keys.js';

/** The terms under which objects are found; each function names one term. */
export const TERMS = {
  /** Classes by a value of their spec. */
  classBy: (kind: string, namespace: string | undefined, by: string, value: string): string =>
    `${by}=${keyFor(kind, namespace, value)}`,
  /** Plans by the key of their class. */
  ofClass: (classKey: string): string => `class=${classKey}`,
  /** Classes and plans by the key of their broker. */
  ofBroker: (brokerKey: string): string => `broker=${brokerKey}`,
  /** Instances by the key of the class or plan that they refer to. */
  using: (key: string): string => `using=${key}`,
  /** Instances and bindings that wait for a broker, class or plan to appear or to change. */
  waiting: (): string => 'waiting',
  /** Bindings by the key of their instance. */
  ofInstance: (instanceKey: string): string => `instance=${instanceKey}`,
  /** Instances by the id that brokers know them by. */
  externalID: (id: string): string => `externalID=${id}`,
  /** Bindings by the ids that brokers know them by. */
  bindingID: (id: string): string => `bindingID=${id}`,
  /** Brokers, instances and bindings by a Secret that they read or write. */
  secret: (namespace: string, name: string): string => `secret=${keyFor('Secret', namespace, name)}`,
  /** Brokers that are being deleted. */
  leavingBroker: (): string => 'leaving-broker',
} as const;

/** All terms under which an object is to be found. */
export function termsOf(object: KubeObject): string[] {
  switch (object.kind) {
    case INSTANCE_KIND:
      return instanceTerms(asInstance(object));
    case BINDING_KIND:
      return bindingTerms(asBinding(object));
    case 'ClusterServiceBroker':
    case 'ServiceBroker':
      return brokerTerms(asBroker(object));
    case 'ClusterServiceClass':
    case 'ServiceClass':
      return classTerms(asClass(object));
    default:
      return planTerms(asPlan(object));
  }
}

function brokerTerms(broker: ServiceBroker): string[] {
  const secret = authSecret(broker);
  return [
    ...(isDeleting(broker) ? [TERMS.leavingBroker()] : []),
    ...(secret === undefined ? [] : [TERMS.secret(secret.namespace ?? '', secret.name)]),
  ];
}

function parameterSecretTerms({ metadata, spec }: ServiceInstance | ServiceBinding): string[] {
  const names = (spec.parametersFrom ?? []).map(({ secretKeyRef }) => secretKeyRef?.name);
  return names.flatMap((name) => (name === undefined ? [] : [TERMS.secret(metadata.namespace, name)]));
}

function instanceTerms(instance: ServiceInstance): string[] {
  const { metadata, spec, status } = instance;
  const terms = parameterSecretTerms(instance);
  for (const scope of SCOPES) {
    const namespace = scope.namespaced ? metadata.namespace : undefined;
    const classRef = spec[scope.classRef];
    const planRef = spec[scope.planRef];
    if (classRef) terms.push(TERMS.using(keyFor(scope.classKind, namespace, classRef.name)));
    if (planRef) terms.push(TERMS.using(keyFor(scope.planKind, namespace, planRef.name)));
  }
  if (waitsForReferences(status)) terms.push(TERMS.waiting());
  if (spec.externalID !== undefined && spec.externalID !== '') terms.push(TERMS.externalID(spec.externalID));
  return terms;
}

function bindingTerms(binding: ServiceBinding): string[] {
  const { metadata, spec, status } = binding;
  const name = spec.instanceRef?.name;
  const sources = (spec.secretTransforms ?? []).map(({ addKeysFrom }) => addKeysFrom?.secretRef?.name);
  const secrets = [...secretNames(binding), ...sources.filter((source) => source !== undefined)];
  return [
    ...parameterSecretTerms(binding),
    ...secrets.map((secret) => TERMS.secret(metadata.namespace, secret)),
    ...bindingIds(binding).map((id) => TERMS.bindingID(id)),
    ...(name === undefined ? [] : [TERMS.ofInstance(keyFor(INSTANCE_KIND, metadata.namespace, name))]),
    ...(waitsForReferences(status) ? [TERMS.waiting()] : []),
  ];
}

function waitsForReferences(status: Conditioned | undefined): boolean {
  const reason = findCondition(status, 'Ready')?.reason ?? '';
  return reason.startsWith('References') || reason === 'PlanNotUpdatable';
}

function classTerms({ kind, metadata, spec }: ServiceClass): string[] {
  const { brokerKind, brokerName } = scopeOfKind(kind);
  return [
    TERMS.classBy(kind, metadata.namespace, 'externalName', spec.externalName),
    TERMS.classBy(kind, metadata.namespace, 'externalID', spec.externalID),
    TERMS.ofBroker(keyFor(brokerKind, metadata.namespace, spec[brokerName] ?? '')),
  ];
}

function planTerms({ kind, metadata, spec }: ServicePlan): string[] {
  const { brokerKind, brokerName, classKind, classRef } = scopeOfKind(kind);
  return [
    TERMS.ofClass(keyFor(classKind, metadata.namespace, spec[classRef]?.name ?? '')),
    TERMS.ofBroker(keyFor(brokerKind, metadata.namespace, spec[brokerName] ?? '')),
  ];
}

/** Objects by term. Holds keys only: what an object is, the cache knows. */
export class TermIndex {
  readonly #keys = new Map<string, Set<string>>();
  readonly #terms = new Map<string, string[]>();

  /** Takes an object in, or again after it changed. */
  set(object: KubeObject): void {
    const key = keyOf(object);
    this.delete(object);
    const terms = termsOf(object);
    this.#terms.set(key, terms);
    for (const term of terms) {
      const keys = this.#keys.get(term) ?? new Set<string>();
      this.#keys.set(term, keys.add(key));
    }
  }

  /** Takes an object out. */
  delete(object: KubeObject): void {
    const key = keyOf(object);
    for (const term of this.#terms.get(key) ?? []) {
      const keys = this.#keys.get(term);
      keys?.delete(key);
      if (keys?.size === 0) this.#keys.delete(term);
    }
    this.#terms.delete(key);
  }

  /** The keys of the objects under a term. */
  keys(term: string): string[] {
    return [...(this.#keys.get(term) ?? [])];
  }
}
