import type { KubeObject } from '@mesitis/kube';

/** The plans of an offering: `small` and `large`; the second is what an update leads to. */
export type Plan = 'small' | 'large';

/** An offering for the tests, which makes some objects. */
export interface Offering {
  /** Whether helm makes its instances. */
  isChart: boolean;
  /** What the provider publishes, for the broker's namespace. */
  configMaps: KubeObject[];
  serviceId: string;
  planId: (plan: Plan) => string;
  /** The objects of an instance as `Kind name`, the instance's short id taken out of the names. */
  objects: Record<Plan, string[]>;
}

interface Wrapped {
  order: number;
  plans: Plan[];
  object: KubeObject;
}

/**
 * An offering of wrapped objects in three orders. Its plans differ in one object each way and in the data of one that
 * both have; a Secret holds a password that is generated for the instance and that its credentials repeat.
 *
 * @param waits whether its instances are waited for, so that platforms poll
 * @param namespace where the objects are made
 */
export function wrappedOffering(name: string, waits: boolean, namespace: string): Offering {
  const entry = (plan: Plan): KubeObject =>
    entryOf(name, plan, {
      provisionkind: 'ProvisionConfigMapObjects',
      provisiondata: { namespace, name: 'db-${instance.shortId}', labelSelector: `faults/${name}-${plan}` },
      ...(waits ? { readiness: { wait: true, timeoutseconds: 60 } } : {}),
    });
  const wrapped = wrappedObjects().map(({ order, plans, object }, index) => {
    const chosen = Object.fromEntries(plans.map((plan) => [`faults/${name}-${plan}`, '']));
    const labels = {
      'mesitis/kind': `wrapped-${object.kind.toLowerCase()}`,
      'mesitis/offering': name,
      'mesitis/order': String(order),
    };
    return configMap(`${name}-${index}`, { ...labels, ...chosen }, object);
  });
  const namesOf = (plan: Plan): string[] =>
    wrappedObjects()
      .filter(({ plans }) => plans.includes(plan))
      .map(({ object }) => `${object.kind} ${(object.metadata.name ?? '').split('-')[0] ?? ''}`)
      .toSorted();
  return {
    ...idsOf(name),
    isChart: false,
    configMaps: [entry('small'), entry('large'), ...wrapped],
    objects: { small: namesOf('small'), large: namesOf('large') },
  };
}

/** An offering of the chart that {@link CHART} is, whose plans differ as those of wrapped objects do. */
export function chartOffering(name: string, namespace: string): Offering {
  const entry = (plan: Plan): KubeObject =>
    entryOf(name, plan, {
      provisionkind: 'ProvisionHelmChart',
      provisiondata: {
        namespace,
        name: 'db-${instance.shortId}',
        chart: CHART.name,
        values: { instance: '${instance.id}', size: plan, password: '${generate.password(24)}' },
      },
    });
  const both = ['ConfigMap settings', 'Secret key', 'Service db'];
  return {
    ...idsOf(name),
    isChart: true,
    configMaps: [entry('small'), entry('large')],
    objects: {
      small: [...both, 'ConfigMap first'].toSorted(),
      large: [...both, 'ConfigMap second'].toSorted(),
    },
  };
}

/** A chart by its files. Its objects carry the marks of wrapped objects, so that they are found in the same way. */
export const CHART = {
  name: 'faults',
  files: {
    'Chart.yaml': 'apiVersion: v2\nname: faults\nversion: 1.0.0\n',
    'templates/_metadata.tpl': `{{- define "metadata" -}}
name: {{ .name }}-{{ trimPrefix "db-" .release }}
labels: { mesitis/instance-id: "of-a-chart" }
annotations: { mesitis/instance: {{ .instance | quote }} }
{{- end -}}
`,
    'templates/objects.yaml': `{{- range list "settings" (eq .Values.size "small" | ternary "first" "second") }}
---
apiVersion: v1
kind: ConfigMap
metadata: {{ include "metadata" (dict "name" . "release" $.Release.Name "instance" $.Values.instance) | fromYaml | toJson }}
{{- if eq . "settings" }}
data: { size: {{ $.Values.size }} }
{{- end }}
{{- end }}
---
apiVersion: v1
kind: Secret
metadata: {{ include "metadata" (dict "name" "key" "release" .Release.Name "instance" .Values.instance) | fromYaml | toJson }}
stringData: { password: {{ .Values.password | quote }} }
---
apiVersion: v1
kind: Service
metadata: {{ include "metadata" (dict "name" "db" "release" .Release.Name "instance" .Values.instance) | fromYaml | toJson }}
spec: { ports: [{ port: 5432 }] }
`,
  },
} as const;

function idsOf(name: string): Pick<Offering, 'serviceId' | 'planId'> {
  return { serviceId: `${name}-id`, planId: (plan) => `${name}-${plan}-id` };
}

function entryOf(name: string, plan: Plan, fields: object): KubeObject {
  const { serviceId, planId } = idsOf(name);
  return configMap(
    `${name}-${plan}`,
    { 'mesitis/kind': 'catalog-entry' },
    {
      team: 'faults',
      offering: name,
      version: plan,
      description: `${name} instances, ${plan}`,
      uuid: planId(plan),
      serviceuuid: serviceId,
      whitelist: ['*'],
      credentialkind: 'CredentialFromCatalog',
      credentialdata: {
        password: '${generate.instancePassword(24)}',
        own: '${generate.password(24)}',
      },
      ...fields,
    },
  );
}

const BOTH: Plan[] = ['small', 'large'];

function wrappedObjects(): Wrapped[] {
  const named = (name: string): { name: string } => ({ name: `${name}-\${instance.shortId}` });
  const config = (name: string, data: Record<string, string> = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: named(name),
    data,
  });
  const labels = { app: 'db-${instance.shortId}' };
  return [
    { order: 1, plans: ['small'], object: config('settings', { size: 'small' }) },
    { order: 1, plans: ['large'], object: config('settings', { size: 'large' }) },
    {
      order: 2,
      plans: BOTH,
      object: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: named('key'),
        stringData: { password: '${generate.password(24)}' },
      },
    },
    {
      order: 2,
      plans: BOTH,
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: named('db'),
        spec: {
          // No node runs here, and none is needed: what has no replicas is available once its controller has seen it.
          replicas: 0,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'db:1' }] } },
        },
      },
    },
    {
      order: 3,
      plans: BOTH,
      object: { apiVersion: 'v1', kind: 'Service', metadata: named('db'), spec: { ports: [{ port: 5432 }] } },
    },
    { order: 3, plans: ['small'], object: config('first') },
    { order: 1.5, plans: ['large'], object: config('second') },
  ];
}

function configMap(name: string, labels: Record<string, string>, payload: object): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { 'mesitis/enabled': 'true', ...labels } },
    data: { 'wrapped-resource': JSON.stringify(payload) },
  };
}
