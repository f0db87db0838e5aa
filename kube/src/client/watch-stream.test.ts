import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { WatchEvent } from '../port.js';
import { watchEvents } from './watch-stream.js';

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

const object = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

async function read(...chunks: string[]): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of watchEvents(Readable.from(chunks))) events.push(event);
  return events;
}

describe('the stream of a watch', () => {
  const two = line('ADDED', object('a')) + line('DELETED', object('b'));
  const expected = [
    { type: 'ADDED', object: object('a') },
    { type: 'DELETED', object: object('b') },
  ];

  it('is read however it is cut into pieces', async () => {
    expect(await read(two)).toEqual(expected);
    expect(await read(...Array.from(two))).toEqual(expected);
    expect(await read(two.slice(0, 10), two.slice(10, 90), two.slice(90), '\n')).toEqual(expected);
  });

  it('may be empty', async () => {
    expect(await read()).toEqual([]);
  });

  it('carries bookmarks', async () => {
    const bookmark = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { resourceVersion: '5' } };
    expect(await read(line('BOOKMARK', bookmark))).toEqual([{ type: 'BOOKMARK', object: bookmark }]);
  });

  it('fails with gone for an ERROR event that says so', async () => {
    const status = {
      kind: 'Status',
      code: 410,
      reason: 'Expired',
      message: 'too old resource version: 1 (9)',
    };
    await expect(read(two, line('ERROR', status))).rejects.toMatchObject({
      kind: 'gone',
      message: 'too old resource version: 1 (9)',
    });
  });

  it.each([
    ['in the middle of a line', two + '{"type":"ADD'],
    ['in a line that is no JSON', '<html>\n'],
    ['in an event of an unknown type', line('SURPRISE', {})],
  ])('fails with unavailable when it breaks off %s', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
