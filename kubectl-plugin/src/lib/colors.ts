import { Chalk, type ChalkInstance } from 'chalk';
import type { Screen, Terminal } from '../context.js';
import type { State } from './state.js';

/** The few colours that the plugin uses. */
export interface Colors {
  state: (kind: State['kind'], text: string) => string;
  faint: (text: string) => string;
  strong: (text: string) => string;
}

/** Colours for one stream; plain text where it wants none. */
export function colorsFor(screen: Pick<Screen, 'color'>): Colors {
  // A fixed level: chalk's own detection looks at the process's stdout and does not know which stream this is for.
  const chalk = new Chalk({ level: screen.color ? 1 : 0 });
  return {
    state: (kind, text) => painter(chalk, kind)(text),
    faint: (text) => chalk.dim(text),
    strong: (text) => chalk.bold(text),
  };
}

function painter(chalk: ChalkInstance, kind: State['kind']): ChalkInstance {
  switch (kind) {
    case 'ready':
      return chalk.green;
    case 'failed':
      return chalk.red;
    case 'pending':
    case 'deleting':
      return chalk.yellow;
  }
}

/** What of the environment decides about colour. */
export type ColorEnvironment = Partial<Record<'NO_COLOR' | 'FORCE_COLOR' | 'TERM', string | undefined>>;

/**
 * Whether a stream gets colour: `NO_COLOR` (any value but empty) forbids it, then `FORCE_COLOR` (any value but empty
 * and 0) demands it, then it is for terminals that are not `TERM=dumb`.
 */
export function wantsColor(environment: ColorEnvironment, isTTY: boolean): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force = '', TERM: term } = environment;
  if (no !== '') return false;
  if (force !== '') return force !== '0';
  return isTTY && term !== 'dumb';
}

/** The values of `--color`. */
export type ColorChoice = 'auto' | 'always' | 'never';

/** The terminal with colour as a person chose it; `auto` leaves that to {@link wantsColor}. */
export function withColor(terminal: Terminal, choice: ColorChoice): Terminal {
  if (choice === 'auto') return terminal;
  const color = choice === 'always';
  return { ...terminal, out: recolored(terminal.out, color), err: recolored(terminal.err, color) };
}

function recolored(screen: Screen, color: boolean): Screen {
  return {
    write: (data) => screen.write(data),
    isTTY: screen.isTTY,
    color,
    get columns() {
      return screen.columns;
    },
  };
}
