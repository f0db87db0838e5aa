import { describe, expect, test } from '@jest/globals';
import type { ObjectRef } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import type { HelmRelease, Work } from '../provision/provisioner.js';
import { Helm } from './helm.js';
import type { HelmCommand, HelmResult } from './helm-runner.js';
import { bringAbout, takeAway } from './release-steps.js';

/** A revision as a test writes it: `d1` and `d2` stand for contents. */
interface Revision {
  status: string;
  content: HelmRelease;
  instanceId?: string | null;
}

const one: HelmRelease = {
  name: 'db-1',
  namespace: 'ns',
  chart: '/charts/db',
  values: { size: 1 },
  waitSeconds: 9,
};
const two: HelmRelease = { ...one, values: { size: 2 } };
const WORK: Work = { instanceId: 'i', signal: new AbortController().signal, progress: () => undefined };

/** What helm has recorded, and what it is asked to change. */
class RecordedHelm {
  readonly changes: string[] = [];
  readonly removed: ObjectRef[] = [];
  readonly #revisions: (Omit<Revision, 'content'> & { labels: Record<string, string> })[] = [];
  readonly #status: object;
  #installing: string | undefined;

  constructor(status: object = {}) {
    this.#status = status;
  }

  get context(): Parameters<typeof bringAbout>[0] {
    const helm = new Helm({
      run: async (command) => Promise.resolve(this.#run(command)),
      chartsDirectory: '/',
    });
    const kube = { remove: async (ref: ObjectRef) => Promise.resolve(this.removed.push(ref) > 0) };
    return { helm, kube };
  }

  /** Has every revision written by the code that is tested, so that the labels are its own. */
  async given(...revisions: Revision[]): Promise<this> {
    for (const { status, content, instanceId = 'i' } of revisions) {
      const empty = new RecordedHelm();
      await bringAbout(empty.context, url(content), { ...WORK, instanceId: instanceId ?? '' });
      const labels = Object.fromEntries(
        (empty.#installing ?? '').split(',').map((pair) => pair.split('=') as [string, string]),
      );
      this.#revisions.push({ status, labels: instanceId === null ? {} : labels });
    }
    return this;
  }

  #run({ args }: HelmCommand): HelmResult {
    const answer = (value: unknown): HelmResult => ({ code: 0, stdout: JSON.stringify(value), stderr: [] });
    const flag = (name: string): string | undefined =>
      args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
    const revision = Number(flag('revision') ?? this.#revisions.length);
    switch (args[0]) {
      case 'get': {
        const found = this.#revisions[revision - 1];
        if (found === undefined) return { code: 1, stdout: '', stderr: ['Error: release: not found'] };
        return answer({ revision, ...found });
      }
      case 'history':
        return answer(this.#revisions.map(({ status }, index) => ({ revision: index + 1, status })));
      case 'status':
        return answer(this.#status);
      default:
        this.#installing = flag('labels');
        this.changes.push(this.#describe(args));
        return { code: 0, stdout: '', stderr: [] };
    }
  }

  #describe(args: readonly string[]): string {
    const told = ['--wait', '--keep-history', '--no-hooks'].filter((flag) => args.includes(flag));
    const revision = args[0] === 'rollback' ? [args.at(-1) ?? ''] : [];
    return [args[0], ...revision, ...told].join(' ');
  }
}

const url = (release: HelmRelease): HelmRelease => ({ ...release, chart: 'https://a.example/x.tgz' });

describe('to bring a release about', () => {
  test.each<[string, Revision[], string[]]>([
    ['that is not there', [], ['install --wait']],
    ['that is there', [{ status: 'deployed', content: one }], []],
    ['that is another one', [{ status: 'deployed', content: two }], ['upgrade --wait']],
    [
      'whose first installation was interrupted',
      [{ status: 'pending-install', content: one }],
      ['uninstall --wait --keep-history --no-hooks', 'uninstall', 'install --wait'],
    ],
    [
      'whose first installation failed',
      [{ status: 'failed', content: one }],
      ['uninstall --wait --keep-history --no-hooks', 'uninstall', 'install --wait'],
    ],
    [
      'whose removal was interrupted',
      [{ status: 'uninstalling', content: one }],
      ['uninstall --wait --keep-history', 'uninstall', 'install --wait'],
    ],
    [
      'whose removal is not recorded',
      [{ status: 'uninstalled', content: one }],
      ['uninstall', 'install --wait'],
    ],
    [
      'whose removal was interrupted after it had changed',
      [
        { status: 'superseded', content: one },
        { status: 'uninstalling', content: one },
      ],
      ['uninstall --wait --keep-history', 'uninstall', 'install --wait'],
    ],
    [
      'from which an upgrade failed',
      [
        { status: 'deployed', content: one },
        { status: 'failed', content: two },
      ],
      ['rollback 1 --wait'],
    ],
    [
      'from which an upgrade was interrupted',
      [
        { status: 'deployed', content: one },
        { status: 'pending-upgrade', content: two },
      ],
      ['rollback 1 --wait'],
    ],
    [
      'to which an upgrade failed',
      [
        { status: 'deployed', content: two },
        { status: 'failed', content: one },
      ],
      ['upgrade --wait'],
    ],
    [
      'to which an upgrade was interrupted',
      [
        { status: 'deployed', content: two },
        { status: 'pending-upgrade', content: one },
      ],
      ['rollback 1', 'upgrade --wait'],
    ],
    [
      'of which nothing is deployed any more',
      [
        { status: 'superseded', content: two },
        { status: 'pending-rollback', content: one },
      ],
      ['rollback 1', 'upgrade --wait'],
    ],
    [
      'that was another one before',
      [
        { status: 'superseded', content: one },
        { status: 'deployed', content: two },
      ],
      // Forward is forward: the hooks of an upgrade run, not those of a rollback.
      ['upgrade --wait'],
    ],
  ])('%s takes %#', async (_what, revisions, changes) => {
    const recorded = await new RecordedHelm().given(...revisions);
    await bringAbout(recorded.context, url(one), WORK);
    expect(recorded.changes).toEqual(changes);
  });

  test('the order of the keys of its values does not matter', async () => {
    const values = { a: 1, b: { c: 2, d: 3 } };
    const recorded = await new RecordedHelm().given({ status: 'deployed', content: { ...one, values } });
    await bringAbout(recorded.context, url({ ...one, values: { b: { d: 3, c: 2 }, a: 1 } }), WORK);
    expect(recorded.changes).toEqual([]);
  });

  test.each([
    [null, 'was not made by this broker'],
    ['other', 'belongs to another instance'],
  ])('whose name is taken is a conflict (%s)', async (instanceId, whose) => {
    const recorded = await new RecordedHelm().given({ status: 'deployed', content: one, instanceId });
    await expect(bringAbout(recorded.context, url(one), WORK)).rejects.toMatchObject({
      code: 'ObjectConflict',
      message: expect.stringContaining(`the Helm release ns/db-1 exists already and ${whose}`),
    });
    expect(recorded.changes).toEqual([]);
  });
});

describe('to take a release away', () => {
  test.each<[string, Revision[], string[]]>([
    ['that is not there', [], []],
    ['of nobody that is known', [{ status: 'deployed', content: one, instanceId: null }], []],
    ['of another instance', [{ status: 'deployed', content: one, instanceId: 'other' }], []],
    ['that works', [{ status: 'deployed', content: one }], ['uninstall --wait --keep-history', 'uninstall']],
    [
      'that never worked',
      [{ status: 'failed', content: one }],
      ['uninstall --wait --keep-history --no-hooks', 'uninstall'],
    ],
    ['that is only recorded', [{ status: 'uninstalled', content: one }], ['uninstall']],
  ])('%s takes %#', async (_what, revisions, changes) => {
    const recorded = await new RecordedHelm().given(...revisions);
    await takeAway(recorded.context, one, WORK);
    expect(recorded.changes).toEqual(changes);
  });

  test('the objects of its hooks go too, each once', async () => {
    const hook = {
      manifest: '{apiVersion: v1, kind: Pod, metadata: {name: p}}',
      last_run: { phase: 'Failed' },
    };
    const recorded = await new RecordedHelm({ hooks: [hook] }).given(
      { status: 'superseded', content: two },
      { status: 'deployed', content: one },
    );
    await takeAway(recorded.context, one, WORK);
    expect(recorded.removed).toEqual([{ apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'p' }]);
  });

  test('a hook of a kind that belongs to the whole cluster is removed there', async () => {
    const manifest = '{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: c}}';
    const recorded = await new RecordedHelm({
      hooks: [{ manifest, last_run: { phase: 'Succeeded' } }],
    }).given({
      status: 'deployed',
      content: one,
    });
    const refused: ObjectRef[] = [];
    const kube = {
      remove: async (ref: ObjectRef) => {
        if (ref.namespace === undefined) return recorded.context.kube.remove(ref);
        refused.push(ref);
        return Promise.reject(new KubeError('invalid', 'ClusterRole belongs to the whole cluster'));
      },
    };
    await takeAway({ ...recorded.context, kube }, one, WORK);
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'c' };
    expect(refused).toEqual([{ ...role, namespace: 'ns' }]);
    expect(recorded.removed).toEqual([role]);
  });

  test('is not done while an object is still there', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'ns' } };
    const recorded = await new RecordedHelm({ info: { resources: { 'v1/Service': [service] } } }).given({
      status: 'uninstalled',
      content: one,
    });
    await expect(takeAway(recorded.context, one, WORK)).rejects.toMatchObject({
      code: 'DeprovisionIncomplete',
      message:
        'uninstalling the Helm release ns/db-1 is not complete: Service ns/s is still there; ask again',
    });
    expect(recorded.changes).toEqual([]);
  });
});
