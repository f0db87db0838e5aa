import { readFile } from 'node:fs/promises';

/** What a process has needed so far, and holds now. */
export interface Usage {
  /** User and system time. */
  cpuSeconds: number;
  residentMebibytes: number;
  peakMebibytes: number;
}

/** From /proc, whose clock ticks a hundred times a second (proc(5)). */
export async function usageOf(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const mebibytes = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
    residentMebibytes: mebibytes('VmRSS'),
    peakMebibytes: mebibytes('VmHWM'),
  };
}
