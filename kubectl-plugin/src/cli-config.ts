import type { Config } from '@oclif/core/config';
import type { CommandOutline } from './commands/outlines.js';
import { PACKAGE_JSON } from './package-json.js';

/**
 * oclif's configuration as far as commands and help ask for it. The real one looks for plugins, hooks and manifests on
 * the disk, of which there are none, and that takes longer than most commands.
 * @param outlines of all commands; only help needs them
 */
export function cliConfig(outlines: readonly CommandOutline[] = []): Config {
  const { name, version, oclif } = PACKAGE_JSON;
  const config = {
    bin: oclif.bin,
    commandIDs: outlines.map(({ id }) => id),
    commands: [...outlines],
    findCommand: (id: string) => outlines.find((outline) => outline.id === id),
    findTopic: () => undefined,
    pjson: PACKAGE_JSON,
    plugins: new Map(),
    runHook: () => Promise.resolve({ successes: [], failures: [] }),
    topics: [],
    topicSeparator: oclif.topicSeparator,
    userAgent: `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`,
  };
  return config as unknown as Config;
}
