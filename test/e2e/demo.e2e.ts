import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runTool } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';

/** The command lines that a telling of the story shows. */
function commands(told: string): string[] {
  return told.split('\n').filter((line) => line.startsWith('$ '));
}

describe('the demo', () => {
  test.each(['sandbox', 'real'])(
    'tells the whole story on %s, finds everything as told, and the walkthrough shows the same commands',
    async (kind) => {
      const main = join(repositoryRoot(), 'test', 'dist', 'demo', 'main.js');
      const { code, stdout, stderr } = await runTool(process.execPath, [main, '--cluster', kind], {
        timeoutMs: 180_000,
      });
      expect({ code, stderr: stderr.trim().split('\n').at(-1) }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('All as told');
      const walkthrough = await readFile(join(repositoryRoot(), 'docs', 'walkthrough.md'), 'utf8');
      expect(commands(walkthrough)).toEqual(commands(stdout));
    },
    180_000,
  );
});
