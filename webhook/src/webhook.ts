import { randomUUID } from 'node:crypto';
import type { Server as HttpsServer } from 'node:https';
import type { Kube } from '@mesitis/kube';
import type { Logger } from 'pino';
import { createApp, SERVICE_CATALOG_PATHS, VALIDATE_PATH } from './app.js';
import type { Config } from './config.js';
import { PROVIDER_POLICY, type Policy } from './decide.js';
import { errorFields } from './error-fields.js';
import { WebhookMetrics } from './metrics.js';
import { PublishedConfigMaps } from './neighbours/published-config-maps.js';
import { providerJudge } from './provider-judge.js';
import { UnderReview } from './rights/under-review.js';
import { close, createHealthServer, createSecureServer, listen, replaceCertificate } from './server.js';
import { serviceCatalogMutator, serviceCatalogValidator } from './service-catalog/service-catalog-judge.js';
import { targetNamespace } from './target-namespace.js';
import type { Entropy, Issued } from './tls/certificates.js';
import { serviceHosts } from './tls/hosts.js';
import { vaultAddress } from './vault-address.js';
import { TrustController, type Timing } from './trust-controller.js';

/** How long requests under way may take after SIGTERM, in milliseconds; the API server waits 5 s for an answer. */
const GRACE = 6_000;

/** What the process is made of besides its configuration. */
export interface Surroundings {
  kube: Kube;
  logger: Logger;
  entropy: Entropy;
  timing: Timing;
  /** Milliseconds from any start, for durations. */
  monotonic: () => number;
  /** Of the webhook, for the metrics. */
  version: string;
}

/** A running webhook. */
export interface Webhook {
  port: number;
  healthPort: number;
  /** The certificate controller, so that a test can wait for it. */
  trust: TrustController;
  /** Finishes the requests under way and ends everything. */
  stop: () => Promise<void>;
}

/**
 * Starts the webhook: the health port at once, HTTPS as soon as there is a certificate. Resolves when it serves; rejects
 * when a port can't be had, or when `signal` fires before there was a certificate.
 */
export async function startWebhook(
  config: Config,
  { kube, logger, entropy, timing, monotonic, version }: Surroundings,
  signal: AbortSignal,
): Promise<Webhook> {
  let server: HttpsServer | undefined;
  let known: PublishedConfigMaps | undefined;
  let onCertificate: (leaf: Issued) => void = () => undefined;
  const trust = new TrustController({
    kube,
    secret: { name: config.tlsSecretName, namespace: config.namespace },
    webhookConfigurationName: config.webhookConfigurationName,
    hosts: { service: serviceHosts(config.serviceName, config.namespace), extra: config.tlsExtraHosts },
    entropy,
    timing,
    logger,
    onCertificate: (leaf) => onCertificate(leaf),
  });
  const unready = (): string | undefined =>
    server?.listening === true ? trust.unready() : 'the HTTPS server does not listen';
  const metrics = new WebhookMetrics(version);
  const health = createHealthServer({ unready, metrics: () => metrics.render() });
  const stop = async (): Promise<void> => {
    if (server !== undefined) await close(server, GRACE);
    await trust.stop();
    await known?.stop();
    await close(health, 0);
  };
  try {
    const healthPort = await listen(health, config.healthPort);
    logger.info({ port: healthPort }, 'health listening');
    const leaf = await new Promise<Issued>((resolve, reject) => {
      onCertificate = resolve;
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(new Error('stopped before it served')), { once: true });
      trust.start();
    });
    const underReview = new UnderReview(monotonic);
    known = new PublishedConfigMaps({
      kube,
      recall: (configMap) => underReview.recall(configMap),
      onStored: (namespace, published) => underReview.stored(namespace, published),
      onError: (error) => logger.warn(errorFields(error), 'reading the provider ConfigMaps failed'),
    });
    const policy: Policy = {
      checks: [
        ...PROVIDER_POLICY.checks,
        targetNamespace(config.targetNamespaces),
        ...(config.allowInsecureVault ? [] : [vaultAddress]),
      ],
    };
    const catalog = {
      kube,
      controller: config.catalogUser,
      locking: config.instanceLocking,
      newId: () => randomUUID(),
    };
    const providers = providerJudge({
      policy,
      kube,
      known,
      underReview,
      dryRunNamespaces: config.dryRunNamespaces,
    });
    const app = createApp({
      routes: [
        { path: VALIDATE_PATH, judge: providers },
        { path: SERVICE_CATALOG_PATHS.mutate, judge: serviceCatalogMutator(catalog) },
        { path: SERVICE_CATALOG_PATHS.validate, judge: serviceCatalogValidator(catalog) },
      ],
      logger,
      monotonic,
      after: (milliseconds, call) => {
        const timer = setTimeout(call, milliseconds);
        return () => clearTimeout(timer);
      },
      onReviewed: (reviewed) => metrics.reviewed(reviewed),
    });
    const secure = (server = createSecureServer(app, leaf));
    metrics.serves(leaf.certificate);
    onCertificate = (renewed) => {
      replaceCertificate(secure, renewed);
      metrics.serves(renewed.certificate);
      logger.info('certificate replaced');
    };
    const port = await listen(server, config.port);
    logger.info({ port }, 'listening');
    return { port, healthPort, trust, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
