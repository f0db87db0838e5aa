import type { JsonObject, KubeObject } from '@mesitis/kube';
import { CLIENT, entryConfigMap, objectsEntry, wrapped } from '@mesitis/broker/testing';

/** The ids that a request names a plan by. */
export interface PlanIds {
  service_id: string;
  plan_id: string;
}

/** The plans of the offerings that the suite works with. */
export const PLANS = {
  /** Nothing is made: every operation is synchronous. */
  url: { service_id: 'url-service', plan_id: 'url-1' },
  /** The other plan of the same service, with another URL. */
  url2: { service_id: 'url-service', plan_id: 'url-2' },
  /** One ConfigMap is made and not waited for: synchronous, and can fail. */
  settings: { service_id: 'settings-id', plan_id: 'settings-id' },
  /** A ConfigMap, and then a Secret. */
  pair: { service_id: 'pair-id', plan_id: 'pair-id' },
  /** A Deployment that is waited for: asynchronous. */
  web: { service_id: 'web-service', plan_id: 'web-1' },
  web2: { service_id: 'web-service', plan_id: 'web-2' },
  /** Each binding has a password of its own. */
  personal: { service_id: 'personal-id', plan_id: 'personal-id' },
  /** Can't be bound. */
  unbindable: { service_id: 'unbindable-id', plan_id: 'unbindable-id' },
  /** Open to the namespace CLIENT and to one space of Cloud Foundry. */
  guarded: { service_id: 'guarded-id', plan_id: 'guarded-id' },
} as const satisfies Record<string, PlanIds>;

/** What the plans `settings`, `web` and `web2` take. */
export const PARAMETERS: JsonObject = {
  type: 'object',
  properties: { size: { type: 'integer', minimum: 1, default: 1 }, note: { type: 'string', maxLength: 20 } },
  additionalProperties: false,
};

/** What a binding of the plan `url` takes. */
const BIND_PARAMETERS: JsonObject = {
  type: 'object',
  properties: { role: { enum: ['reader', 'writer'] } },
};

/** What a binding to the plan `url` (or, as version 2, `url2`) delivers. */
export function urlCredentials(version: 1 | 2): JsonObject {
  return {
    uri: `https://api.example.com/v${version}`,
    host: 'api.example.com',
    port: 443,
    username: 'iamtheuser',
    password: 'iamthepassword',
  };
}

/** The ConfigMaps of a provider with these offerings. */
export function offerings(): KubeObject[] {
  const versions = (['1', '2'] as const).flatMap((version) => [urlEntry(version), ...web(version)]);
  return [
    ...versions,
    ...sized('settings', ['ConfigMap']),
    ...sized('pair', ['ConfigMap', 'Secret']),
    ...urlOfAnotherKind(),
    entryConfigMap('personal', {
      whitelist: ['*'],
      credentialdata: { username: 'everybody', password: '${generate.password(24)}' },
    }),
    entryConfigMap('unbindable', { whitelist: ['*'], bindable: false }),
    entryConfigMap('guarded', { whitelist: [CLIENT, 'cf:org/space'] }),
  ];
}

function urlEntry(version: '1' | '2'): KubeObject {
  return entryConfigMap(`url-${version}`, {
    offering: 'url',
    displayname: 'The URL',
    documentationurl: 'https://example.com/docs',
    version,
    serviceuuid: PLANS.url.service_id,
    uuid: `url-${version}`,
    whitelist: ['*'],
    provisiondata: { url: `https://api.example.com/v${version}` },
    bindparameters: BIND_PARAMETERS,
  });
}

/** A plan of the service of `url` that can't be reached from it, because it makes objects. */
function urlOfAnotherKind(): KubeObject[] {
  return [
    objectsEntry('url-objects', {
      offering: 'url',
      version: '0-objects',
      serviceuuid: PLANS.url.service_id,
      uuid: 'url-objects',
      whitelist: ['*'],
    }),
    wrap({ kind: 'ConfigMap', name: 'url-objects' }, 'url-objects'),
  ];
}

/** Wraps an object of an offering; a ConfigMap's own name can not hold an expression. */
function wrap(object: Parameters<typeof wrapped>[0], offering: string, order = 1): KubeObject {
  const configMap = wrapped(object, offering, order);
  return { ...configMap, metadata: { ...configMap.metadata, name: `wrapped-${offering}-${order}` } };
}

function web(version: '1' | '2'): KubeObject[] {
  const name = `web-${version}`;
  const labels = { app: 'web-${instance.shortId}' };
  const container = { name: 'main', image: `web:${version}` };
  return [
    objectsEntry(name, {
      offering: 'web',
      version,
      serviceuuid: PLANS.web.service_id,
      uuid: name,
      whitelist: ['*'],
      readiness: { wait: true },
      parameters: PARAMETERS,
      provisiondata: {
        namespace: 'api-ns',
        name: 'web-${instance.shortId}',
        labelSelector: `mesitis/offering=${name}`,
      },
    }),
    wrap(
      {
        kind: 'Deployment',
        name: 'web-${instance.shortId}',
        spec: {
          replicas: '${parameters.size}',
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [container] } },
        },
      },
      name,
    ),
  ];
}

/** An offering of which the first object is a ConfigMap and the second, if any, a Secret; both tell the size. */
function sized(offering: string, kinds: readonly ('ConfigMap' | 'Secret')[]): KubeObject[] {
  const name = `${offering}-\${instance.shortId}`;
  const metadata = { annotations: { size: '${string(parameters.size)}' } };
  return [
    objectsEntry(offering, {
      whitelist: ['*'],
      parameters: PARAMETERS,
      provisiondata: { namespace: 'api-ns', name, labelSelector: `mesitis/offering=${offering}` },
    }),
    ...kinds.map((kind, order) => wrap({ kind, name, metadata }, offering, order)),
  ];
}
