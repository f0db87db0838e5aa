import { describe, expect, test } from '@jest/globals';
import { abandonedMessage, openRequest, withAnswered } from './requests-by-annotation.js';
import type { Answering } from './requests-by-annotation.js';

describe('a request by annotation', () => {
  test.each<[string, Record<string, string> | undefined, Answering | undefined, string | undefined]>([
    ['is not there without annotations', undefined, undefined, undefined],
    ['is not there when its text is empty', { 'mesitis/retry': '' }, undefined, undefined],
    ['is open when nothing was answered', { 'mesitis/retry': '1' }, undefined, '1'],
    [
      'is open when another text was answered',
      { 'mesitis/retry': '2' },
      { answeredRequests: { retry: '1' } },
      '2',
    ],
    [
      'is closed when this text was answered',
      { 'mesitis/retry': '1' },
      { answeredRequests: { retry: '1' } },
      undefined,
    ],
    [
      'is open when another request was answered',
      { 'mesitis/retry': '1' },
      { answeredRequests: { upgrade: '1' } },
      '1',
    ],
  ])('%s', (_case, annotations, status, expected) => {
    const object = {
      apiVersion: 'v1',
      kind: 'Thing',
      metadata: annotations === undefined ? {} : { annotations },
      ...(status === undefined ? {} : { status }),
    };
    expect(openRequest(object, 'retry')).toBe(expected);
  });

  test('is closed by its answer, which keeps those to others', () => {
    expect(withAnswered({ answeredRequests: { upgrade: '2.0.0' } }, 'retry', '1')).toEqual({
      answeredRequests: { upgrade: '2.0.0', retry: '1' },
    });
  });

  test.each([
    [{ username: 'ann' }, 'as "ann" asked: broker is gone.'],
    [undefined, 'as somebody (admission noted no name) asked: broker is gone.'],
  ])('to abandon says who asked: %j', (user, expected) => {
    expect(abandonedMessage('broker is gone', user)).toContain(expected);
  });
});
