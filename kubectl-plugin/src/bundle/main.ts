import { writeFile } from 'node:fs/promises';
import { bundlePlugin, sizesByPackage } from './bundle.js';

/** Bundles the plugin into dist/kubectl-mesitis.cjs. `--analyze` prints what the bundle consists of. */
const { text, metafile } = await bundlePlugin();
await writeFile(new URL('../kubectl-mesitis.cjs', import.meta.url), text);
process.stdout.write(`kubectl-plugin/dist/kubectl-mesitis.cjs: ${Math.round(text.length / 1000)} kB\n`);
if (process.argv.includes('--analyze')) {
  for (const [name, bytes] of sizesByPackage(metafile)) {
    process.stdout.write(`${String(bytes).padStart(8)} ${name}\n`);
  }
}
