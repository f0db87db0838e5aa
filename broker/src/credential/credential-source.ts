import type { Credential } from '@mesitis/offering';

/** What an entry says for one kind of credentials. */
export type CredentialOf<Kind extends Credential['kind']> = Extract<Credential, { kind: Kind }>;

/** One kind of place that credentials come from; callers choose it by `kind`. They are resolved each time somebody asks, and never stored. */
export interface CredentialSource<Data extends Credential = Credential> {
  readonly kind: Data['kind'];
  /** The credentials, without the coordinates. @throws BrokerError when they can't be had; never with a value in it */
  resolve(credential: Data): Promise<Record<string, string>>;
}
