import { cpus, loadavg, totalmem } from 'node:os';
import { benchAdmission } from './admission.js';
import { benchCatalogAtRest } from './catalog-at-rest.js';
import { benchCatalog } from './catalog.js';
import type { Figure } from './figures.js';
import { table } from './figures.js';
import { benchLinting } from './linting.js';
import { benchPlugin } from './plugin.js';
import { benchProvisioning } from './provisioning.js';
import { benchRestart } from './restart.js';
import { benchServiceCatalog } from './service-catalog.js';

// `make bench`: what lint, the broker, the webhook, the catalog controller and the plugin cost, as ratios to a baseline of the same run. SMALL=1 takes a minute or so.
const isSmall = process.env['SMALL'] === '1';

const memory = (totalmem() / 2 ** 30).toFixed(0);
process.stdout.write(
  `${cpus().length} cores, ${memory} GiB, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1) ?? ''} at the start\n\n`,
);
const parts: readonly (() => Promise<Figure[]>)[] = [
  () => benchLinting(isSmall ? 1_000 : 10_000),
  () => benchPlugin(isSmall ? 5 : 20),
  () => benchCatalog(isSmall ? 100 : 1_000, isSmall ? 1 : 5),
  () => benchProvisioning(isSmall ? 20 : 100),
  () => benchAdmission(isSmall ? 50 : 300),
  () => benchRestart(isSmall ? 500 : 10_000),
  () => benchServiceCatalog(isSmall ? 20 : 100, isSmall ? [20] : [100, 1_000]),
  () => benchCatalogAtRest(isSmall ? 500 : 10_000),
];
for (const part of parts) process.stdout.write(`${table(await part())}\n\n`);
