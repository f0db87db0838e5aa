import type { JsonObject, KubeObject } from '@mesitis/kube';
import { API_VERSION } from '../model/kinds.js';
import { Harness, isReady, NAMESPACE, object } from './harness.js';
import { catalogOf } from './scripted-broker.js';
import type { Answer } from './scripted-broker.js';

/** The paths of the first binding, of its successor, and of the last operation of that. */
export const FIRST = /service_bindings\/first$/;
export const SUCCESSOR = /service_bindings\/id-\d+$/;
export const LAST_OPERATION = /service_bindings\/id-\d+\/last_operation$/;

export const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 1);

/** What is different from one test to the other. */
export interface RotatingWorld {
  /** OSB `metadata` of the first bind. */
  metadata?: JsonObject;
  annotations?: Record<string, string>;
  rotatable?: boolean;
  retrievable?: boolean;
}

/** What a broker says that grants credentials. */
export const granted = (uri: string, metadata?: JsonObject): Answer => ({
  status: 201,
  body: { credentials: { uri }, ...(metadata === undefined ? {} : { metadata }) },
});

/** A moment, so many milliseconds after the start. */
export const at = (milliseconds: number): string => new Date(START + milliseconds).toISOString();

/** Whether a Secret holds that URI. */
export const holds =
  (uri: string) =>
  (secret: KubeObject): boolean =>
    (secret['data'] as JsonObject)['uri'] === Buffer.from(uri).toString('base64');

/** The status of what is stored. */
export const statusOf = (stored: KubeObject | undefined): JsonObject => stored?.['status'] as JsonObject;

/** A binding `creds` that is ready, with `uri: first` in its Secret, and a controller that rotates it. */
export class RotatingBinding {
  readonly harness: Harness;

  private constructor(harness: Harness) {
    this.harness = harness;
  }

  /** Makes the binding and waits until it is ready. */
  static async start({
    metadata,
    annotations = {},
    rotatable = true,
    retrievable = true,
  }: RotatingWorld): Promise<RotatingBinding> {
    const catalog = JSON.stringify(catalogOf('db', 'small'))
      .replace('"bindable":true', `"bindable":true,"bindings_retrievable":${retrievable}`)
      .replace(
        '"name":"small"',
        `"name":"small","maximum_polling_duration":60,"binding_rotatable":${rotatable}`,
      );
    const harness = await Harness.start(JSON.parse(catalog) as JsonObject);
    await harness.controller();
    await harness.register();
    await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
    await harness.until('ServiceInstance', 'mine', isReady);
    harness.broker.script('PUT', FIRST, granted('first', metadata));
    harness.broker.bindings.add('first');
    const spec = { instanceRef: { name: 'mine' }, externalID: 'first', parameters: { a: 1 } };
    const binding = object('ServiceBinding', 'creds', spec);
    await harness.kube.create({ ...binding, metadata: { ...binding.metadata, annotations } });
    await harness.until('ServiceBinding', 'creds', isReady);
    return new RotatingBinding(harness);
  }

  async annotate(annotations: Record<string, string>): Promise<void> {
    const ref = { apiVersion: API_VERSION, kind: 'ServiceBinding', namespace: NAMESPACE, name: 'creds' };
    await this.harness.kube.patch(ref, { type: 'merge', body: { metadata: { annotations } } });
  }

  /** Lets time pass, once something waits for exactly that. */
  async pass(milliseconds: number): Promise<void> {
    await this.harness.clock.scheduled(milliseconds);
    this.harness.clock.advance(milliseconds);
  }

  /** The binding once its successor's credentials are delivered. */
  rotated(): Promise<KubeObject> {
    return this.harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['currentBindingID'] !== undefined,
    );
  }

  /** The binding once a condition of it gives that reason. */
  untilReason(reason: string, condition?: 'Rotating' | 'Retiring'): Promise<KubeObject> {
    return this.harness.untilReason('ServiceBinding', 'creds', reason, condition);
  }

  /** The requests about bindings since the first. */
  requests(): string[] {
    return this.harness.broker.seen
      .filter(({ path }) => path.includes('service_bindings'))
      .slice(1)
      .map(
        ({ method, path }) =>
          `${method} ${path.replace(/^.*service_bindings\//, '').replace(/id-\d+/, 'next')}`,
      );
  }

  async eventReasons(): Promise<unknown[]> {
    const { items } = await this.harness.kube.list({ apiVersion: 'v1', kind: 'Event', namespace: NAMESPACE });
    return items.map((event) => event['reason']);
  }
}
