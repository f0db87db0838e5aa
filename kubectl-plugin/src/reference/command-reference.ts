import { COMMANDS } from '../commands/index.js';

/** The lines of docs/kubectl-mesitis.md between which the reference stands. */
const BEGIN = '<!-- The reference is written by: npm run reference --workspace kubectl-plugin -->';
const END = '<!-- End of the reference -->';

/** Sections of a help text that are the same for every command, and told once. */
const SHARED = ['CLUSTER FLAGS', 'GLOBAL FLAGS'];

/**
 * The page with its reference as the commands have it now: the help of each, and the flags that all share once.
 * @param helpOf the help text of a command, 80 columns wide and without colour
 * @throws Error when the page lacks the two lines
 */
export async function withReference(
  page: string,
  helpOf: (command: string) => Promise<string>,
): Promise<string> {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has to have the lines ${BEGIN} and ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${await reference(helpOf)}\n${page.slice(end)}`;
}

async function reference(helpOf: (command: string) => Promise<string>): Promise<string> {
  const texts = await Promise.all(
    Object.keys(COMMANDS).map(async (name) => ({ name, sections: sectionsOf(await helpOf(name)) })),
  );
  const all = texts.flatMap(({ sections }) => sections);
  const shared = SHARED.map((title) => all.find((section) => section.startsWith(`${title}\n`)) ?? '');
  const own = texts.map(({ name, sections }) =>
    block(
      `kubectl mesitis ${name}`,
      sections.filter((section) => !SHARED.some((title) => section.startsWith(`${title}\n`))),
    ),
  );
  return [...own, block('Flags of all commands', shared)].join('\n');
}

/** A help text in its parts: the summary, then each heading in capitals with what is below it. */
function sectionsOf(help: string): string[] {
  return help.split(/^(?=[A-Z][A-Z ]+$)/m).map((section) => section.trim());
}

function block(title: string, sections: readonly string[]): string {
  return `### ${title}\n\n\`\`\`text\n${sections.join('\n\n')}\n\`\`\`\n`;
}
