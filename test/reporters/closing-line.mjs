// Prints one plain closing line after everything else, for tools that read the last line of a run.
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    const skipped = results.numPendingTests + results.numTodoTests;
    const failedSuites = results.testResults.filter((file) => file.testExecError !== undefined).length;
    const failed = results.numFailedTests + failedSuites;
    this.line = `${String(results.numPassedTests)} passed, ${String(failed)} failed${skipped > 0 ? `, ${String(skipped)} skipped` : ''}`;
    process.on('exit', () => process.stdout.write(`${this.line}\n`));
  }
}
