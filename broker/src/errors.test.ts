import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { BrokerErrorCode, BrokerErrorRow } from './errors.js';
import { answerOf, BROKER_ERRORS, BrokerError } from './errors.js';

const CODES = Object.keys(BROKER_ERRORS) as BrokerErrorCode[];

describe('the error table', () => {
  test.each(CODES)('%s is one CamelCase word with a status and a description', (code) => {
    const row: BrokerErrorRow = BROKER_ERRORS[code];
    expect(code).toMatch(/^([A-Z][a-z]+)+$/);
    expect(row.description).not.toBe('');
    const { status, body } = answerOf(new BrokerError(code), 17);
    expect(status).toBe(row.status);
    expect(body).toEqual(row.status === 410 ? {} : { error: code, description: row.description });
  });

  test('has 422 only for what another request can change', () => {
    const unprocessable = CODES.filter((code) => BROKER_ERRORS[code].status === 422);
    expect(unprocessable).toEqual([
      'ConcurrencyError',
      'MaintenanceInfoConflict',
      'AsyncRequired',
      'UpdateNotSupported',
      'InstanceNotUsable',
    ]);
  });

  test('is the one in docs/broker.md', () => {
    const page = readFileSync(new URL('../../docs/broker.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^\| (\d{3}) +\| `(\w+)`/gm)].map(
      ([, status, code]) => `${status} ${code}`,
    );
    expect(documented.toSorted()).toEqual(
      CODES.map((code) => `${BROKER_ERRORS[code].status} ${code}`).toSorted(),
    );
  });
});

test.each([
  [15, {}],
  [16, { instance_usable: false }],
])('at 2.%d a failed deprovision answers %j', (minor, extra) => {
  const error = new BrokerError('DeprovisionIncomplete', 'not yet', { instanceUsable: false });
  expect(answerOf(error, minor).body).toEqual({
    error: 'DeprovisionIncomplete',
    description: 'not yet',
    ...extra,
  });
});
