const UNITS = [
  { seconds: 86_400, letter: 'd' },
  { seconds: 3_600, letter: 'h' },
  { seconds: 60, letter: 'm' },
] as const;

/**
 * How long ago a timestamp (RFC 3339) was, in the largest unit of which two have passed, as kubectl's AGE column:
 * `90s`, `5m`, `3h`, `2d`. `<unknown>` without a timestamp.
 */
export function age(timestamp: string | null | undefined, now: number): string {
  const then = Date.parse(timestamp ?? '');
  if (Number.isNaN(then)) return '<unknown>';
  const seconds = Math.max(0, Math.floor((now - then) / 1000));
  const unit = UNITS.find((candidate) => seconds >= 2 * candidate.seconds);
  return unit === undefined ? `${seconds}s` : `${Math.floor(seconds / unit.seconds)}${unit.letter}`;
}
