import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject, KubeObject } from '@mesitis/kube';
import { isAwaited, judge } from './judge.js';
import type { Related, Verdict } from './judge.js';

interface Content {
  metadata?: JsonObject;
  spec?: JsonObject;
  status?: JsonObject;
}

const API_VERSIONS: Record<string, string> = {
  Pod: 'v1',
  Service: 'v1',
  PersistentVolumeClaim: 'v1',
  ConfigMap: 'v1',
  Job: 'batch/v1',
  Ingress: 'networking.k8s.io/v1',
  Database: 'db.example.com/v1',
};

function object(kind: string, { metadata, ...content }: Content): KubeObject {
  const apiVersion = API_VERSIONS[kind] ?? 'apps/v1';
  return { apiVersion, kind, metadata: { name: 'a', namespace: 'n', ...metadata }, ...content };
}

const condition = (type: string, status: string, reason = '', message = ''): JsonObject => ({
  type,
  status,
  reason,
  message,
});

/** A workload whose controller has seen it. */
const seen = (spec: JsonObject, status: JsonObject): Content => ({
  metadata: { generation: 2 },
  spec,
  status: { observedGeneration: 2, ...status },
});

const waiting = (reason: string, message = '', lastState: JsonObject = {}): KubeObject =>
  object('Pod', {
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'main', state: { waiting: { reason, message } }, lastState }],
    },
  });

const DONE = { replicas: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1 };

describe('ready is', () => {
  test.each<[string, KubeObject, Related?]>([
    ['a Deployment that is available', object('Deployment', seen({ replicas: 1 }, DONE))],
    ['a Deployment that wants nothing', object('Deployment', seen({ replicas: 0 }, {}))],
    ['a ReplicaSet that is full', object('ReplicaSet', seen({}, DONE))],
    ['a StatefulSet of Kubernetes 1.20', object('StatefulSet', seen({ replicas: 1 }, { readyReplicas: 1 }))],
    [
      'a StatefulSet that keeps a partition',
      object(
        'StatefulSet',
        seen(
          { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
          { readyReplicas: 3, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
        ),
      ),
    ],
    [
      'a StatefulSet that is updated on deletion',
      object(
        'StatefulSet',
        seen(
          { replicas: 1, updateStrategy: { type: 'OnDelete' } },
          { readyReplicas: 1, updateRevision: 'b' },
        ),
      ),
    ],
    [
      'a DaemonSet on all of its nodes',
      object(
        'DaemonSet',
        seen({}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }),
      ),
    ],
    [
      'a DaemonSet that is updated on deletion',
      object(
        'DaemonSet',
        seen({ updateStrategy: { type: 'OnDelete' } }, { desiredNumberScheduled: 2, numberAvailable: 2 }),
      ),
    ],
    [
      'a Pod that says so',
      object('Pod', { status: { phase: 'Running', conditions: [condition('Ready', 'True')] } }),
    ],
    [
      'a Pod that ran to its end',
      object('Pod', { status: { phase: 'Succeeded', conditions: [condition('Ready', 'False')] } }),
    ],
    ['a complete Job', object('Job', { status: { conditions: [condition('Complete', 'True')] } })],
    [
      'a Service with somebody behind it',
      object('Service', { spec: { selector: { a: 'b' }, clusterIP: 'None' } }),
      {
        endpoints: {
          ...object('Endpoints', {}),
          subsets: [{ addresses: [{ ip: '10.0.0.1' }] }],
        },
      },
    ],
    [
      'a Service whose Endpoints may not be read',
      object('Service', { spec: { selector: { a: 'b' } } }),
      { endpoints: 'unreadable' },
    ],
    ['a Service without a selector', object('Service', { spec: {} })],
    [
      'a Service that is an alias',
      object('Service', { spec: { type: 'ExternalName', selector: { a: 'b' } } }),
    ],
    [
      'a claim that waits for its first consumer',
      object('PersistentVolumeClaim', { status: { phase: 'Pending' } }),
    ],
    ['a ConfigMap', object('ConfigMap', {})],
    ['an Ingress', object('Ingress', { status: { loadBalancer: {} } })],
    [
      'a custom resource that says Ready, whatever else it says',
      object('Database', {
        status: { conditions: [condition('Available', 'False'), condition('Ready', 'True')] },
      }),
    ],
    [
      'a custom resource that says Available',
      object('Database', { status: { conditions: [condition('Available', 'True')] } }),
    ],
    ['a custom resource with a status of its own kind', object('Database', { status: { phase: 'Green' } })],
  ])('%s', (_what, ...[live, related]) => {
    expect(judge(live, related)).toEqual({ ready: true });
  });
});

describe('not ready is, and why', () => {
  test.each<[string, KubeObject, Related?]>([
    [
      'Deployment a: its controller has not taken it up yet',
      object('Deployment', { metadata: { generation: 1 } }),
    ],
    [
      'Deployment a: its controller has not taken it up yet',
      object('Deployment', { metadata: { generation: 2 }, status: { ...DONE, observedGeneration: 1 } }),
    ],
    ['Deployment a: 0 of 1 available', object('Deployment', seen({}, { updatedReplicas: 1 }))],
    [
      'Deployment a: 1 of 3 updated',
      object('Deployment', seen({ replicas: 3 }, { updatedReplicas: 1, availableReplicas: 3 })),
    ],
    [
      'Deployment a: 1 of the previous version still to end',
      object('Deployment', seen({ replicas: 1 }, { ...DONE, replicas: 2 })),
    ],
    [
      'Deployment a: 0 of 1 available: ImagePullBackOff',
      object('Deployment', seen({}, { updatedReplicas: 1 })),
      { pods: [waiting('ContainerCreating'), waiting('ImagePullBackOff', 'Back-off pulling image "r/x:1"')] },
    ],
    [
      'Deployment a: 0 of 1 updated: FailedCreate: pods "a-1" is forbidden: exceeded quota: small',
      object(
        'Deployment',
        seen(
          {},
          {
            conditions: [
              condition(
                'ReplicaFailure',
                'True',
                'FailedCreate',
                'pods "a-1" is forbidden: exceeded quota:\nsmall',
              ),
            ],
          },
        ),
      ),
    ],
    [
      'ReplicaSet a: 1 of 2 available: Pending',
      object('ReplicaSet', seen({ replicas: 2 }, { availableReplicas: 1 })),
      { pods: [waiting('Pending')] },
    ],
    [
      'StatefulSet a: 1 of 2 available',
      object('StatefulSet', seen({ replicas: 2 }, { readyReplicas: 2, availableReplicas: 1 })),
    ],
    [
      'StatefulSet a: 1 of 2 updated',
      object(
        'StatefulSet',
        seen(
          { replicas: 2 },
          { readyReplicas: 2, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
        ),
      ),
    ],
    [
      'DaemonSet a: 1 of 2 available',
      object(
        'DaemonSet',
        seen({}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 }),
      ),
    ],
    ['Job a: 1 of 3 complete', object('Job', { spec: { completions: 3 }, status: { succeeded: 1 } })],
    ['Job a: is suspended', object('Job', { status: { conditions: [condition('Suspended', 'True')] } })],
    ['Pod a: is not ready yet', object('Pod', {})],
    ['Service a: no ready endpoints', object('Service', { spec: { selector: { a: 'b' } } })],
    [
      'Service a: no ready endpoints, 2 not ready',
      object('Service', { spec: { selector: { a: 'b' } } }),
      {
        endpoints: {
          ...object('Endpoints', {}),
          subsets: [{ notReadyAddresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] }],
        },
      },
    ],
    [
      'Database a: Ready is False: Creating: 1 of 3 members',
      object('Database', {
        status: { conditions: [condition('Ready', 'False', 'Creating', '1 of 3\tmembers\n')] },
      }),
    ],
    [
      'Database a: Ready is Unknown',
      object('Database', { status: { conditions: [condition('Ready', 'Unknown')] } }),
    ],
    [
      'Database a: Reconciling: Resizing',
      object('Database', {
        status: { conditions: [condition('Reconciling', 'True', 'Resizing'), condition('Ready', 'True')] },
      }),
    ],
    [
      'Database a: its controller has not taken it up yet',
      object('Database', seen({}, { observedGeneration: 1, conditions: [condition('Ready', 'True')] })),
    ],
  ])('%s', (reason, ...[live, related]) => {
    expect(judge(live, related)).toEqual({ ready: false, reason });
  });
});

describe('waiting does not help', () => {
  test.each<[string, KubeObject, Related?]>([
    [
      'Deployment a: 0 of 1 available: CrashLoopBackOff (Error, exit code 1); no progress within 60 s',
      object(
        'Deployment',
        seen(
          { progressDeadlineSeconds: 60 },
          { updatedReplicas: 1, conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] },
        ),
      ),
      {
        pods: [
          waiting('CrashLoopBackOff', 'back-off 5m0s', {
            terminated: { reason: 'Error', exitCode: 1, message: 'password=x' },
          }),
        ],
      },
    ],
    [
      'Job a: failed: BackoffLimitExceeded: Error, exit code 3',
      object('Job', { status: { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded')] } }),
      {
        pods: [
          object('Pod', {
            status: {
              phase: 'Failed',
              containerStatuses: [{ state: { terminated: { reason: 'Error', exitCode: 3 } } }],
            },
          }),
        ],
      },
    ],
    ['Pod a: failed: Evicted', object('Pod', { status: { phase: 'Failed', reason: 'Evicted' } })],
    [
      'PersistentVolumeClaim a: its PersistentVolume is lost',
      object('PersistentVolumeClaim', { status: { phase: 'Lost' } }),
    ],
    [
      'Database a: Stalled: NoLicence: ask sales',
      object('Database', {
        status: { conditions: [condition('Stalled', 'True', 'NoLicence', 'ask sales')] },
      }),
    ],
  ])('%s', (reason, ...[live, related]) => {
    expect(judge(live, related)).toEqual({ ready: false, reason, permanent: true });
  });
});

test('a custom resource without any status may only be one that never has any', () => {
  const verdict: Verdict = { ready: false, reason: 'Database a: has no status yet', tentative: true };
  expect(judge(object('Database', { status: {} }))).toEqual(verdict);
});

describe('of a Pod is told', () => {
  const scheduled = (message: string): JsonObject => ({
    phase: 'Pending',
    conditions: [condition('PodScheduled', 'False', 'Unschedulable', message)],
  });
  test.each<[string, JsonObject]>([
    [
      'Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.',
      scheduled('0/1 nodes are available:\n1 Insufficient cpu.'),
    ],
    [`Unschedulable: ${'x'.repeat(159)}…`, scheduled('x'.repeat(1000))],
    ['Unschedulable: red text', scheduled('\u001b\u0000red\u202e text')],
    [
      'CreateContainerConfigError: secret "db" not found',
      {
        containerStatuses: [
          { state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "db" not found' } } },
        ],
      },
    ],
    [
      'CrashLoopBackOff (OOMKilled, exit code 137)',
      {
        containerStatuses: [
          {
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
          },
        ],
      },
    ],
    [
      'ErrImagePull',
      {
        initContainerStatuses: [{ state: { waiting: { reason: 'ErrImagePull' } } }],
        containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
      },
    ],
    [
      'container main runs but is not ready',
      {
        phase: 'Running',
        initContainerStatuses: [{ name: 'init', ready: false, state: { terminated: { exitCode: 0 } } }],
        containerStatuses: [
          { name: 'side', ready: true, state: { running: { startedAt: 'now' } } },
          { name: 'main', ready: false, state: { running: { startedAt: 'now' } } },
        ],
      },
    ],
    ['ContainerCreating', { containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] }],
  ])('%s', (reason, status) => {
    expect(judge(object('Pod', { status }))).toEqual({ ready: false, reason: `Pod a: ${reason}` });
  });
});

test.each<[boolean, string, Content]>([
  [true, 'Deployment', {}],
  [true, 'Database', {}],
  [true, 'Service', { spec: { selector: { a: 'b' } } }],
  [false, 'Service', { spec: {} }],
  [false, 'ConfigMap', {}],
  [false, 'Ingress', {}],
])('it is %s that there is something to wait for in a %s %j', (awaited, kind, content) => {
  expect(isAwaited(object(kind, content))).toBe(awaited);
});

test.each<Json>([null, 'x', [], { conditions: {} }, { conditions: ['x', null, { type: 1 }] }])(
  'a status that makes no sense (%j) is no mistake of ours',
  (status) => {
    for (const kind of [
      'Deployment',
      'StatefulSet',
      'DaemonSet',
      'Job',
      'Pod',
      'PersistentVolumeClaim',
      'Database',
    ]) {
      expect(judge({ ...object(kind, {}), status })).toHaveProperty('ready');
    }
  },
);
