import { describe, expect, test } from '@jest/globals';
import { Narrator, StoryError, difference } from './narrator.js';

describe('difference', () => {
  test.each([
    {
      names: 'nothing, when the command did what is told',
      finished: { output: 'created\n', exitCode: 0 },
      expected: { shows: ['created'], hides: ['Error'] },
      problem: undefined,
    },
    {
      names: 'the exit code first',
      finished: { output: 'x', exitCode: 1 },
      expected: { shows: ['y'] },
      problem: 'it ended with exit code 1 instead of 0',
    },
    {
      names: 'a text that is missing',
      finished: { output: 'x', exitCode: 0 },
      expected: { shows: ['y'] },
      problem: 'its output does not show y',
    },
    {
      names: 'a text that should not be there',
      finished: { output: 'x', exitCode: 0 },
      expected: { hides: [/x/] },
      problem: 'its output shows /x/',
    },
    {
      names: 'nothing, when a failure was expected',
      finished: { output: 'refused', exitCode: 3 },
      expected: { exitCode: 3, shows: [/ref/] },
      problem: undefined,
    },
  ])('names $names', ({ finished, expected, problem }) => {
    expect(difference(finished, expected)).toBe(problem);
  });
});

describe('Narrator', () => {
  const narrate = (signal = new AbortController().signal): { narrator: Narrator; written: () => string } => {
    let text = '';
    const narrator = new Narrator({
      environment: { PATH: '/usr/bin:/bin' },
      directory: '/',
      signal,
      write: (part) => (text += part),
    });
    return { narrator, written: () => text };
  };

  test('prints each command with its output, both streams, and returns the output', async () => {
    const { narrator, written } = narrate();
    expect(await narrator.run('echo out; echo err >&2')).toBe('out\nerr\n');
    expect(written()).toBe('$ echo out; echo err >&2\nout\nerr\n');
  });

  test('stops at the first thing that is not as told, and names the command', async () => {
    const { narrator } = narrate();
    await expect(narrator.run('echo no', { shows: ['yes'] })).rejects.toThrow(
      new StoryError('not as told: `echo no`: its output does not show yes'),
    );
  });

  test('runs nothing more once it is interrupted', async () => {
    const { narrator, written } = narrate(AbortSignal.abort());
    await expect(narrator.run('echo a')).rejects.toThrow(new StoryError('interrupted'));
    expect(written()).toBe('');
  });

  test('keeps what it told as Markdown, commands in fenced blocks', async () => {
    const { narrator } = narrate();
    narrator.chapter('One');
    await narrator.run('echo a');
    narrator.check('a was said', true);
    narrator.say('Then.');
    expect(narrator.markdown).toBe(
      '\n## One\n\n```console\n$ echo a\na\n# checked: a was said\n```\n\nThen.\n\n',
    );
  });
});
