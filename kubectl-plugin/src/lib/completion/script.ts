/** What kubectl runs for completions: an executable of this name on the PATH, on Windows with `.cmd` behind it. */
export const COMPLETION_NAME = 'kubectl_complete-mesitis';

/** The name of the script's file, and what it says. */
export function completionScript(windows: boolean): { file: string; text: string } {
  return windows
    ? { file: `${COMPLETION_NAME}.cmd`, text: '@kubectl-mesitis __complete %*\r\n' }
    : { file: COMPLETION_NAME, text: '#!/bin/sh\nexec kubectl-mesitis __complete "$@"\n' };
}
