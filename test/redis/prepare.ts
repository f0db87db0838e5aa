import { join } from 'node:path';
import { mustRun, runTool } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';

// Run before the suites: an installation must not count against the time limit of a test.
const { code, stderr } = await runTool(
  'bash',
  [join(repositoryRoot(), 'test', 'redis', 'install-redis.sh')],
  {
    timeoutMs: 10 * 60_000,
  },
);
process.stderr.write(stderr);
if (code === 0) process.stdout.write(await mustRun('redis-server', ['--version']));
else process.exitCode = 1;
