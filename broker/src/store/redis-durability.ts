/**
 * What makes a Redis lose records by the way it is set up, in sentences for whoever runs it (docs/storage.md).
 * @param info the sections `persistence` and `memory` of INFO
 */
export function durabilityProblems(info: string): string[] {
  const value = (key: string): string | undefined => new RegExp(`^${key}:(.*?)\r?$`, 'm').exec(info)?.[1];
  const problems: string[] = [];
  if (value('aof_enabled') === '0') {
    problems.push(
      'Redis keeps no append-only file: when it ends unexpectedly, records are lost and what they stood for stays ' +
        'in the cluster; set "appendonly yes"',
    );
  }
  if (value('aof_last_write_status') === 'err') {
    problems.push('Redis could not write its append-only file; look at its log and its disk');
  }
  const policy = value('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction' && value('maxmemory') !== '0') {
    problems.push(
      `Redis may drop records when its memory is full (${policy}); set "maxmemory-policy noeviction"`,
    );
  }
  return problems;
}
