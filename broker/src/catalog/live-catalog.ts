import { createHash } from 'node:crypto';
import type { KubeObject, WatchCache } from '@mesitis/kube';
import type { Parsed, ProviderConfiguration } from '@mesitis/offering';
import type { Logger } from 'pino';
import { BrokerError } from '../errors.js';
import type { Catalog } from './build-catalog.js';
import { buildCatalog, parseConfigMap } from './build-catalog.js';
import type { Capabilities } from './capabilities.js';
import { catalogBody, CATALOG_MINORS } from './osb-catalog.js';

/** The catalog as bytes, with its validators for conditional requests (RFC 9110 section 13). */
export interface CatalogDocument {
  /** Encoded once: the catalog may be large, and each answer would encode it anew, even one that ends as 304. */
  body: Buffer;
  etag: string;
  lastModified: Date;
}

/** What the live catalog needs: the cache of ConfigMaps labelled `mesitis/kind`, a log and a clock. */
export interface LiveCatalogOptions {
  configMaps: Pick<WatchCache, 'isSynced' | 'items'>;
  capabilities: Capabilities;
  logger: Logger;
  now: () => Date;
}

/** Everything that is derived from one state of the ConfigMaps. */
interface Snapshot {
  catalog: Catalog;
  /** The rendered bodies, in the order of {@link CATALOG_MINORS}. */
  documents: readonly CatalogDocument[];
}

/**
 * The catalog over a watch cache: rebuilt when ConfigMaps change, served from memory in between. Before the first
 * list it is an error and never empty, because a platform drops the services that an empty catalog no longer names.
 */
export class LiveCatalog {
  readonly #options: LiveCatalogOptions;
  /** Objects of the cache keep their identity until they change, so each is parsed once. */
  readonly #parsed = new WeakMap<KubeObject, Parsed<ProviderConfiguration>>();
  #snapshot: Snapshot | undefined;
  #stale = true;
  #rebuildDue = false;

  constructor(options: LiveCatalogOptions) {
    this.#options = options;
  }

  /** To be called on every change in the cache; many changes at once make one rebuild. */
  readonly onChange = (): void => {
    this.#stale = true;
    if (this.#rebuildDue) return;
    this.#rebuildDue = true;
    setImmediate(() => {
      this.#rebuildDue = false;
      if (this.isReady()) this.#fresh();
    });
  };

  /** Whether the ConfigMaps have been read at least once. */
  isReady(): boolean {
    return this.#options.configMaps.isSynced();
  }

  /** The catalog as of now. @throws BrokerError CatalogNotReady before the first list */
  current(): Catalog {
    return this.#fresh().catalog;
  }

  /** The body for a platform that speaks OSB 2.`minor`. @throws BrokerError CatalogNotReady before the first list */
  document(minor: number): CatalogDocument {
    const { documents } = this.#fresh();
    const document = documents[CATALOG_MINORS.findIndex((from) => minor >= from)];
    if (document === undefined) throw new RangeError('there is a document for every minor version from 0 on');
    return document;
  }

  #fresh(): Snapshot {
    if (this.#snapshot !== undefined && !this.#stale) return this.#snapshot;
    if (!this.isReady()) throw new BrokerError('CatalogNotReady');
    const before = this.#snapshot;
    const { configMaps, capabilities } = this.#options;
    const catalog = buildCatalog(configMaps.items(), capabilities, (object) => this.#parse(object));
    this.#snapshot = {
      catalog,
      documents: CATALOG_MINORS.map((minor, index) =>
        this.#document(catalogBody(catalog.services, minor), before?.documents[index]),
      ),
    };
    this.#stale = false;
    this.#report(catalog, before?.catalog);
    return this.#snapshot;
  }

  #parse(object: KubeObject): Parsed<ProviderConfiguration> {
    const known = this.#parsed.get(object);
    if (known !== undefined) return known;
    const parsed = parseConfigMap(object);
    this.#parsed.set(object, parsed);
    return parsed;
  }

  #document(text: string, before: CatalogDocument | undefined): CatalogDocument {
    const body = Buffer.from(text);
    if (before?.body.equals(body) === true) return before;
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    return { body, etag, lastModified: this.#options.now() };
  }

  /** Says once what is newly left out, and what the catalog came to. */
  #report(catalog: Catalog, before: Catalog | undefined): void {
    const { logger } = this.#options;
    const known = new Map(before?.rejected.map(({ configMap, reason }) => [configMap, reason]));
    for (const { configMap, reason } of catalog.rejected) {
      if (known.get(configMap) !== reason)
        logger.warn({ configmap: configMap, reason }, 'configmap left out');
    }
    logger.info(
      {
        services: catalog.services.length,
        plans: catalog.plans.size,
        resources: catalog.resources.length,
        rejected: catalog.rejected.length,
      },
      'catalog built',
    );
  }
}
