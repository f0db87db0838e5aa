import { spawn } from 'node:child_process';

/** What a finished command left. */
export interface ToolResult {
  /** The exit code; 128 when a signal ended it. */
  code: number;
  stdout: string;
  stderr: string;
}

/** How to run a command. */
export interface ToolOptions {
  /** Added to this process's environment; undefined takes a variable out. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Written to the command's stdin. */
  input?: string;
  /** Killed after this many milliseconds. Default 60,000. */
  timeoutMs?: number;
}

/** Runs a command to its end. A code other than 0 is a result. @throws an Error when the file can't be run. */
export async function runTool(
  file: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult> {
  const { env, cwd, input = '', timeoutMs = 60_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, timeout: timeoutMs });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    child.once('error', (error) =>
      reject(new Error(`${file} can't be run: ${error.message}`, { cause: error })),
    );
    child.once('close', (code) => resolve({ code: code ?? 128, ...output }));
    // A command that doesn't read its stdin closes it; what counts is its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** As {@link runTool}, for commands that must succeed. @throws an Error with the command and its stderr. */
export async function mustRun(
  file: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runTool(file, args, options);
  if (code !== 0)
    throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}
