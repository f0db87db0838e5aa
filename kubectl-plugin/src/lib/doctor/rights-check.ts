import type { KubeObject } from '@mesitis/kube';
import { recordAt } from '../objects.js';
import type { Check, Patient } from './check.js';

/** A right that a command needs, in the words of RBAC. */
interface Right {
  verb: string;
  resource: string;
  group: string;
  /** Whether it is asked for in the caller's namespace, or in the whole cluster. */
  scope: 'namespace' | 'cluster';
}

const catalogRight = (verb: string, resource: string, scope: Right['scope'] = 'namespace'): Right => ({
  verb,
  resource,
  group: 'servicecatalog.k8s.io',
  scope,
});

/** What each command for consumers needs; docs/kubectl-mesitis.md, "Rights". */
const NEEDS: readonly { command: string; rights: Right[] }[] = [
  {
    command: 'catalog',
    rights: [
      catalogRight('list', 'clusterserviceclasses', 'cluster'),
      catalogRight('list', 'clusterserviceplans', 'cluster'),
      catalogRight('list', 'serviceclasses'),
      catalogRight('list', 'serviceplans'),
    ],
  },
  {
    command: 'provision',
    rights: [catalogRight('create', 'serviceinstances'), catalogRight('watch', 'serviceinstances')],
  },
  {
    command: 'bind',
    rights: [catalogRight('create', 'servicebindings'), catalogRight('watch', 'servicebindings')],
  },
  {
    command: 'secret',
    rights: [
      catalogRight('get', 'servicebindings'),
      { verb: 'get', resource: 'secrets', group: '', scope: 'namespace' },
    ],
  },
  { command: 'unbind', rights: [catalogRight('delete', 'servicebindings')] },
  { command: 'deprovision', rights: [catalogRight('delete', 'serviceinstances')] },
];

/** What the caller may do, as the API server answers a SelfSubjectAccessReview for each right. */
export async function checkRights(patient: Patient): Promise<Check[]> {
  const { namespace } = patient;
  const answers = await Promise.all(
    NEEDS.map(async ({ command, rights }) => {
      const allowed = await Promise.all(rights.map((right) => isAllowed(patient, right)));
      return { command, missing: rights.filter((_, index) => !allowed[index]) };
    }),
  );
  const may = answers.filter(({ missing }) => missing.length === 0).map(({ command }) => command);
  const lacking = answers.filter(({ missing }) => missing.length > 0);
  return [
    ...(may.length === 0 ? [] : [ok(`in namespace ${namespace} you may ${may.join(', ')}`)]),
    ...lacking.map(({ command, missing }) => lack(command, missing, namespace)),
  ];
}

async function isAllowed({ cluster, namespace }: Patient, right: Right): Promise<boolean> {
  const { verb, resource, group, scope } = right;
  const review: KubeObject = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: {},
    spec: {
      resourceAttributes: { verb, resource, group, ...(scope === 'namespace' ? { namespace } : {}) },
    },
  };
  return recordAt(await cluster.create(review), 'status')['allowed'] === true;
}

function lack(command: string, missing: readonly Right[], namespace: string): Check {
  const rights = missing.map(
    ({ verb, resource, scope }) => `${verb} ${resource}${scope === 'cluster' ? ' in the cluster' : ''}`,
  );
  const cluster = missing.some(({ scope }) => scope === 'cluster');
  return {
    area: 'rights',
    verdict: 'problem',
    message: `in namespace ${namespace} you may not ${command}: that needs ${rights.join(', ')}`,
    remedy: cluster
      ? "ask an administrator to add you to the chart mesitis-platform's value consumers.catalogReaders"
      : `ask for a RoleBinding to ClusterRole edit in namespace ${namespace}, or choose another with -n`,
  };
}

function ok(message: string): Check {
  return { area: 'rights', verdict: 'ok', message };
}
