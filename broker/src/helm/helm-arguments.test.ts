import { describe, expect, test } from '@jest/globals';
import type { HelmRelease } from '../provision/provisioner.js';
import type { ChartSource } from './chart-source.js';
import {
  historyArguments,
  installArguments,
  metadataArguments,
  purgeArguments,
  rollbackArguments,
  showChartArguments,
  statusArguments,
  uninstallArguments,
  upgradeArguments,
} from './helm-arguments.js';

const RELEASE: HelmRelease = { name: 'db-1', namespace: 'ns', chart: 'db', values: { password: 'hunter2' } };
const FOLDER: ChartSource = { from: 'folder', path: '/charts/db' };
const LABELS = { 'a/b': 'c', d: 'e' };

test('an installation names everything and waits for hooks alone', () => {
  expect(installArguments(RELEASE, FOLDER, LABELS)).toEqual([
    'install',
    '--namespace=ns',
    '--labels=a/b=c,d=e',
    '--values=-',
    '--server-side=false',
    '--hide-notes',
    '--timeout=300s',
    '--',
    'db-1',
    '/charts/db',
  ]);
});

test('an installation that waits says how long, and has helm tell what it waits for', () => {
  const args = installArguments({ ...RELEASE, waitSeconds: 60 }, FOLDER, LABELS);
  expect(args.slice(-7, -3)).toEqual(['--wait', '--wait-for-jobs', '--timeout=60s', '--debug']);
});

describe('a chart is named', () => {
  test.each<[ChartSource, string[], string]>([
    [{ from: 'url', url: 'https://a.example/x.tgz' }, [], 'https://a.example/x.tgz'],
    [FOLDER, [], '/charts/db'],
    [{ from: 'registry', reference: 'oci://a/x', version: '1.0.0' }, ['--version=1.0.0'], 'oci://a/x'],
    [{ from: 'registry', reference: 'oci://a/x@sha256:0' }, [], 'oci://a/x@sha256:0'],
    [
      { from: 'repository', repository: 'https://a.example', name: 'x', version: '1.0.0' },
      ['--repo=https://a.example', '--version=1.0.0'],
      'x',
    ],
  ])('for %j', (chart, flags, reference) => {
    const args = upgradeArguments(RELEASE, chart, LABELS);
    expect(args.slice(args.indexOf('--timeout=300s') + 1)).toEqual([...flags, '--', 'db-1', reference]);
    expect(showChartArguments(chart)).toEqual(['show', 'chart', ...flags, '--', reference]);
  });
});

// The names would be refused before; this is the second lock.
test('no text becomes a flag, and no value is on any command line', () => {
  const evil = { ...RELEASE, name: '--debug', namespace: '--kubeconfig=/x' };
  const chart: ChartSource = {
    from: 'repository',
    repository: '--x',
    name: '--post-renderer=x',
    version: '--y',
  };
  const all = [
    installArguments(evil, chart, LABELS),
    upgradeArguments(evil, chart, LABELS),
    rollbackArguments(evil, 3),
    uninstallArguments(evil, { hooks: false, seconds: 1 }),
    purgeArguments(evil),
    metadataArguments(evil, 2),
    historyArguments(evil),
    statusArguments(evil, 1),
    showChartArguments(chart),
  ];
  for (const args of all) {
    const flags = args.slice(0, args.indexOf('--'));
    expect(flags.filter((flag) => /^--(post-renderer|kubeconfig|x|y)/.test(flag))).toEqual([]);
    expect(args.join(' ')).not.toContain('hunter2');
  }
});
