import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runTool } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';

describe('the demo', () => {
  test.each(['sandbox', 'real'])(
    'tells the whole story on %s and finds everything as told',
    async (kind) => {
      const main = join(repositoryRoot(), 'test', 'dist', 'demo', 'main.js');
      const { code, stdout, stderr } = await runTool(process.execPath, [main, '--cluster', kind], {
        timeoutMs: 180_000,
      });
      expect({ code, stderr: stderr.trim().split('\n').at(-1) }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('All as told');
    },
    180_000,
  );
});
