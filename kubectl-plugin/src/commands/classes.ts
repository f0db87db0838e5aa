import { COMMANDS } from './index.js';

/** The classes of all commands, for oclif, which looks for them under this name (`oclif-config.ts`). */
export const CLASSES = Object.fromEntries(
  await Promise.all(Object.entries(COMMANDS).map(async ([name, load]) => [name, await load()] as const)),
);
