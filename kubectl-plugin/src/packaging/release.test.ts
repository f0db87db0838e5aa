import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { unzipSync } from 'fflate';
import { parse } from 'yaml';
import { VERSION } from '../version.js';
import { krewManifest, krewProblems, type KrewManifest, type KrewPlatform } from './krew-manifest.js';
import { PLATFORMS } from './platforms.js';
import { archiveOf, manifestFile } from './release.js';

const LICENSES = { own: 'ours\n', thirdParty: 'theirs\n' };
const standIn = Buffer.from(`not a program, and longer than a block ${'x'.repeat(600)}`);
const archives = PLATFORMS.map((platform) => archiveOf(platform, standIn, LICENSES));
const manifestOf = (baseUrl: string): KrewManifest =>
  krewManifest(
    archives.map(({ archive }) => archive),
    baseUrl,
  );

/** Unpacks an archive as whoever gets it would. */
async function unpack(
  file: string,
  bytes: Buffer,
): Promise<Map<string, { text: string; executable: boolean }>> {
  if (file.endsWith('.zip')) {
    const entries = Object.entries(unzipSync(bytes));
    return new Map(
      entries.map(([name, data]) => [name, { text: Buffer.from(data).toString(), executable: true }]),
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'mesitis-archive-'));
  try {
    await writeFile(join(folder, file), bytes);
    execFileSync('tar', ['-xzf', file], { cwd: folder });
    const names = (await readdir(folder)).filter((name) => name !== file);
    const files = names.map(async (name) => {
      const [text, { mode }] = await Promise.all([
        readFile(join(folder, name), 'utf8'),
        stat(join(folder, name)),
      ]);
      return [name, { text, executable: (mode & 0o111) !== 0 }] as const;
    });
    return new Map(await Promise.all(files));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.each(archives)('$archive.file holds what the manifest says, whole', async ({ archive, bytes }) => {
  const { spec } = parse(manifestFile([archive], 'https://example.com/').bytes.toString()) as KrewManifest;
  const [only] = spec.platforms;
  const found = await unpack(archive.file, bytes);
  expect(only?.files.map(({ from }) => from).sort()).toEqual([...found.keys()].sort());
  expect(only?.uri).toBe(`https://example.com/${archive.file}`);
  expect(only?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(found.get(only?.bin ?? '')).toEqual({ text: standIn.toString(), executable: true });
  const [script] = [...found.keys()].filter((name) => name.startsWith('kubectl_complete-mesitis'));
  expect(found.get(script ?? '')).toMatchObject({ executable: true });
  expect(found.get(script ?? '')?.text).toContain('kubectl-mesitis __complete');
  expect([found.get('LICENSE')?.text, found.get('THIRD-PARTY-LICENSES')?.text]).toEqual([
    'ours\n',
    'theirs\n',
  ]);
});

test('the same content gives the same archive', () => {
  const again = PLATFORMS.map((platform) => archiveOf(platform, standIn, LICENSES).archive.sha256);
  expect(again).toEqual(archives.map(({ archive }) => archive.sha256));
});

test('krew takes the manifest, which has each platform once', () => {
  const manifest = manifestOf('https://example.com/v1');
  expect(krewProblems(manifest)).toEqual([]);
  expect(manifest.spec.version).toBe(`v${VERSION}`);
  expect(manifest.spec.platforms.map(({ selector: { matchLabels } }) => matchLabels)).toEqual([
    { os: 'linux', arch: 'amd64' },
    { os: 'linux', arch: 'arm64' },
    { os: 'windows', arch: 'amd64' },
  ]);
});

function platform({ platforms }: KrewManifest['spec'], index: number): KrewPlatform {
  const found = platforms[index];
  if (found === undefined) throw new Error(`there is no platform ${index}`);
  return found;
}

test.each<[string, (manifest: KrewManifest) => void]>([
  ['apiVersion is not the one that krew knows', (manifest) => (manifest.apiVersion = 'v1')],
  ['kind is not Plugin', (manifest) => (manifest.kind = 'Plug')],
  ['metadata.name has other characters', ({ metadata }) => (metadata.name = 'me sitis')],
  ['spec.version is not vX.Y.Z', ({ spec }) => (spec.version = '0.1.0')],
  ['spec.version is not vX.Y.Z', ({ spec }) => (spec.version = 'v0.1')],
  ['spec.shortDescription is not one line', ({ spec }) => (spec.shortDescription = '')],
  ['spec.shortDescription is not one line', ({ spec }) => (spec.shortDescription = 'a\nb')],
  ['spec.shortDescription is longer', ({ spec }) => (spec.shortDescription = 'a'.repeat(61))],
  ['spec.shortDescription ends with a full stop', ({ spec }) => (spec.shortDescription = 'Does it.')],
  ['spec.description is missing', ({ spec }) => (spec.description = ' ')],
  ['spec.platforms is empty', ({ spec }) => (spec.platforms = [])],
  ['platforms[0]: selector is not of os', ({ spec }) => (platform(spec, 0).selector.matchLabels = {})],
  [
    'platforms[0]: selector is not of os',
    ({ spec }) => (platform(spec, 0).selector.matchLabels['cpu'] = 'x'),
  ],
  ['platforms[0]: uri is not that of', ({ spec }) => (platform(spec, 0).uri = 'http://example.com/a.tar.gz')],
  ['platforms[1]: sha256 is not', ({ spec }) => (platform(spec, 1).sha256 = 'ABC')],
  ['platforms[0]: bin is not among', ({ spec }) => (platform(spec, 0).bin = 'other')],
  [
    'platforms[0]: files is empty',
    ({ spec }) => (platform(spec, 0).files = [{ from: 'kubectl-mesitis', to: '' }]),
  ],
  ['platforms[0]: files lacks the LICENSE', ({ spec }) => platform(spec, 0).files.splice(2, 1)],
  ['platforms[2]: bin does not end', ({ spec }) => (platform(spec, 2).bin = 'kubectl-mesitis')],
])('krew would not take it: %s', (problem, spoil) => {
  const manifest = structuredClone(manifestOf('https://example.com'));
  spoil(manifest);
  expect(krewProblems(manifest)).toContainEqual(expect.stringContaining(problem));
});

test('no manifest is written that krew would not take', () => {
  expect(() => manifestFile([], 'https://example.com')).toThrow(
    'krew would not take the manifest: spec.platforms',
  );
});
