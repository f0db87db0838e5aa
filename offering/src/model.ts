import type { Json, JsonObject } from './json.js';

/**
 * The canonical form of what providers write. Whatever spelling a ConfigMap uses (letter case of keys, JSON or YAML,
 * `provisionkind` beside `provisiondata` or the kind as a key), parsing gives exactly these shapes.
 */

/** How an offering is provisioned; one variant per provision kind (design section 2). */
export type Provision =
  | { kind: 'ProvisionNonClusterURL'; url: string }
  | { kind: 'ProvisionExistingClusterService'; namespace: string; name: string; port?: number | string }
  | { kind: 'ProvisionConfigMapObjects'; namespace: string; name: string; labelSelector: string }
  | {
      kind: 'ProvisionHelmChart';
      namespace: string;
      name: string;
      /** Exactly one of `chart` and `chartUrl` is set. */
      chart?: string;
      chartUrl?: string;
      /** Where `chart`, then a plain name, is fetched from. */
      repository?: string;
      version?: string;
      values?: JsonObject;
      /** The Service that consumers reach; without it the one that has the release's name. */
      service?: string;
      port?: number | string;
    };

/** Where a binding's credentials come from; one variant per credential kind (design section 2). */
export type Credential =
  | { kind: 'CredentialFromCatalog'; values: Record<string, string> }
  | { kind: 'CredentialFromClusterSecret'; secretName: string; keys?: SecretKeys }
  | { kind: 'CredentialFromProvisionedSecret'; secretName: string; keys?: SecretKeys }
  | {
      kind: 'CredentialFromVault';
      vaultUrl: string;
      vaultAuth: VaultAuth;
      vaultPath: string;
      keys?: SecretKeys;
    }
  | { kind: 'CredentialNoCredential' };

/** How to log in to Vault. Secrets are in the namespace of the broker; a token never stands in a ConfigMap. */
export type VaultAuth = {
  /** The Vault namespace. */
  namespace?: string;
  /** The Secret whose `ca.crt` signs Vault's certificate. */
  caSecretName?: string;
} & (
  | { method: 'kubernetes'; role: string; mount?: string }
  /** The Secret holds `role_id` and `secret_id`. */
  | { method: 'approle'; secretName: string; mount?: string }
  /** The Secret holds `token`. */
  | { method: 'token'; secretName: string }
);

/** Which keys of a Secret (or of what Vault gives) are delivered: key in the Secret -> key in the binding. A list in the payload maps each to itself. */
export type SecretKeys = Record<string, string>;

/** One published offering at one version: an OSB service plan. */
export interface CatalogEntry {
  team: string;
  offering: string;
  description: string;
  uuid: string;
  version: string;
  /** Namespaces, globs (`team-*`) or `*`; never empty. */
  whitelist: string[];
  provision: Provision;
  credential: Credential;
  displayName?: string;
  tags: string[];
  documentationUrl?: string;
  supportUrl?: string;
  imageUrl?: string;
  free: boolean;
  bindable: boolean;
  serviceUuid?: string;
  /** JSON Schemas of the provision and bind parameters. */
  parameters?: JsonObject;
  bindParameters?: JsonObject;
  binding?: { type?: string; provider?: string; format?: string };
  /** Present without `wait: false`: wait until an instance is ready, at most this long. Absent: do not wait. */
  readiness?: { wait?: boolean; timeoutSeconds?: number };
  /** Whether objects that are deleted or changed by hand are put back. */
  driftRepair: boolean;
  limits?: { perNamespace?: number; total?: number };
}

/** The six kinds that Mesitis looks into. Objects of any other namespaced kind may be wrapped too. */
export type WrappedKind = 'Deployment' | 'Service' | 'Pod' | 'ReplicaSet' | 'ConfigMap' | 'Secret';

/** One object that provisioning makes. */
export interface WrappedResource {
  /** The ConfigMap's name, for reports. */
  configMap: string;
  /** The ConfigMap's labels: what `provisiondata.labelSelector` is matched against. */
  labels: Record<string, string>;
  offering: string;
  /** The object's kind. */
  kind: string;
  enabled: boolean;
  /** Ascending; equal orders may be made in parallel. */
  order: number;
  /** The object itself, as written. Its `metadata.name` is set. */
  object: WrappedObject;
}

/** An embedded Kubernetes object, shape checked as far as its kind, name and metadata go. */
export interface WrappedObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [key: string]: Json | undefined;
  };
  [field: string]: Json | undefined | WrappedObject['metadata'];
}

/** A ConfigMap as far as this part looks at it; what the API server and the watch deliver fits. */
export interface ProviderConfigMap {
  metadata: {
    name?: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** One thing that is wrong (or, as a warning, doubtful), and what to do about it. */
export interface Violation {
  /** The stable rule id, `MES001` and up. */
  rule: string;
  severity: 'error' | 'warning';
  /** The path from the ConfigMap's root, e.g. `data.wrapped-resource: provisiondata.labelSelector`. */
  path: string;
  /** What is wrong and what to do, one sentence, without a final full stop and never with a credential in it. */
  message: string;
  /** Where in the payload's text, both counted from 1; absent for what is not in the payload. */
  position?: { line: number; column: number };
}

/** The outcome of reading one ConfigMap: the canonical value when there is no error. */
export type Parsed<Value> =
  | { ok: true; value: Value; warnings: Violation[] }
  | { ok: false; violations: Violation[] };

/** What a ConfigMap labelled `mesitis/kind` turned out to be. */
export type ProviderConfiguration =
  | { type: 'catalog-entry'; enabled: boolean; entry: CatalogEntry }
  | { type: 'wrapped-resource'; resource: WrappedResource };
