/** What a series of timings came to, in milliseconds. */
export interface Series {
  count: number;
  p50: number;
  p95: number;
  p99: number;
}

/** Sums timings up. @param timings in milliseconds, at least one */
export function seriesOf(timings: readonly number[]): Series {
  const sorted = timings.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** One line of the report: a figure, and its ratio to the baseline of the same run. */
export interface Figure {
  what: string;
  value: string;
  baseline?: string;
  ratio?: string;
}

/** Milliseconds for people. */
export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
}

/** How many times the baseline. */
export function times(value: number, baseline: number): string {
  return `${(value / baseline).toFixed(2)} x`;
}

/** The report as a table. */
export function table(figures: readonly Figure[]): string {
  const rows = [
    ['what', 'ours', 'baseline', 'ratio'],
    ...figures.map(({ what, value, baseline = '', ratio = '' }) => [what, value, baseline, ratio]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
