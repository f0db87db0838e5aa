import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '@mesitis/kube';
import type { MemoryKube } from '@mesitis/kube/memory';
import type { Timing } from '../trust-controller.js';

/** The names of one installation, as the chart would give them. */
export const SECRET = { name: 'mesitis-webhook-tls', namespace: 'platform' };
export const SECRET_REF = { apiVersion: 'v1', kind: 'Secret', ...SECRET };
export const REGISTRATION = 'mesitis.platform';
export const REGISTRATION_REF = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  name: REGISTRATION,
};

/** The ValidatingWebhookConfiguration as the chart installs it: without a caBundle. */
export function registration(): KubeObject {
  return {
    apiVersion: REGISTRATION_REF.apiVersion,
    kind: REGISTRATION_REF.kind,
    metadata: { name: REGISTRATION },
    webhooks: [
      {
        name: 'provider.mesitis.io',
        clientConfig: {
          service: { name: 'mesitis-webhook', namespace: SECRET.namespace, path: '/validate' },
        },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  };
}

/** The registered caBundle as PEM; undefined while there is none. */
export async function registeredBundle(kube: MemoryKube): Promise<string | undefined> {
  const found = await kube.get(REGISTRATION_REF);
  const [webhook] = (found?.['webhooks'] ?? []) as { clientConfig: { caBundle?: string } }[];
  const bundle = webhook?.clientConfig.caBundle;
  return bundle === undefined ? undefined : Buffer.from(bundle, 'base64').toString();
}

/** One PEM file of the Secret; undefined while there is none. */
export async function secretFile(kube: MemoryKube, key: string): Promise<string | undefined> {
  const data = (await kube.get(SECRET_REF))?.['data'] as Record<string, string> | undefined;
  const value = data?.[key];
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
}

/** Lets everything else go on until the condition holds; the test's own timeout is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await setImmediate();
}

/** Time in the hands of a test: pauses take one turn, `tick` is what a timer does. */
export interface TestTiming extends Timing {
  clock: { now: number };
  tick: () => void;
}

/** Timing that starts now. */
export function testTiming(): TestTiming {
  const clock = { now: Date.now() };
  const tasks = new Set<() => void>();
  return {
    clock,
    tick: () => tasks.forEach((task) => task()),
    now: () => clock.now,
    backoff: () => 0,
    delay: async () => setImmediate(),
    every: (_, task) => {
      tasks.add(task);
      return () => void tasks.delete(task);
    },
  };
}
