import type { JsonObject } from '@mesitis/kube';
import type { Credential } from '@mesitis/offering';

/** What a source may know of the binding that it delivers for. */
export interface BindingFacts {
  instanceId: string;
  bindingId: string;
  /** Where the instance's objects are; undefined when nothing was made. */
  provisionNamespace: string | undefined;
  /** The bind parameters, defaults applied. */
  parameters: JsonObject;
}

/** What a binding delivers besides coordinates. */
export interface Delivered {
  values: JsonObject;
  /**
   * What was issued for this binding alone; kept (as a secret) in its record, and enough to deliver again, to renew and
   * to revoke even when the entry is gone; its `kind` is the source's. Absent: nothing has to be given back.
   */
  issued?: JsonObject;
  /** When the values end, in milliseconds since 1970 (OSB 2.16 `metadata.expires_at`). */
  expiresAt?: number;
}

/** What an entry says for one kind of credentials. */
export type CredentialOf<Kind extends Credential['kind']> = Extract<Credential, { kind: Kind }>;

/** One source of credentials; callers choose it by `kind`. */
export interface CredentialSource<Data extends Credential = Credential> {
  readonly kind: Data['kind'];
  /** Whether it issues something for this binding alone, that the record must know of before and after. */
  issues(credential: Data): boolean;
  /** The values of a binding; with `issued` those that were issued before. @throws BrokerError, never with a value in it */
  deliver(credential: Data, binding: BindingFacts, issued: JsonObject | undefined): Promise<Delivered>;
  /** Gives back what was issued. Idempotent: what is gone already counts as given back. @throws BrokerError */
  revoke(issued: JsonObject): Promise<void>;
  /**
   * Prolongs what was issued. Gives what to keep from now on and when to come again, in milliseconds since 1970;
   * undefined when it can't be prolonged any more. @throws BrokerError when that should be tried again
   */
  renew(issued: JsonObject): Promise<Renewed | undefined>;
  /** When {@link renew} is due, in milliseconds since 1970; undefined: never. */
  renewalDue(issued: JsonObject): number | undefined;
}

/** What was prolonged. */
export interface Renewed {
  issued: JsonObject;
  expiresAt?: number;
}
