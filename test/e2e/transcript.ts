/** A command of a transcript and what came of it. */
export interface Command {
  /** As it stands there, without the prompt. */
  line: string;
  tool: string;
  args: readonly string[];
  /** What it prints; `[exit N]` ends it when the command fails. A line `…` stands for whatever follows until then. */
  output: string;
}

/** The commands of a transcript: lines that begin with `$ `, each with its output below. */
export function commandsOf(transcript: string): Command[] {
  return transcript
    .split(/^\$ /m)
    .slice(1)
    .map((block) => {
      const [line = '', ...output] = block.split('\n');
      const [tool = '', ...args] = wordsOf(line);
      return { line, tool, args, output: output.join('\n') };
    });
}

/** As a shell splits them, as far as quotes go. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
}

/** Words of a transcript that stand for those of this run. In tables both need the same length. */
export type Stand = Readonly<Record<string, string>>;

/** A command's words as they are in this run. */
export function given({ args }: Command, stand: Stand): string[] {
  return args.map((arg) => stand[arg] ?? arg);
}

/** What a command printed, as the transcript would have it. */
export function asWritten(output: string, command: Command, stand: Stand): string {
  let text = withoutBookkeeping(output);
  for (const [written, here] of Object.entries(stand)) text = text.replaceAll(here, written);
  text = text
    .replaceAll(/\d{4}-\d\d-\d\d([ T])\d\d:\d\d:\d\d/g, '0000-00-00$100:00:00')
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}/g, '<uuid>')
    .replaceAll(/((?:Client|Server) Version: )\S+/g, '$1v0.0.0')
    .replaceAll(/("?resourceVersion"?: ")\d+/gi, '$10')
    // How often the spec was written: with admission, some of it is there from the start.
    .replaceAll(/("?\w*generation"?: )\d+/gi, '$10');
  if (text !== '' && !text.endsWith('\n')) text += '\n';
  const [shown, rest] = command.output.split('…\n');
  if (rest === undefined || shown === undefined) return text;
  return `${text
    .split('\n')
    .slice(0, shown.split('\n').length - 1)
    .join('\n')}\n…\n`;
}

/** JSON and YAML without what the API server notes about writers, and without who wrote it, which admission adds. */
function withoutBookkeeping(output: string): string {
  if (/^[[{]\n/.test(output)) {
    const kept = (key: string, value: unknown): unknown =>
      key === 'managedFields' || key === 'userInfo' ? undefined : value;
    return JSON.stringify(JSON.parse(output, kept), undefined, 3);
  }
  return output.replaceAll(/^( +)(?:managedFields|userInfo):\n(?:\1(?: |-).*\n)+/gm, '');
}
