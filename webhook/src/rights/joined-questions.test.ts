import { beforeEach, expect, test } from '@jest/globals';
import type { AccessAnswer, AccessQuestion } from '@mesitis/kube';
import { joined, type Ask } from './joined-questions.js';

const YES: AccessAnswer = { allowed: true, reason: '', evaluationError: '' };
const NO: AccessAnswer = { ...YES, allowed: false };
const question: AccessQuestion = {
  user: { username: 'jane', groups: ['team'] },
  attributes: { verb: 'get', group: '', resource: 'secrets', namespace: 'team', name: 'login' },
};

/** The questions that were asked, each with what answers it. */
let asked: { resolve: (answer: AccessAnswer) => void; reject: (error: Error) => void }[];
let ask: Ask;

beforeEach(() => {
  asked = [];
  ask = joined(() => new Promise((resolve, reject) => void asked.push({ resolve, reject })));
});

test('asks once for all who wait for the same answer', async () => {
  const answers = [ask(question, {}), ask(question, {}), ask(structuredClone(question), {})];
  expect(asked).toHaveLength(1);
  asked[0]?.resolve(YES);
  expect(await Promise.all(answers)).toEqual([YES, YES, YES]);
});

test('keeps no answer: a right that was taken away is missing from the next question on', async () => {
  const before = ask(question, {});
  asked[0]?.resolve(YES);
  expect(await before).toEqual(YES);
  const after = ask(question, {});
  asked[1]?.resolve(NO);
  expect(await after).toEqual(NO);
});

test.each<[string, AccessQuestion]>([
  ['another user', { ...question, user: { username: 'joe', groups: ['team'] } }],
  ['a user of other groups', { ...question, user: { username: 'jane', groups: [] } }],
  ['another verb', { ...question, attributes: { ...question.attributes, verb: 'create' } }],
  ['another object', { ...question, attributes: { ...question.attributes, name: 'other' } }],
  ['another namespace', { ...question, attributes: { ...question.attributes, namespace: 'other' } }],
])('asks by itself for %s', async (_, other) => {
  const answers = [ask(question, {}), ask(other, {})];
  asked[0]?.resolve(YES);
  asked[1]?.resolve(NO);
  expect(await Promise.all(answers)).toEqual([YES, NO]);
});

test('who joined a question that failed asks again, and who ran out of time does not', async () => {
  const late = AbortSignal.abort(new Error('late'));
  const first = ask(question, {});
  const second = ask(question, {});
  const third = ask(question, { signal: late });
  asked[0]?.reject(new Error('the first ran out of time'));
  await expect(first).rejects.toThrow('the first ran out of time');
  await expect(third).rejects.toThrow('late');
  asked[1]?.resolve(YES);
  expect(await second).toEqual(YES);
});
