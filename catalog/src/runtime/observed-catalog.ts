import type { KubeObject } from '@mesitis/kube';
import type { CatalogView } from '../model/catalog-view.js';
import type { Scope } from '../model/kinds.js';
import { asBroker, asClass, asPlan } from '../model/objects.js';
import { TERMS } from './indexes.js';
import { keyFor } from './keys.js';
import type { Observed } from './observed.js';

/** Brokers, classes and plans as they are observed. */
export function observedCatalog(observed: Pick<Observed, 'get' | 'find'>): CatalogView {
  return {
    broker: (scope, namespace, name) =>
      known(observed.get(scope.brokerKind, inScope(scope, namespace), name), asBroker),
    class: (scope, namespace, name) =>
      known(observed.get(scope.classKind, inScope(scope, namespace), name), asClass),
    plan: (scope, namespace, name) =>
      known(observed.get(scope.planKind, inScope(scope, namespace), name), asPlan),
    classesBy: (scope, namespace, by, value) =>
      observed.find(TERMS.classBy(scope.classKind, inScope(scope, namespace), by, value)).map(asClass),
    plansOfClass: (scope, namespace, className) =>
      observed.find(TERMS.ofClass(keyFor(scope.classKind, inScope(scope, namespace), className))).map(asPlan),
  };
}

function known<Kind>(object: KubeObject | undefined, read: (object: KubeObject) => Kind): Kind | undefined {
  return object === undefined ? undefined : read(object);
}

function inScope(scope: Scope, namespace: string): string | undefined {
  return scope.namespaced ? namespace : undefined;
}
