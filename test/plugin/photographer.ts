import { loadClient } from '@mesitis/kube/client';
import { runCli, type PluginContext, type Screen } from '@mesitis/kubectl-plugin';
import { CHAPTERS, type Typed } from './pictures.js';
import { settled, startPluginStage, type PluginStage } from './stage.js';
import { instance } from './world.js';

/** What people with a wide and with a narrow terminal have. */
const WIDTHS = [80, 200] as const;

const DAY_MS = 24 * 3600 * 1000;
const ERASE_LINE = '\r\u001B[K';

const PREFACE = `# In a terminal

What \`kubectl mesitis\` shows in a terminal of 80 columns, and of 200 where that is not the same; see
[kubectl mesitis](kubectl-mesitis.md) for what it means. The pictures are taken from the plugin itself on the sandbox
(\`make terminal\`), without colour. While a command waits, a live line tells what for; it is gone in the end.
`;

/** The text of docs/terminal.md: every picture, taken now at a fixed time, so that only the plugin changes it. */
export async function terminalPage(): Promise<string> {
  const shots = new Map<number, string[]>();
  for (const columns of WIDTHS) shots.set(columns, await takeAll(columns));
  const [narrow = [], wide = []] = WIDTHS.map((columns) => shots.get(columns));
  let index = 0;
  const chapters = CHAPTERS.map(({ title, typed }) => {
    const pictures = typed.map(() => {
      const [at80 = '', at200 = ''] = [narrow[index], wide[index]];
      index += 1;
      return at80 === at200 ? block(at80) : `${block(at80)}\nAt 200 columns:\n\n${block(at200)}`;
    });
    return [`\n## ${title}\n`, ...pictures].join('\n');
  });
  return [PREFACE, ...chapters].join('');
}

/** All pictures at one width, in order, on a cluster of their own. */
async function takeAll(columns: number): Promise<string[]> {
  let clock = Date.parse('2026-01-05T09:00:00Z');
  const stage = await startPluginStage(() => new Date(clock));
  try {
    clock += 26 * DAY_MS;
    stage.kube.seed(instance('refused', 'api-service', '1'), instance('slow', 'queue', '4'));
    await settled(stage.kube);
    clock += 7 * 60_000;
    const pictures: string[] = [];
    for (const typed of CHAPTERS.flatMap((chapter) => chapter.typed)) {
      pictures.push(await take(stage, typed, { columns, now: () => clock }));
    }
    return pictures;
  } finally {
    await stage.close();
  }
}

/** One command line with all that is on the screen when it has ended. */
async function take(
  stage: PluginStage,
  { line, answers = [] }: Typed,
  { columns, now }: { columns: number; now: () => number },
): Promise<string> {
  let text = '';
  const screen: Screen = {
    write: (data) => {
      text += typeof data === 'string' ? data : Buffer.from(data).toString();
    },
    isTTY: true,
    color: false,
    columns,
  };
  const left = [...answers];
  const ask = (question: string): Promise<string | undefined> => {
    const answer = left.shift();
    text += `${broken(question, columns)} ${answer ?? ''}\n`;
    return Promise.resolve(answer);
  };
  const unavailable = (): never => {
    throw new Error(`${line} takes something that no picture has`);
  };
  const context: PluginContext = {
    terminal: {
      out: screen,
      err: screen,
      ask,
      confirm: async (question) => (await ask(`${question} [y/N]`)) === 'yes',
    },
    connect: () => loadClient({ kubeconfig: stage.kubeconfig, fieldManager: 'kubectl-mesitis' }),
    readKubeconfigs: unavailable,
    pluginFolder: unavailable,
    readInput: unavailable,
    runCommand: unavailable,
    newId: () => 'a3c1f0de-5b0e-4a43-9d4e-0f6e7b9c2d11',
    signal: new AbortController().signal,
    now,
  };
  await runCli(line.split(' '), context);
  return `$ kubectl mesitis ${line}\n${whatStays(text)}`;
}

/** The live line is drawn over itself and erased in the end. */
function whatStays(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split(ERASE_LINE).at(-1) ?? '')
    .join('\n');
}

/** A question, broken between words as the terminal's owner has it. */
function broken(question: string, columns: number): string {
  const lines = [''];
  for (const word of question.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length < columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

function block(text: string): string {
  return `\`\`\`console\n${text.trimEnd()}\n\`\`\`\n`;
}
