import { execFile } from 'node:child_process';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RESOURCE, SENTINEL_FUSE, checkExecutable } from './executable-format.js';
import type { Platform } from './platforms.js';

const run = promisify(execFile);

/** What an executable is made from. */
export interface Ingredients {
  /** The bundle's text. */
  bundle: string;
  /** Node for the platform, of the version that runs this. */
  node: string;
  /** The folder of the npm package postject. */
  postject: string;
  /** For files between. */
  folder: string;
}

/**
 * Makes a single executable application (Node's documentation has a page of that name): Node with the bundle in it.
 * Code that is compiled already goes along for the platform that this runs on; for others it can't be made here. (A
 * start-up snapshot works too, but starts no faster, and takes 7 MiB more memory.)
 * @returns the executable's path
 * @throws Error when it could not be made, or is not as it has to be
 */
export async function makeExecutable(
  platform: Platform,
  { bundle, node, postject, folder }: Ingredients,
): Promise<string> {
  const at = (name: string): string => join(folder, `${platform.os}-${platform.arch}-${name}`);
  const [main, config, output] = [at('main.cjs'), at('config.json'), at('blob')];
  await writeFile(main, `${bundle}\nmodule.exports.main();\n`);
  const isOwn = platform.node === `${process.platform}-${process.arch}`;
  const options = { main, output, disableExperimentalSEAWarning: true, useCodeCache: isOwn };
  await writeFile(config, JSON.stringify(options));
  await run(process.execPath, ['--experimental-sea-config', config]);
  const blob = await readFile(output);
  const executable = at(platform.executable);
  await copyFile(node, executable);
  await chmod(executable, 0o755);
  // A process of its own, which keeps to itself that it does not know all parts of Node's executables.
  const words = [executable, RESOURCE, output, '--sentinel-fuse', SENTINEL_FUSE];
  await run(process.execPath, [join(postject, 'dist/cli.js'), ...words]);
  checkExecutable(await readFile(executable), platform, blob);
  return executable;
}

/** Runs an executable of this machine. @throws Error when it does not do what it is for */
export async function tryExecutable(executable: string): Promise<void> {
  const [version, help] = await Promise.all(
    ['version', '--help'].map(async (word) => (await run(executable, [word])).stdout),
  );
  if (!/^kubectl-mesitis \d/.test(version ?? '') || !(help ?? '').includes('$ kubectl mesitis [COMMAND]')) {
    throw new Error(`${executable} does not run: it says ${version ?? ''}${help ?? ''}`);
  }
}
