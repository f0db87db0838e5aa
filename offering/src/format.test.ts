import { describe, expect, it } from '@jest/globals';
import { formatViolations } from './format.js';
import type { Violation } from './model.js';

function violation(path: string, severity: Violation['severity'] = 'error'): Violation {
  return { rule: 'MES001', severity, path, message: 'is wrong; correct it' };
}

describe('violations as text', () => {
  it('are sorted by path, list indexes as numbers, errors before warnings', () => {
    const given = [violation('a', 'warning'), violation('x[10]'), violation('x[9]'), violation('b')];
    expect(formatViolations(given)).toBe(
      [
        'b: is wrong; correct it',
        'x[9]: is wrong; correct it',
        'x[10]: is wrong; correct it',
        'a: warning: is wrong; correct it',
      ].join('\n'),
    );
  });

  it('are at most 20 lines and the number of the rest', () => {
    const many = (count: number): Violation[] =>
      Array.from({ length: count }, (_, index) => violation(`x[${index}]`));
    expect(formatViolations(many(20)).split('\n')).toHaveLength(20);
    expect(formatViolations(many(23)).split('\n').slice(19)).toEqual([
      'x[19]: is wrong; correct it',
      'and 3 more',
    ]);
    expect(formatViolations([])).toBe('');
  });
});
