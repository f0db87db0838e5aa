import { expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import { EventWriter, eventAbout } from './repair-events.js';

const OBJECT: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a'.repeat(253), namespace: 'n', uid: 'u', resourceVersion: '7' },
};
const NOW = Date.parse('2026-01-02T03:04:05.678Z');

test('an Event is in the namespace of its object and names it', () => {
  expect(eventAbout(OBJECT, 'DriftRepaired', 'put back', { now: NOW })).toEqual({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${'a'.repeat(200)}.`, namespace: 'n' },
    involvedObject: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'a'.repeat(253),
      namespace: 'n',
      uid: 'u',
      resourceVersion: '7',
    },
    reason: 'DriftRepaired',
    message: 'put back',
    type: 'Normal',
    source: { component: 'mesitis-broker' },
    reportingComponent: 'mesitis-broker',
    reportingInstance: 'mesitis-broker',
    firstTimestamp: '2026-01-02T03:04:05Z',
    lastTimestamp: '2026-01-02T03:04:05Z',
    count: 1,
  });
});

test('a message that is too long is cut, and giving up is a warning', () => {
  const event = eventAbout(OBJECT, 'DriftRepairGivenUp', 'x'.repeat(5_000), { now: NOW });
  expect(event).toMatchObject({ type: 'Warning', message: 'x'.repeat(1_000) });
});

test('a right that is missing is logged once, other trouble each time', async () => {
  const errors = ['forbidden', 'forbidden', 'unavailable', 'unavailable'] as const;
  const logged: unknown[] = [];
  const left = [...errors];
  const writer = new EventWriter(
    {
      create: async () => Promise.reject(new KubeError(left.shift() ?? 'unknown', 'no')),
    },
    { warn: (fields: { err: KubeError }) => logged.push(fields.err.kind) } as never,
  );
  while (left.length > 0) await writer.write(eventAbout(OBJECT, 'DriftRepaired', 'm', { now: NOW }));
  expect(logged).toEqual(['forbidden', 'unavailable', 'unavailable']);
});
