import type { KubeObject } from '@mesitis/kube';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, type Session } from '../base-command.js';
import { clusterFlags, type ClusterFlags } from '../flags.js';
import { existingBinding } from '../lib/find-objects.js';
import { sentence } from '../lib/judgements.js';
import { nearest } from '../lib/nearest.js';
import { formatObject, OUTPUTS } from '../lib/output.js';
import { notMet, usageError } from '../lib/plugin-error.js';
import {
  commandVariables,
  secretEnvironment,
  secretTable,
  secretValues,
  type EnvironmentFormat,
  type SecretValue,
} from '../lib/secret-values.js';
import { secretNameOf, secretRef } from '../lib/service-catalog.js';
import { stateOf } from '../lib/state.js';

/** Shows the Secret of a binding. */
export class Secret extends MesitisCommand {
  static override summary = 'read the Secret of a binding';
  static override description =
    'Without KEY a table, with the values masked unless --show is given. With KEY the value as it is, for pipes. The formats env, dotenv, json and yaml are for programs and hold the values. With --exec a command runs with the values in its environment, and its exit code is the result.';
  static override examples = [
    '<%= config.bin %> secret api-service',
    '<%= config.bin %> secret api-service password | pbcopy',
    'eval "$(<%= config.bin %> secret api-service --output env)"',
    '<%= config.bin %> secret api-service --output dotenv > .env',
    '<%= config.bin %> secret api-service --exec -- ./report.sh --today',
  ];
  static override usage = [
    'secret BINDING [KEY] [--show] [flags]',
    'secret BINDING --exec [flags] -- COMMAND...',
  ];
  // The command of --exec has any number of words; too many without it are refused below.
  static override strict = false;
  static override args = {
    binding: Args.string({ required: true, ignoreStdin: true, description: 'the binding' }),
    key: Args.string({ ignoreStdin: true, description: 'the key whose value to print' }),
  };
  static override flags = {
    output: Flags.option({
      char: 'o',
      summary: 'the output format',
      options: [...OUTPUTS, 'env', 'dotenv'] as const,
      default: 'table',
    })(),
    show: Flags.boolean({ summary: 'show the values in the table' }),
    exec: Flags.boolean({ summary: 'run the command behind -- with the values in its environment' }),
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, argv, flags } = await this.parse(Secret);
    if (flags.exec) {
      await this.execute(args.binding, argv as string[], flags);
      return;
    }
    const { key } = args;
    if (argv.length > 2) throw usageError('only one KEY can be printed; --exec runs a command');
    if (key !== undefined && flags.output !== 'table') {
      throw usageError('with KEY the bare value is printed: leave out -o');
    }
    await this.withCluster(flags, async (session) => {
      const secret = await readSecret(session, args.binding);
      if (key !== undefined) {
        this.printValue(secret, key);
        return;
      }
      if (flags.output === 'env' || flags.output === 'dotenv') {
        this.printEnvironment(secretValues(secret), flags.output);
        return;
      }
      if (flags.output !== 'table') {
        this.print(await formatObject(secret, flags.output));
        return;
      }
      this.print(secretTable(secretValues(secret), flags.show, this.terminal.out.columns));
      if (!flags.show)
        this.tell(
          `Values are masked: --show shows them, kubectl mesitis secret ${args.binding} KEY prints one.`,
        );
    });
  }

  /** Runs the command that stands behind `--`. What it prints is its own; its exit code becomes ours. */
  private async execute(
    binding: string,
    words: readonly string[],
    flags: ClusterFlags & { output: string; show: boolean },
  ): Promise<void> {
    const end = this.argv.indexOf('--');
    const command = end < 0 ? [] : this.argv.slice(end + 1);
    if (command.length === 0) throw usageError('--exec needs a command: secret BINDING --exec -- COMMAND');
    if (words.length !== command.length + 1)
      throw usageError('--exec takes a BINDING alone, and the command behind --');
    if (flags.output !== 'table' || flags.show)
      throw usageError('--exec prints nothing itself: leave out -o and --show');
    let values: readonly SecretValue[] = [];
    await this.withCluster(flags, async (session) => {
      values = secretValues(await readSecret(session, binding));
    });
    const { variables, left } = commandVariables(values);
    if (left.length > 0) this.tell(`Left out of the environment: ${left.join(', ')}.`);
    this.exitCode = await this.context.runCommand(command, variables);
  }

  /** Byte for byte into a pipe; with a line break for a person, whose prompt would stick to it. */
  private printValue(secret: KubeObject, key: string): void {
    const values = secretValues(secret);
    const value = values.find((candidate) => candidate.key === key);
    if (value === undefined) {
      const keys = values.map((each) => each.key);
      const guess = nearest(key, keys);
      const remedy = guess === undefined ? `it has ${keys.join(', ')}` : `did you mean ${guess}?`;
      throw notMet(`Secret '${secret.metadata.name ?? ''}' has no key '${key}'; ${remedy}`);
    }
    const { out } = this.terminal;
    out.write(value.bytes);
    if (out.isTTY) out.write('\n');
  }

  private printEnvironment(values: readonly SecretValue[], format: EnvironmentFormat): void {
    const { lines, left } = secretEnvironment(values, format);
    this.print(lines);
    if (left.length > 0) {
      this.tell(
        `Left out, because an environment can't hold them: ${left.join(', ')}. Use -o json for these.`,
      );
    }
  }
}

/** The Secret of a binding that is ready; otherwise says why there is none. */
async function readSecret(session: Session, name: string): Promise<KubeObject> {
  const { cluster, namespace } = session;
  const binding = await existingBinding(session, name);
  const state = stateOf(binding);
  if (state.kind !== 'ready') throw notMet(sentence({ kind: 'binding', name }, state));
  const secretName = secretNameOf(binding);
  const secret = await cluster.get(secretRef(namespace, secretName));
  if (secret === undefined) {
    throw notMet(
      `Secret '${secretName}' of binding '${name}' is gone: if the platform does not put it back, kubectl mesitis unbind ${name} and bind again`,
    );
  }
  return secret;
}
