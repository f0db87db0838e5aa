import type { KubeObject } from '@mesitis/kube';
import { listAt, nameOf, recordAt, textAt } from '../objects.js';
import { hidden, isThere, listing, type Check, type Patient } from './check.js';

const GROUP = 'servicecatalog.k8s.io';

const KINDS = {
  APIService: 'apiregistration.k8s.io/v1',
  MutatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
};

/**
 * What the archived Service Catalog left behind: an aggregated API in the place of the CRDs, and webhooks of a Service
 * that is gone, which refuse every write to the group.
 */
export async function checkLeftovers({ cluster }: Patient): Promise<Check[]> {
  const found = await Promise.all(
    Object.entries(KINDS).map(async ([kind, apiVersion]) => ({
      kind,
      listed: await listing(cluster, { apiVersion, kind }),
    })),
  );
  const objects = found.flatMap(({ listed }) => (listed.kind === 'items' ? listed.items : []));
  const checks = await Promise.all(objects.map((object) => checkObject(cluster, object)));
  const problems = checks.filter((check) => check !== undefined);
  const unseen = found.filter(({ listed }) => listed.kind === 'hidden').map(({ kind }) => `${kind}s`);
  if (unseen.length > 0) return [...problems, hidden('leftovers', unseen.join(', '))];
  if (problems.length > 0) return problems;
  return [{ area: 'leftovers', verdict: 'ok', message: 'nothing of the old Service Catalog is left' }];
}

async function checkObject(cluster: Patient['cluster'], object: KubeObject): Promise<Check | undefined> {
  if (object.kind === 'APIService') return aggregatedApi(object);
  return isAboutTheGroup(object) ? oldWebhook(cluster, object) : undefined;
}

/** The API server makes an APIService for every CRD too; only an aggregated one has a Service. */
function aggregatedApi(object: KubeObject): Check | undefined {
  const { spec } = object;
  const aggregated = textAt(recordAt(spec, 'service'), 'name') !== undefined;
  if (textAt(spec, 'group') !== GROUP || !aggregated) return undefined;
  return problem(
    `APIService ${nameOf(object)} sends ${GROUP} to the API server of the old Service Catalog`,
    `kubectl delete apiservice ${nameOf(object)}`,
  );
}

/** What the webhooks of Mesitis end in. */
const OUR_NAMES = '.webhook.mesitis';

/** Whether somebody else's webhooks are asked about this group. */
function isAboutTheGroup(configuration: KubeObject): boolean {
  return listAt(configuration, 'webhooks').some(
    (webhook) =>
      textAt(webhook, 'name')?.endsWith(OUR_NAMES) !== true &&
      listAt(webhook, 'rules').some((rule) => listAt(rule, 'apiGroups').includes(GROUP)),
  );
}

async function oldWebhook(
  cluster: Patient['cluster'],
  configuration: KubeObject,
): Promise<Check | undefined> {
  const title = `${configuration.kind} ${nameOf(configuration)}`;
  const remedy = `kubectl delete ${configuration.kind.toLowerCase()} ${nameOf(configuration)}`;
  const services = listAt(configuration, 'webhooks').map((webhook) =>
    recordAt(recordAt(webhook, 'clientConfig'), 'service'),
  );
  for (const service of services) {
    const [name, namespace] = [textAt(service, 'name'), textAt(service, 'namespace')];
    if (name === undefined || namespace === undefined) continue;
    const there = await isThere(cluster, { apiVersion: 'v1', kind: 'Service', namespace, name });
    if (there === false) {
      return problem(
        `${title} asks Service ${namespace}/${name}, which does not exist, before every write to ${GROUP}`,
        remedy,
      );
    }
  }
  const old = /catalog/.test(nameOf(configuration));
  return old
    ? {
        area: 'leftovers',
        verdict: 'warning',
        message: `${title} judges writes to ${GROUP}: the old Service Catalog seems to run beside Mesitis`,
        remedy: `uninstall it; its webhooks go with ${remedy}`,
      }
    : undefined;
}

function problem(message: string, remedy: string): Check {
  return { area: 'leftovers', verdict: 'problem', message, remedy };
}
