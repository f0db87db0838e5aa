import { isKubeError } from '@mesitis/kube';
import { withoutFinalizer } from '../model/finalizer.js';
import { scopeOfKind } from '../model/kinds.js';
import { labelSelector } from '../model/labels.js';
import { asClassOrPlan } from '../model/objects.js';
import type { ClassOrPlan } from '../model/objects.js';
import type { Context, Reconciler } from '../runtime/context.js';
import { TERMS } from '../runtime/indexes.js';
import { refOfKey } from '../runtime/keys.js';
import { decideEntry } from './decide-entry.js';
import { storedInstances } from './stored-instances.js';

/** Takes the step that {@link decideEntry} names for a class or a plan. */
export class EntryReconciler implements Reconciler {
  readonly #context: Pick<Context, 'kube' | 'observed' | 'log'>;

  constructor(context: Pick<Context, 'kube' | 'observed' | 'log'>) {
    this.#context = context;
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { observed } = this.#context;
    const { kind, namespace, name } = refOfKey(key);
    const object = observed.get(kind, namespace, name);
    if (object === undefined) return undefined;
    const entry = asClassOrPlan(object);
    const step = decideEntry(entry, { inUse: () => observed.keys(TERMS.using(key)).length > 0 });
    if (step.type === 'update-object') await observed.update(step.object);
    if (step.type === 'remove' && !(await this.#isInUse(entry))) await this.#remove(key, entry);
    if (step.type === 'release' && !(await this.#isInUse(entry)))
      await observed.update(withoutFinalizer(entry));
    return undefined;
  }

  forget(): void {
    // Nothing is remembered about classes and plans.
  }

  async #isInUse({ kind, metadata }: ClassOrPlan): Promise<boolean> {
    const scope = scopeOfKind(kind);
    const ref = kind === scope.classKind ? scope.classRef : scope.planRef;
    const instances = await storedInstances(this.#context.kube, {
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labelSelector: labelSelector(`spec.${ref}.name`, metadata.name),
    });
    return instances.length > 0;
  }

  async #remove(key: string, { metadata }: ClassOrPlan): Promise<void> {
    const { kube, log } = this.#context;
    // The version, so that a class which the broker offers again at this moment is not deleted.
    const { uid, resourceVersion } = metadata;
    try {
      await kube.remove(refOfKey(key), {
        uid,
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      });
      log.info({ entry: key }, 'deleted what the broker no longer offers');
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
    }
  }
}
