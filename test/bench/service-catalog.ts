import type { KubeClient } from '@mesitis/kube/client';
import type { Figure } from './figures.js';
import { ms, seriesOf, times } from './figures.js';
import type { Stage } from './granting-stage.js';
import { API_VERSION, NAMESPACE, isGone, isReady, object, raiseStage } from './granting-stage.js';
import { timeEach } from './load.js';
import { usageOf } from './usage.js';

/** What is measured, in the order in which it happens to an instance. */
const STEPS = ['provision', 'bind', 'unbind', 'deprovision'] as const;
type Step = (typeof STEPS)[number];

/** What may be needed for one, in milliseconds, and for all at once, where that is said. */
const ALLOWED: Record<Step, { one: number; all?: string }> = {
  provision: { one: 60, all: '2.5 s for 100' },
  bind: { one: 50 },
  unbind: { one: 50 },
  deprovision: { one: 60 },
};

/** The catalog on a real API server with a broker that answers at once: one after the other, then all at once. */
export async function benchServiceCatalog(count: number, atOnce: readonly number[]): Promise<Figure[]> {
  const stage = await raiseStage();
  try {
    await run(stage, { count: 10, workers: 1, prefix: 'warm' });
    const write = await writes(stage.kube, count);
    const single = await run(stage, { count, workers: 1, prefix: 'single' });
    const figures = STEPS.map((step): Figure => {
      const { p50 } = seriesOf(single.timings[step]);
      const what = `${step}, one at a time: p50 (${ALLOWED[step].one} ms allowed)`;
      return { what, value: ms(p50), baseline: `${ms(write)} a write`, ratio: times(p50, write) };
    });
    for (const all of atOnce) {
      const before = await usageOf(stage.catalog.pid());
      const { totals } = await run(stage, { count: all, workers: all, prefix: `all-${all}` });
      for (const step of STEPS) {
        const allowed = ALLOWED[step].all;
        const what = `${step}, ${all} at once: until the last${allowed === undefined ? '' : ` (${allowed} allowed)`}`;
        const each = totals[step] / all;
        figures.push({
          what,
          value: `${(totals[step] / 1000).toFixed(2)} s`,
          baseline: `${ms(write)} a write`,
          ratio: `${times(each, write)} each`,
        });
      }
      const after = await usageOf(stage.catalog.pid());
      figures.push({
        what: `${all} at once: CPU time of the catalog for each, all four steps`,
        value: ms(((after.cpuSeconds - before.cpuSeconds) * 1000) / all),
      });
    }
    return figures;
  } finally {
    await stage.close();
  }
}

/** The p50 of one write of this process, which everything consists of. */
async function writes(kube: KubeClient, count: number): Promise<number> {
  const timings = await timeEach(count, 1, async (index) => {
    const metadata = { name: `write-${index}`, namespace: NAMESPACE };
    await kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' } });
  });
  return seriesOf(timings).p50;
}

interface Outcome {
  timings: Record<Step, number[]>;
  /** Until the last was done, in milliseconds. */
  totals: Record<Step, number>;
}

async function run(
  stage: Stage,
  { count, workers, prefix }: { count: number; workers: number; prefix: string },
): Promise<Outcome> {
  const outcome: Outcome = {
    timings: { provision: [], bind: [], unbind: [], deprovision: [] },
    totals: { provision: 0, bind: 0, unbind: 0, deprovision: 0 },
  };
  for (const step of STEPS) {
    const before = performance.now();
    outcome.timings[step] = await timeEach(count, workers, (index) =>
      take(stage, step, `${prefix}-${index}`),
    );
    outcome.totals[step] = performance.now() - before;
  }
  return outcome;
}

async function take({ kube, instances, bindings }: Stage, step: Step, name: string): Promise<void> {
  switch (step) {
    case 'provision':
      await kube.create(
        object('ServiceInstance', name, {
          clusterServiceClassExternalName: 'db',
          clusterServicePlanExternalName: 'small',
        }),
      );
      return instances.until(name, isReady);
    case 'bind':
      await kube.create(object('ServiceBinding', name, { instanceRef: { name } }));
      return bindings.until(name, isReady);
    case 'unbind':
      await kube.remove({ apiVersion: API_VERSION, kind: 'ServiceBinding', namespace: NAMESPACE, name });
      return bindings.until(name, isGone);
    case 'deprovision':
      await kube.remove({ apiVersion: API_VERSION, kind: 'ServiceInstance', namespace: NAMESPACE, name });
      return instances.until(name, isGone);
  }
}
