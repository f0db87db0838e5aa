import type { KubeObject } from '@mesitis/kube';
import { listAt, nameOf, recordAt, textAt } from '../objects.js';
import { readBundle } from './certificate.js';
import { hidden, isThere, listing, type Check, type Patient } from './check.js';
import { addressesOf, type ServiceName } from './service-addresses.js';

/** `webhooks[].name` in the platform chart's registration. */
const WEBHOOK_NAME = 'configmaps.webhook.mesitis';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** Whether ConfigMaps of offerings are checked when they are written: the registration, its CA, and who answers. */
export async function checkWebhook(patient: Patient): Promise<Check[]> {
  const found = await listing(patient.cluster, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
  });
  if (found.kind === 'hidden') return [hidden('webhook', 'ValidatingWebhookConfigurations')];
  const registrations = (found.kind === 'items' ? found.items : []).flatMap((configuration) =>
    listAt(configuration, 'webhooks')
      .filter((webhook) => textAt(webhook, 'name') === WEBHOOK_NAME)
      .map((webhook) => ({ configuration, webhook })),
  );
  if (registrations.length === 0) {
    return [
      {
        area: 'webhook',
        verdict: 'problem',
        message: `no ValidatingWebhookConfiguration registers ${WEBHOOK_NAME}, so mistakes in offerings are not refused`,
        remedy: 'install or upgrade the chart mesitis-platform',
      },
    ];
  }
  const checks = await Promise.all(
    registrations.map(async ({ configuration, webhook }) => [
      bundleCheck(configuration, webhook, patient.now),
      ...policyCheck(configuration, webhook),
      ...(await serviceCheck(patient, webhook)),
    ]),
  );
  return checks.flat();
}

function bundleCheck(configuration: KubeObject, webhook: unknown, now: number): Check {
  const name = nameOf(configuration);
  const bundle = readBundle(textAt(recordAt(webhook, 'clientConfig'), 'caBundle'), now);
  const restart = 'restart the webhook, which writes its CA into the registration when it starts';
  switch (bundle.kind) {
    case 'empty':
      return problem(
        `${name} has no caBundle, so every write of an offering is refused`,
        `${restart}; if it runs, read its log`,
      );
    case 'broken':
      return problem(`the caBundle of ${name} is of no use: ${bundle.why}`, restart);
    case 'early':
      return problem(
        `the CA in ${name} is valid only from ${date(bundle.from)}`,
        "set the clocks of the cluster's nodes",
      );
    case 'expired':
      return problem(`the CA in ${name} expired on ${date(bundle.until)}`, restart);
    case 'valid': {
      const days = Math.floor((bundle.until - now) / DAY_MS);
      const message = `${name} is registered, its CA is valid until ${date(bundle.until)}`;
      return days >= SOON_DAYS
        ? { area: 'webhook', verdict: 'ok', message }
        : {
            area: 'webhook',
            verdict: 'warning',
            message: `${message}, ${days} days from now`,
            remedy: restart,
          };
    }
  }
}

function policyCheck(configuration: KubeObject, webhook: unknown): Check[] {
  if (textAt(webhook, 'failurePolicy') !== 'Ignore') return [];
  return [
    {
      area: 'webhook',
      verdict: 'warning',
      message: `${nameOf(configuration)} has failurePolicy Ignore: offerings with mistakes pass while the webhook is away`,
      remedy: 'set failurePolicy to Fail, as the chart does',
    },
  ];
}

/** A registration may name a URL instead; whether somebody answers there only the API server can tell. */
async function serviceCheck({ cluster }: Patient, webhook: unknown): Promise<Check[]> {
  const service = recordAt(recordAt(webhook, 'clientConfig'), 'service');
  const [name, namespace] = [textAt(service, 'name'), textAt(service, 'namespace')];
  if (name === undefined || namespace === undefined) return [];
  const there = await isThere(cluster, { apiVersion: 'v1', kind: 'Service', namespace, name });
  if (there === undefined) return [hidden('webhook', `Services of namespace ${namespace}`)];
  if (there) return [...(await podCheck(cluster, { name, namespace }))];
  return [
    problem(
      `the Service ${namespace}/${name} of the webhook does not exist`,
      'upgrade the chart mesitis-platform',
    ),
  ];
}

async function podCheck(cluster: Patient['cluster'], service: ServiceName): Promise<Check[]> {
  if ((await addressesOf(cluster, service)) !== 'nobody') return [];
  const { name, namespace } = service;
  return [
    problem(
      `no Pod of the webhook is ready behind Service ${namespace}/${name}`,
      `see kubectl get pods -n ${namespace}, and the log of what does not start`,
    ),
  ];
}

function problem(message: string, remedy: string): Check {
  return { area: 'webhook', verdict: 'problem', message, remedy };
}

function date(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
