import { dirname } from 'node:path';
import { findAssets } from './assets.js';
import { findTools } from './tools.js';

// Run before the suites: what may take minutes the first time must not count against the time limit of a test.
try {
  const [{ apiServer }, { kubectl }] = [await findAssets(process.env), await findTools()];
  process.stdout.write(
    `The API server is from ${dirname(apiServer)}, kubectl and helm are from ${dirname(kubectl)}.\n`,
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
