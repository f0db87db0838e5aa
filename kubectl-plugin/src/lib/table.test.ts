import { describe, expect, test } from '@jest/globals';
import { cut, cutMiddle, renderTable } from './table.js';

describe('renderTable', () => {
  const header = ['NAME', 'WHAT'];

  test('aligns columns and leaves nothing after the last word', () => {
    expect(
      renderTable({
        header,
        rows: [
          ['a', 'one'],
          ['longer', ''],
        ],
      }),
    ).toBe('NAME     WHAT\na        one\nlonger\n');
  });

  test('pads by what is seen, not by what colours add', () => {
    const paint = (text: string): string => `<${text}>`;
    expect(
      renderTable({
        header,
        rows: [
          [{ text: 'ab', paint }, 'x'],
          ['abcd', 'y'],
        ],
      }),
    ).toBe('NAME   WHAT\n<ab>     x\nabcd   y\n');
  });

  test('pads by the columns that letters outside ASCII take', () => {
    expect(
      renderTable({
        header,
        rows: [
          ['émile', 'x'],
          ['日本', '👩‍💻 y'],
        ],
      }),
    ).toBe('NAME    WHAT\némile   x\n日本    👩‍💻 y\n');
  });

  test('lets no cell break a line or speak to the terminal', () => {
    expect(renderTable({ header, rows: [['a\nb', '\u001B[2J']] })).toBe('NAME   WHAT\na b    \uFFFD[2J\n');
  });

  test('cuts the last column to the width, but never below a dozen letters', () => {
    const rows = [['name', 'a rather long description']];
    expect(renderTable({ header, rows }, 20)).toBe('NAME   WHAT\nname   a rather lon…\n');
    expect(renderTable({ header, rows }, 5)).toBe('NAME   WHAT\nname   a rather lo…\n');
    expect(renderTable({ header, rows })).toContain('a rather long description');
  });

  test('cuts the widest of the other columns in their middle where the last one is not enough', () => {
    const names = {
      header,
      rows: [
        ['message-broker-premium-1', 'a rather long description'],
        ['message-broker-premium-2', 'another description'],
      ],
    };
    expect(renderTable(names, 36)).toBe(
      'NAME                    WHAT\nmessag…oker-premium-1   a rather lo…\nmessag…oker-premium-2   another des…\n',
    );
    expect(renderTable(names)).toContain('message-broker-premium-1   a rather long description');
  });

  test.each([
    { width: 35, header: 'NAME   TEAM   SIZE   WHAT', row: 'name   db     9      a rather long…' },
    { width: 34, header: 'NAME   SIZE   WHAT', row: 'name   9      a rather long story' },
    { width: 27, header: 'NAME   WHAT', row: 'name   a rather long story' },
    { width: 10, header: 'NAME   WHAT', row: 'name   a rather lo…' },
    { width: 26, header: 'NAME   TEAM   SIZE   WHAT', row: 'name   db     9      short' },
  ])('gives up columns in their order for the last one: $width wide', ({ width, header: titles, row }) => {
    const text = row.endsWith('short') ? 'short' : 'a rather long story';
    const table = {
      header: ['NAME', 'TEAM', 'SIZE', 'WHAT'],
      rows: [['name', 'db', '9', text]],
      giving: { leaveOut: ['TEAM', 'SIZE'], keep: 14 },
    };
    expect(renderTable(table, width)).toBe(`${titles}\n${row}\n`);
  });
});

describe('cut', () => {
  test.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['one two', 5, 'one…'],
    ['日本語の説明', 6, '日本…'],
  ])('of %j to %d is %j', (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });
});

describe('cutMiddle', () => {
  test.each([
    ['short', 10, 'short'],
    ['system:serviceaccount:client-ns:deployer', 25, 'system:s…ient-ns:deployer'],
    ['日本語の説明', 7, '日…説明'],
  ])('of %j to %d is %j', (text, width, expected) => {
    expect(cutMiddle(text, width)).toBe(expected);
  });
});
