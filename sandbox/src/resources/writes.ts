import { isKubeError } from '@mesitis/kube';
import type { KubeObject, RemoveOptions } from '@mesitis/kube';
import { asRecord, asString, jsonPatch, mergePatch, notFound } from '@mesitis/kube/memory';
import type { ApiServer, Change } from '@mesitis/kube/memory';
import type { Admission } from '../admission/admission.js';
import { contentTypeOf, isDryRun, managerOf, objectOf, patchList, unsupportedPatch } from './call.js';
import type { ResourceCall } from './call.js';
import { strategicMergePatch } from './strategic-merge.js';
import type { AdmissionRequest } from '../admission/webhook-match.js';

type Operation = AdmissionRequest['operation'];

/** How often a write is worked out anew when the object changed while webhooks were asked. */
const MAX_ATTEMPTS = 5;

/** The writing verbs: each works out a change, has it admitted and commits it. */
export class ResourceWrites {
  readonly #server: ApiServer;
  readonly #admission: Admission;

  constructor(server: ApiServer, admission: Admission) {
    this.#server = server;
    this.#admission = admission;
  }

  /** POST. */
  create(call: ResourceCall): Promise<KubeObject> {
    const object = objectOf(call);
    return this.#write(call, () => this.#server.creating(call.kind, object, managerOf(call)));
  }

  /** PUT. */
  update(call: ResourceCall): Promise<KubeObject> {
    const object = objectOf(call);
    return this.#write(call, () => this.#server.replacing(call.kind, object, managerOf(call)));
  }

  /** PATCH, by the media type of its body; answers also whether it created the object, which apply may. */
  async patch(call: ResourceCall): Promise<{ object: KubeObject; created: boolean }> {
    const { kind, route } = call;
    const target = { name: route.name ?? '', namespace: route.namespace };
    if (contentTypeOf(call) === 'application/apply-patch+yaml') {
      const created = this.#server.store.get(kind, target.name, target.namespace) === undefined;
      const configuration = objectOf(call);
      const force = call.query.get('force') === 'true';
      const object = await this.#write(call, () =>
        this.#server.applying(kind, configuration, managerOf(call), force),
      );
      return { object, created };
    }
    const patched = patchFunction(call);
    const object = await this.#write(call, () =>
      this.#server.patching(kind, target, patched, managerOf(call)),
    );
    return { object, created: false };
  }

  /** DELETE of one object; answers the object and whether it is still there, held by finalizers. */
  async remove(call: ResourceCall, name: string): Promise<{ object: KubeObject; held: boolean }> {
    const { kind, route } = call;
    const namespace = route.namespace;
    let held = false;
    const object = await this.#write(
      call,
      () => {
        const change = this.#server.removing(kind, { name, namespace }, removeOptions(call));
        if (change === undefined) throw notFound(kind, name);
        held = !change.gone;
        return change;
      },
      'DELETE',
    );
    return { object, held };
  }

  async #write(call: ResourceCall, plan: () => Change, operation?: Operation): Promise<KubeObject> {
    for (let attempt = 1; ; attempt += 1) {
      const change = plan();
      try {
        return this.#commit(call, await this.#admitted(call, change, operation));
      } catch (error) {
        // Somebody else wrote meanwhile. Planning again finds out whether the request minds.
        if (!isKubeError(error, 'conflict') || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  async #admitted(call: ResourceCall, change: Change, given?: Operation): Promise<Change> {
    const operation = given ?? (change.current === undefined ? 'CREATE' : 'UPDATE');
    const request = (object: KubeObject | undefined): AdmissionRequest => ({
      kind: call.kind,
      operation,
      subresource: call.route.subresource,
      namespace: change.object.metadata.namespace,
      name: change.object.metadata.name ?? '',
      object,
      oldObject: change.current,
      dryRun: isDryRun(call),
    });
    const sent = operation === 'DELETE' ? undefined : change.object;
    const wanted = await this.#admission.mutate(request(sent), call.user, call.warn);
    const admitted = wanted === undefined || wanted === sent ? change : this.#replanned(call, change, wanted);
    await this.#admission.validate(request(sent && admitted.object), call.user, call.warn);
    return admitted;
  }

  #replanned(call: ResourceCall, change: Change, wanted: KubeObject): Change {
    return change.current === undefined
      ? this.#server.creating(call.kind, wanted, managerOf(call))
      : this.#server.replacing(call.kind, wanted, managerOf(call));
  }

  #commit(call: ResourceCall, change: Change): KubeObject {
    const dryRun = isDryRun(call);
    const { propagationPolicy } = removeOptions(call);
    const stored = this.#server.commit(change, { dryRun, ...(propagationPolicy && { propagationPolicy }) });
    const isNewNamespace =
      change.current === undefined && call.kind.kind === 'Namespace' && call.kind.group === '';
    if (isNewNamespace && !dryRun) addDefaultServiceAccount(this.#server, stored.metadata.name ?? '');
    return stored;
  }
}

/** Every namespace has the service account `default`; on real clusters a controller adds it. */
export function addDefaultServiceAccount(server: ApiServer, namespace: string): void {
  const kind = server.kinds().find((candidate) => candidate.kind === 'ServiceAccount');
  if (kind === undefined) return;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
  server.commit(server.creating(kind, account, { name: 'kube-controller-manager' }));
}

function patchFunction(call: ResourceCall): (current: KubeObject) => unknown {
  const { body, kind } = call;
  switch (contentTypeOf(call)) {
    case 'application/merge-patch+json':
      return (current) => mergePatch(current, body);
    case 'application/json-patch+json': {
      const operations = patchList(body);
      return (current) => jsonPatch(current, operations);
    }
    case 'application/strategic-merge-patch+json':
      if (!kind.custom) return (current) => strategicMergePatch(current, body);
      throw unsupportedPatch(kind.custom);
    default:
      throw unsupportedPatch(kind.custom);
  }
}

const POLICIES = ['Background', 'Foreground', 'Orphan'] as const;

/** DeleteOptions from the body, the policy also from the query. */
function removeOptions({ body, query }: ResourceCall): RemoveOptions {
  const options = asRecord(body)['kind'] === 'DeleteOptions' ? asRecord(body) : {};
  const preconditions = asRecord(options['preconditions']);
  const [uid, resourceVersion] = [asString(preconditions['uid']), asString(preconditions['resourceVersion'])];
  const wanted = asString(options['propagationPolicy']) || query.get('propagationPolicy');
  const propagationPolicy = POLICIES.find((policy) => policy === wanted);
  return {
    ...(uid === '' ? {} : { uid }),
    ...(resourceVersion === '' ? {} : { resourceVersion }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
  };
}
