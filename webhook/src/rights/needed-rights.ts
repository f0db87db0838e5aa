import { isDeepStrictEqual } from 'node:util';
import { hasExpression, LABELS, selects } from '@mesitis/offering';
import type {
  CatalogEntry,
  Credential,
  Provision,
  ProviderConfiguration,
  Published,
  VaultAuth,
  WrappedResource,
} from '@mesitis/offering';
import { isObject } from '../json.js';

/**
 * One thing that the broker will do with its own rights because of what is published, and so a right that whoever
 * publishes must have: else the broker's rights would become the author's (design section 4).
 */
export interface NeededRight {
  /** What in the ConfigMap leads to it. */
  path: string;
  /** What the broker will do: "has the broker create a Deployment". */
  deed: string;
  verb: 'create' | 'get' | '*';
  /** What it is about; absent for everything that there is. */
  type?: { apiVersion: string; kind: string };
  subresource?: string;
  /** Absent for every namespace. */
  namespace?: string;
  /** Absent for all objects of the type. */
  name?: string;
}

/** Where the ConfigMap that is judged is, and what lies around it. */
export interface Place {
  /** The broker's namespace. */
  namespace: string;
  /** The path of the payload: `data.wrapped-resource`. */
  payload: string;
  /** The other ConfigMaps of the namespace that can be used. */
  neighbours: readonly Published[];
}

/**
 * What the author of a ConfigMap must be allowed to do. An entry needs it for everything that it has the broker do, the
 * objects that it selects included; an object needs it for each entry that selects it. What is disabled needs nothing:
 * enabling it is a write of its own. Pure.
 */
export function neededRights(value: ProviderConfiguration, place: Place): NeededRight[] {
  const rights = value.type === 'catalog-entry' ? ofEntry(value, place) : ofObject(value.resource, place);
  return rights.filter((right, index) => rights.findIndex((other) => isSame(right, other)) === index);
}

/**
 * The label selector of the ConfigMaps beside one that matter for {@link neededRights}: reading all of them would take
 * longer with each that is published. Undefined when none matters.
 */
export function neighbourSelector(value: ProviderConfiguration): string | undefined {
  if (value.type === 'wrapped-resource') {
    return value.resource.enabled ? `${LABELS.kind}=${ENTRY_LABEL}` : undefined;
  }
  const { provision } = value.entry;
  if (!value.enabled || provision.kind !== 'ProvisionConfigMapObjects') return undefined;
  const objects = `${LABELS.kind},${LABELS.kind}!=${ENTRY_LABEL}`;
  // An expression is known only for an instance: it may select any object.
  return hasExpression(provision.labelSelector) ? objects : `${objects},${provision.labelSelector}`;
}

/** Whether an update leaves what is published as it was: annotations and owners are nobody's privilege. */
export function publishesTheSame(before: LooseObject, after: LooseObject): boolean {
  return isDeepStrictEqual(publishedPart(before), publishedPart(after));
}

/** Anything with fields. */
type LooseObject = Readonly<Record<string, unknown>>;

function publishedPart({ data, binaryData, metadata }: LooseObject): unknown {
  return { data, binaryData, labels: isObject(metadata) ? metadata['labels'] : undefined };
}

function ofEntry({ enabled, entry }: { enabled: boolean; entry: CatalogEntry }, place: Place): NeededRight[] {
  if (!enabled) return [];
  return [...ofProvision(entry.provision, place), ...ofCredential(entry, place)];
}

function ofObject(resource: WrappedResource, { payload, neighbours }: Place): NeededRight[] {
  if (!resource.enabled) return [];
  return neighbours.flatMap(({ configMap, value }) => {
    if (value.type !== 'catalog-entry' || !value.enabled) return [];
    const { provision } = value.entry;
    if (provision.kind !== 'ProvisionConfigMapObjects' || !selects(provision, resource)) return [];
    const deed = `has the broker create a ${resource.kind}, as the entry in ConfigMap ${configMap} selects it`;
    return [creation(resource, provision.namespace, { path: `${payload}: kind`, deed })];
  });
}

function ofProvision(provision: Provision, { payload, neighbours }: Place): NeededRight[] {
  const path = `${payload}: provisiondata`;
  switch (provision.kind) {
    case 'ProvisionNonClusterURL':
      return [];
    case 'ProvisionExistingClusterService': {
      const deed = 'has the broker look up a Service';
      const { namespace, name } = provision;
      return [{ path, deed, verb: 'get', type: SERVICE, ...inside(namespace), ...named(name) }];
    }
    case 'ProvisionHelmChart':
      return [
        { path, deed: 'has the broker install a Helm chart', verb: '*', ...inside(provision.namespace) },
      ];
    case 'ProvisionConfigMapObjects':
      return neighbours.flatMap(({ configMap, value }) => {
        if (value.type !== 'wrapped-resource' || !value.resource.enabled) return [];
        if (!selects(provision, value.resource)) return [];
        const deed = `has the broker create a ${value.resource.kind}, from ConfigMap ${configMap}`;
        return [creation(value.resource, provision.namespace, { path: `${path}.labelSelector`, deed })];
      });
  }
}

function ofCredential({ credential, provision }: CatalogEntry, place: Place): NeededRight[] {
  const path = `${place.payload}: credentialdata`;
  const { namespace } = place;
  switch (credential.kind) {
    case 'CredentialFromCatalog':
    case 'CredentialNoCredential':
      return [];
    case 'CredentialFromClusterSecret':
      return [secret(credential, namespace, path)];
    case 'CredentialFromProvisionedSecret':
      // The name may be that of a Secret that was there before: the broker can't tell.
      return 'namespace' in provision ? [secret(credential, provision.namespace, path)] : [];
    case 'CredentialFromVault':
      return ofVault(credential.vaultAuth, namespace, `${path}.vaultauth`);
  }
}

/** The address of a Vault is the author's choice, so what the broker logs in with is as good as told to the author. */
function ofVault(auth: VaultAuth, namespace: string, path: string): NeededRight[] {
  if (auth.method !== 'kubernetes') {
    const deed = 'has the broker log in to Vault with a Secret';
    return [{ path, deed, verb: 'get', type: SECRET, ...inside(namespace), ...named(auth.secretName) }];
  }
  const deed = 'has the broker log in to Vault with a token of its ServiceAccount';
  return [{ path, deed, verb: 'create', type: SERVICE_ACCOUNT, subresource: 'token', ...inside(namespace) }];
}

function secret(
  { secretName }: Extract<Credential, { secretName: string }>,
  namespace: string,
  path: string,
): NeededRight {
  const deed = 'has the broker deliver a Secret';
  return { path, deed, verb: 'get', type: SECRET, ...inside(namespace), ...named(secretName) };
}

function creation(
  { object }: WrappedResource,
  namespace: string,
  where: Pick<NeededRight, 'path' | 'deed'>,
): NeededRight {
  const { apiVersion, kind } = object;
  return { ...where, verb: 'create', type: { apiVersion, kind }, ...inside(namespace) };
}

/** With an expression in it the namespace may be any. */
function inside(namespace: string): Pick<NeededRight, 'namespace'> {
  return hasExpression(namespace) ? {} : { namespace };
}

function named(name: string): Pick<NeededRight, 'name'> {
  return hasExpression(name) ? {} : { name };
}

function isSame({ path: _, deed: __, ...right }: NeededRight, other: NeededRight): boolean {
  const { path: ___, deed: ____, ...rest } = other;
  return isDeepStrictEqual(right, rest);
}

/** The value of `mesitis/kind` that marks an entry. */
const ENTRY_LABEL = 'catalog-entry';

const SERVICE = { apiVersion: 'v1', kind: 'Service' };
const SECRET = { apiVersion: 'v1', kind: 'Secret' };
const SERVICE_ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount' };
