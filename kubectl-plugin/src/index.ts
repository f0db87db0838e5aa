export { COMMANDS } from './commands/index.js';
export type { Cluster, ConnectOptions, PluginContext, Screen, Terminal } from './context.js';
export { EXIT, type ExitCode } from './lib/exit-codes.js';
export { runCli } from './run.js';
export { VERSION } from './version.js';
export { helpOf } from './reference/help-of.js';
