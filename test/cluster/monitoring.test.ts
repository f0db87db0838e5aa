import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PrometheusMetrics as BrokerMetrics } from '@mesitis/broker';
import { PrometheusMetrics as CatalogMetrics } from '@mesitis/catalog';
import { WebhookMetrics } from '@mesitis/webhook';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { pick, renderChart } from './chart.js';
import { repositoryRoot } from './folders.js';

interface Alert {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

/** The names of every series that one of the servers tells, from what it answers at /metrics. */
async function toldSeries(): Promise<Set<string>> {
  const bodies = await Promise.all([
    new WebhookMetrics('1').render(),
    new CatalogMetrics({ version: '1', snapshot: () => ({ works: true, queues: {}, brokers: [] }) }).render(),
    new BrokerMetrics({
      version: '1',
      catalog: () => ({ services: 0, plans: 0, rejected: [] }),
      now: () => 0,
    }).render(),
  ]);
  const types = bodies.flatMap(({ body }) => [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)]);
  return new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  );
}

function alertsOf(objects: readonly KubeObject[]): Alert[] {
  const { groups } = pick(objects, 'PrometheusRule')['spec'] as { groups: { rules: Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

describe.each(['mesitis-platform', 'mesitis'] as const)('the alerts of chart %s', (chart) => {
  let alerts: Alert[];
  beforeAll(async () => {
    const monitoring = { alerts: true };
    alerts = alertsOf(await renderChart({ chart, name: 'release', namespace: 'ns', values: { monitoring } }));
  });

  test('ask for series that the servers tell', async () => {
    const told = await toldSeries();
    const asked = alerts.flatMap(({ expr }) => expr.match(/\b(?:mesitis|servicecatalog)_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThanOrEqual(alerts.length);
    expect(asked.filter((name) => !told.has(name))).toEqual([]);
  });

  test('say how bad it is, what happened, and what that means', () => {
    for (const { alert, labels, annotations } of alerts) {
      expect({ alert, ...labels }).toEqual({
        alert,
        severity: expect.stringMatching(/^(?:critical|warning)$/),
      });
      expect({ alert, ...annotations }).toEqual({
        alert,
        summary: expect.stringMatching(/\.$/),
        description: expect.stringMatching(/\.$/),
      });
    }
  });

  test('are all explained in the docs', async () => {
    const page = await readFile(join(repositoryRoot(), 'docs', 'operating.md'), 'utf8');
    expect(alerts.filter(({ alert }) => !page.includes(`| \`${alert}\``)).map(({ alert }) => alert)).toEqual(
      [],
    );
  });
});

test('a PodMonitor finds the Pods of its release by the labels that they have, and by the name of their port', async () => {
  for (const chart of ['mesitis-platform', 'mesitis'] as const) {
    const values = { monitoring: { podMonitor: true, labels: { prometheus: 'main' } } };
    const objects = await renderChart({ chart, name: 'release', namespace: 'ns', values });
    const { metadata, spec } = pick(objects, 'PodMonitor');
    expect(metadata.labels).toMatchObject({ prometheus: 'main' });
    const { selector, podMetricsEndpoints } = spec as {
      selector: { matchLabels: object };
      podMetricsEndpoints: { port: string }[];
    };
    const pods = objects
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ spec }) => (spec as Deployed).template);
    expect(pods.length).toBeGreaterThan(0);
    for (const pod of pods) {
      expect(pod.metadata.labels).toMatchObject(selector.matchLabels);
      const ports = pod.spec.containers.flatMap(({ ports }) => ports.map(({ name }) => name));
      expect(ports).toEqual(expect.arrayContaining(podMetricsEndpoints.map(({ port }) => port)));
    }
  }
});

interface Deployed {
  template: {
    metadata: { labels: Record<string, string> };
    spec: { containers: { ports: { name: string }[] }[] };
  };
}

test('nothing of the Prometheus Operator is there unless it is asked for', async () => {
  for (const chart of ['mesitis-platform', 'mesitis'] as const) {
    const objects = await renderChart({ chart, name: 'release', namespace: 'ns' });
    expect(objects.filter(({ apiVersion }) => apiVersion.startsWith('monitoring.'))).toEqual([]);
  }
});
