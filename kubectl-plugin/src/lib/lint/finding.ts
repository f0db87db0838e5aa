import type { Violation } from '@mesitis/offering';

/** A broken rule, and where it is broken: in a file that a person can open. */
export interface Finding extends Omit<Violation, 'position'> {
  /** As it was named or found; `-` for standard input. */
  file: string;
  /** Counted from 1. Within the payload where the payload is a YAML block, else where the payload begins. */
  line: number;
  column: number;
  /** The ConfigMap: its name, with its namespace in front when the file says it. */
  configMap: string;
}

/** What came of one file. */
export interface FileReport {
  file: string;
  /** The ConfigMaps of Mesitis in it, in the order of the file. */
  configMaps: string[];
  findings: Finding[];
}

/** How many of each severity. */
export function countFindings(reports: readonly FileReport[]): { errors: number; warnings: number } {
  const all = reports.flatMap(({ findings }) => findings);
  const errors = all.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: all.length - errors };
}
