import { describe, expect, test } from '@jest/globals';
import { RepairBudget } from './repair-budget.js';

const LIMITS = { repairs: 3, windowMs: 60_000, firstPauseMs: 1_000, restMs: 100_000 };

describe('an object', () => {
  test('is put back at once, then after longer and longer pauses, then not any more for a while', () => {
    const budget = new RepairBudget(LIMITS);
    expect(budget.ask('a', 0)).toEqual({ kind: 'granted' });
    budget.spend('a', 0);
    expect(budget.ask('a', 400)).toEqual({ kind: 'wait', milliseconds: 600 });
    expect(budget.ask('a', 1_000)).toEqual({ kind: 'granted' });
    budget.spend('a', 1_000);
    expect(budget.ask('a', 1_000)).toEqual({ kind: 'wait', milliseconds: 2_000 });
    budget.spend('a', 3_000);
    expect(budget.ask('a', 3_000)).toEqual({ kind: 'given-up', isNew: true, milliseconds: 100_000 });
    expect(budget.ask('a', 4_000)).toEqual({ kind: 'given-up', isNew: false, milliseconds: 99_000 });
    expect(budget.ask('a', 103_000)).toEqual({ kind: 'granted' });
  });

  test('that was left in peace for a while begins anew', () => {
    const budget = new RepairBudget(LIMITS);
    budget.spend('a', 0);
    budget.spend('a', 10_000);
    expect(budget.ask('a', 70_000)).toEqual({ kind: 'granted' });
  });

  test('that changes more slowly than the pauses is put back each time', () => {
    const budget = new RepairBudget(LIMITS);
    for (let time = 0; time < 1_000_000; time += 61_000) {
      expect(budget.ask('a', time)).toEqual({ kind: 'granted' });
      budget.spend('a', time);
    }
  });

  test('has a budget of its own, which is new when what is wanted is', () => {
    const budget = new RepairBudget(LIMITS);
    expect(budget.giveUp('a', 0)).toEqual({ kind: 'given-up', isNew: true, milliseconds: 100_000 });
    expect(budget.giveUp('a', 0)).toMatchObject({ isNew: false });
    expect(budget.ask('b', 0)).toEqual({ kind: 'granted' });
    budget.forget('a');
    expect(budget.ask('a', 0)).toEqual({ kind: 'granted' });
  });
});
