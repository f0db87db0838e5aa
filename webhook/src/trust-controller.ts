import {
  isKubeError,
  startWatchCache,
  type Backoff,
  type Kube,
  type KubeObject,
  type ListQuery,
  type WatchCache,
} from '@mesitis/kube';
import type { Logger } from 'pino';
import { errorFields } from './error-fields.js';
import { Reconciler } from './reconciler.js';
import {
  distrust,
  planRegistration,
  REGISTRATION_KINDS,
  registrationQuery,
  trustsAuthority,
  type RegistrationKind,
} from './registration.js';
import type { ServingCertificates } from './tls/certificate-secret.js';
import type { Entropy, Host, Issued } from './tls/certificates.js';
import { ensureCertificates } from './tls/ensure-certificates.js';

/** How often everything is looked at without a reason: certificates age, and an event may be missed. Milliseconds. */
export const CHECK_INTERVAL = 10 * 60_000;

/** Time, as the controller sees it. */
export interface Timing {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Resolves after so many milliseconds, or when the signal fires. */
  delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** The pause after so many failures in a row. */
  backoff: Backoff;
  /** Calls `task` over and over; gives the way to end that. */
  every: (milliseconds: number, task: () => void) => () => void;
}

/** What a {@link TrustController} works with. */
export interface TrustOptions {
  kube: Pick<Kube, 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch'>;
  secret: { name: string; namespace: string };
  webhookConfigurationName: string;
  hosts: { service: readonly Host[]; extra: readonly Host[] };
  entropy: Entropy;
  timing: Timing;
  logger: Logger;
  /** Called with each new serving certificate, the first included, before the registration is made to trust it. */
  onCertificate: (leaf: Issued) => void;
}

/**
 * Keeps three things in agreement: the certificates in the Secret, what this process serves with, and the caBundle that
 * the API server verifies it by. Level-based: any change of the Secret or of the registration, and the clock, make it
 * look at all of it again. Every replica runs one, and all of them come to the same, because the Secret decides.
 */
export class TrustController {
  readonly #options: TrustOptions;
  readonly #reconciler: Reconciler;
  #stopTimer: (() => void) | undefined;
  #caches: { secret: WatchCache; registrations: Map<RegistrationKind, WatchCache> } | undefined;
  #current: ServingCertificates | undefined;
  /**
   * Whether the next run also looks for the extra hosts. Not at every event: during a rollout old and new replicas may
   * disagree on them, and would answer each other's certificate with another one in a loop.
   */
  #demandExtraHosts = true;

  constructor(options: TrustOptions) {
    this.#options = options;
    this.#reconciler = new Reconciler({
      run: (signal) => this.#reconcile(signal),
      onError: (error) => options.logger.error(errorFields(error), 'certificate check failed'),
      delay: options.timing.delay,
      backoff: options.timing.backoff,
    });
  }

  /** Begins to watch and to act. Failures are logged and tried again. */
  start(): void {
    const { secret, webhookConfigurationName, timing } = this.#options;
    this.#caches = {
      secret: this.#watch({
        apiVersion: 'v1',
        kind: 'Secret',
        namespace: secret.namespace,
        fieldSelector: `metadata.name=${secret.name}`,
      }),
      registrations: new Map(
        REGISTRATION_KINDS.map((kind) => [
          kind,
          this.#watch(registrationQuery(kind, webhookConfigurationName)),
        ]),
      ),
    };
    this.#stopTimer = timing.every(CHECK_INTERVAL, () => {
      this.#demandExtraHosts = true;
      this.#reconciler.trigger();
    });
    this.#reconciler.trigger();
  }

  /** Why the API server could not call this process now, one sentence; undefined when it can. */
  unready(): string | undefined {
    if (this.#current === undefined) return 'there is no certificate yet';
    const { certificate } = this.#current.leaf;
    return REGISTRATION_KINDS.map((kind) => {
      const registration = this.#registration(kind);
      // Whoever takes the mutating one away does without it, as the catalog does.
      if (registration === undefined && kind === 'MutatingWebhookConfiguration') return undefined;
      return distrust(registration, certificate, kind);
    }).find((reason) => reason !== undefined);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#reconciler.idle();
  }

  /** Ends everything that {@link start} began. */
  async stop(): Promise<void> {
    this.#stopTimer?.();
    await this.#reconciler.stop();
    const caches =
      this.#caches === undefined ? [] : [this.#caches.secret, ...this.#caches.registrations.values()];
    await Promise.all(caches.map((cache) => cache.stop()));
  }

  #watch(query: ListQuery): WatchCache {
    const { kube, logger, timing } = this.#options;
    return startWatchCache(kube, {
      query,
      onChange: () => this.#reconciler.trigger(),
      onError: (error) => logger.warn({ watched: query.kind, ...errorFields(error) }, 'watch failed'),
      backoff: timing.backoff,
      delay: timing.delay,
      now: timing.now,
    });
  }

  #registration(kind: RegistrationKind): KubeObject | undefined {
    return this.#caches?.registrations.get(kind)?.get(this.#options.webhookConfigurationName);
  }

  async #reconcile(signal: AbortSignal): Promise<void> {
    const certificates = await this.#certificates(signal);
    if (certificates.leaf.certificate !== this.#current?.leaf.certificate) {
      this.#current = certificates;
      this.#options.onCertificate(certificates.leaf);
    }
    for (const kind of REGISTRATION_KINDS) await this.#register(kind, certificates.authorities, signal);
  }

  async #certificates(signal: AbortSignal): Promise<ServingCertificates> {
    const { kube, secret, entropy, timing, logger } = this.#options;
    const { service, extra } = this.#options.hosts;
    const hosts = [...service, ...extra];
    const onIssue = ({ issue, because }: { issue: string; because: string }): void =>
      logger.info({ secret: secret.name, issue, because }, 'issuing certificates');
    const isTrusted = (authority: string): boolean => {
      const found = REGISTRATION_KINDS.map((kind) => this.#registration(kind)).filter(
        (one) => one !== undefined,
      );
      return found.length > 0 && found.every((configuration) => trustsAuthority(configuration, authority));
    };
    const store = { kube, secret, hosts, entropy, now: timing.now, isTrusted, onIssue };
    const certificates = await ensureCertificates(store, this.#demandExtraHosts ? hosts : service, signal);
    this.#demandExtraHosts = false;
    return certificates;
  }

  async #register(kind: RegistrationKind, authorities: string, signal: AbortSignal): Promise<void> {
    const configuration = this.#registration(kind);
    const patch = configuration && planRegistration(configuration, authorities);
    if (configuration === undefined || patch === undefined) return;
    const name = this.#options.webhookConfigurationName;
    const ref = { apiVersion: configuration.apiVersion, kind: configuration.kind, name };
    try {
      await this.#options.kube.patch(ref, patch, { signal });
      this.#options.logger.info({ kind, webhookConfiguration: name }, 'caBundle set');
    } catch (error) {
      // Deleted meanwhile; when it comes back the watch says so.
      if (!isKubeError(error, 'not-found')) throw error;
    }
  }
}
