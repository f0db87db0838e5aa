import type { Json, JsonObject, KubeObject } from '@mesitis/kube';

/** Annotations and labels that tools write about the object that is there, and that its copies must not have. */
const TOOLS =
  /^(mesitis|kubectl\.kubernetes\.io|deployment\.kubernetes\.io|meta\.helm\.sh|helm\.sh|argocd\.argoproj\.io|kustomize\.toolkit\.fluxcd\.io)\/|^app\.kubernetes\.io\/(managed-by|instance)$/;

/** Fields of `spec` that the API server fills in, by kind. */
const FILLED_IN: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['progressDeadlineSeconds', 'revisionHistoryLimit'],
  Service: [
    ...[
      'clusterIP',
      'clusterIPs',
      'ipFamilies',
      'ipFamilyPolicy',
      'internalTrafficPolicy',
      'sessionAffinity',
    ],
    ...['healthCheckNodePort', 'externalTrafficPolicy', 'allocateLoadBalancerNodePorts'],
  ],
};

/** Values that mean the same as leaving the field out, wherever in an object they are. */
const DEFAULTS: Readonly<Record<string, Json>> = {
  creationTimestamp: null,
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  terminationGracePeriodSeconds: 30,
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  type: 'ClusterIP',
};

const ROLLING = JSON.stringify({
  type: 'RollingUpdate',
  rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
});

/** An object as its author could have written it: without what the cluster and tools added, and without a namespace. */
export function bareObject({ apiVersion, kind, metadata, ...rest }: KubeObject): KubeObject {
  const labels = ofPeople(metadata.labels);
  const annotations = ofPeople(metadata.annotations);
  const { status: _, spec, ...others } = rest;
  const filledIn = FILLED_IN[kind] ?? [];
  const own = Object.entries((spec ?? {}) as JsonObject).filter(([key]) => !filledIn.includes(key));
  return {
    apiVersion,
    kind,
    metadata: {
      name: metadata.name ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...others,
    spec: withoutDefaults(Object.fromEntries(own)),
  };
}

function ofPeople(entries: Record<string, string> | undefined): Record<string, string> | undefined {
  const kept = Object.entries(entries ?? {}).filter(([key]) => !TOOLS.test(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function withoutDefaults(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, member]) => !isDefault(key, member));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutDefaults(member)]));
}

function isDefault(key: string, value: Json): boolean {
  // Of a copy another port would have to be free.
  if (key === 'nodePort') return true;
  if (key === 'strategy') return JSON.stringify(value) === ROLLING;
  if (key === 'securityContext' || key === 'resources') return JSON.stringify(value) === '{}';
  return Object.hasOwn(DEFAULTS, key) && DEFAULTS[key] === value;
}
