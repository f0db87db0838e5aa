import fc from 'fast-check';
import { tryConfigMap } from './agreement.js';
import { configMaps } from './config-maps.js';

/** The longest that the webhook may take for one ConfigMap, in milliseconds. */
const LIMIT_MS = 50;

/** How many ConfigMaps are tried before time counts. */
const WARM_UP = 500;

// `make fuzz`: RUNS ConfigMaps (100,000), from SEED (the clock) on. Ends with 1 when webhook and broker disagree, or when a
// ConfigMap takes too long. `make fuzz` gives Node a small heap: what takes more memory than that ends the process.
const runs = Number(process.env['RUNS'] ?? 100_000);
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const times: number[] = [];
let slowest = { ms: 0, text: '' };

// The first of a process pay for code that is compiled once.
for (const configMap of fc.sample(configMaps, { numRuns: WARM_UP, seed })) await tryConfigMap(configMap);

const result = await fc.check(
  fc.asyncProperty(configMaps, async (configMap) => {
    const first = await tryConfigMap(configMap);
    if (first.problem !== undefined) throw new Error(first.problem);
    // Again when it was slow: the machine may have been busy, or the garbage of others was collected.
    let { ms } = first;
    for (let left = 9; ms > LIMIT_MS && left > 0; left -= 1)
      ms = Math.min(ms, (await tryConfigMap(configMap)).ms);
    times.push(ms);
    if (ms > slowest.ms) slowest = { ms, text: JSON.stringify(configMap['data']) };
    if (ms > LIMIT_MS) throw new Error(`took ${ms.toFixed(0)} ms`);
  }),
  { numRuns: runs, seed },
);

times.sort((a, b) => a - b);
const at = (part: number): string => (times[Math.floor((times.length - 1) * part)] ?? 0).toFixed(2);
const { heapUsed, rss } = process.memoryUsage();
process.stdout.write(
  `${result.numRuns} ConfigMaps, seed ${seed}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${slowest.ms.toFixed(1)} ms (${slowest.text.length} characters of data: ${slowest.text.slice(0, 300)}); heap ${(heapUsed / 2 ** 20).toFixed(0)} MiB, resident ${(rss / 2 ** 20).toFixed(0)} MiB\n`,
);
if (result.failed) {
  process.stderr.write(`${fc.defaultReportMessage(result)?.slice(0, 4_000) ?? 'failed'}\n`);
  process.exitCode = 1;
}
