import { describe, expect, test } from '@jest/globals';
import { MemoryKube } from '@mesitis/kube/memory';
import { Helm } from '../helm/helm.js';
import type { HelmCommand, HelmResult } from '../helm/helm-runner.js';
import { helmChart } from './helm-chart.js';
import type { Provisioner, ProvisionOf, Work } from './provisioner.js';

type HelmProvision = ProvisionOf<'ProvisionHelmChart'>;

const PROVISION: HelmProvision = {
  kind: 'ProvisionHelmChart',
  namespace: 'ns',
  name: 'db',
  chart: 'db',
  repository: 'https://a.example',
  version: '1.2.3',
};

function provisionerWith(run: (command: HelmCommand) => Promise<HelmResult>): Provisioner<HelmProvision> {
  return helmChart({ helm: new Helm({ run }), kube: new MemoryKube(), clusterDomain: 'cluster.local' });
}

const unused = provisionerWith(async () => Promise.reject(new Error('helm is not needed')));
const render = <Value>(value: Value): Value => value;

function workUntil(signal: AbortSignal = new AbortController().signal): Work {
  return { instanceId: 'i', signal, progress: () => undefined };
}

describe('the plan', () => {
  test('is a release of its own for the instance, always the same', async () => {
    const values = { size: 3 };
    const { release, ...rest } = await unused.plan(
      { ...PROVISION, values, service: 'web', port: 80 },
      'i',
      render,
    );
    expect(release).toEqual({
      name: expect.stringMatching(/^db-[a-z][a-z0-9]+$/),
      namespace: 'ns',
      chart: 'db',
      repository: 'https://a.example',
      version: '1.2.3',
      service: 'web',
      port: 80,
      values,
    });
    const host = 'web.ns.svc.cluster.local';
    expect(rest).toEqual({ objects: [], coordinates: { uri: `tcp://${host}`, host, endpoints: [] } });
    expect((await unused.plan(PROVISION, 'i', render)).release?.name).toBe(release?.name);
    expect((await unused.plan(PROVISION, 'other', render)).release?.name).not.toBe(release?.name);
  });

  test('has an empty map when the entry gives no values, and the URL as the chart', async () => {
    const { namespace, name, kind } = PROVISION;
    const chartUrl = 'https://a.example/db.tgz';
    expect((await unused.plan({ kind, namespace, name, chartUrl }, 'i', render)).release).toMatchObject({
      chart: chartUrl,
      values: {},
    });
  });

  test('is refused when nothing pins the chart', async () => {
    const { kind, namespace, name } = PROVISION;
    const unpinned: HelmProvision = { kind, namespace, name, chart: 'oci://a.example/db' };
    await expect(unused.plan(unpinned, 'i', render)).rejects.toMatchObject({ code: 'OfferingMisconfigured' });
  });
});

test('making rejects by the signal alone; anything else is its outcome, with all that may have been made', async () => {
  const plan = await unused.plan(PROVISION, 'i', render);
  const failing = provisionerWith(async () =>
    Promise.resolve({ code: 1, stdout: '', stderr: ['Error: no'] }),
  );
  expect(await failing.make(plan, workUntil())).toEqual({
    made: plan,
    failure: { error: expect.objectContaining({ code: 'ReleaseFailed' }) },
  });
  const controller = new AbortController();
  const halted = provisionerWith(async ({ signal }) => {
    controller.abort(new Error('halted'));
    return Promise.reject(signal.reason as Error);
  });
  await expect(halted.make(plan, workUntil(controller.signal))).rejects.toThrow('halted');
});

test('waiting is done while installing, and forgetting to say so is a mistake that shows', async () => {
  const plan = await unused.plan(PROVISION, 'i', render);
  if (plan.release === undefined) throw new Error('There is no release.');
  await unused.awaitReady({ ...plan, release: { ...plan.release, waitSeconds: 5 } }, workUntil(), 5);
  await expect(unused.awaitReady(plan, workUntil(), 5)).rejects.toThrow('needs waitSeconds');
});

test('an instance without a release has nothing to take away', async () => {
  const plan = await unused.plan(PROVISION, 'i', render);
  await unused.remove({ objects: [], coordinates: plan.coordinates }, workUntil());
});
