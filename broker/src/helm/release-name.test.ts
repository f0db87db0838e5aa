import { expect, test } from '@jest/globals';
import { releaseName } from './release-name.js';

test.each([
  ['db', 'db-1a2b3c4d'],
  ['db-1a2b3c4d', 'db-1a2b3c4d'],
  ['1a2b3c4d-db', '1a2b3c4d-db'],
  ['client-ns.db', 'client-ns.db-1a2b3c4d'],
  ['x'.repeat(53), `${'x'.repeat(44)}-1a2b3c4d`],
  [`${'x'.repeat(43)}-${'y'.repeat(20)}`, `${'x'.repeat(43)}-1a2b3c4d`],
  [`1a2b3c4d${'x'.repeat(53)}`, `1a2b3c4d${'x'.repeat(36)}-1a2b3c4d`],
])('the release of an entry with the name %s is called %s', (name, release) => {
  expect(releaseName(name, '1a2b3c4d')).toBe(release);
  expect(release.length).toBeLessThanOrEqual(53);
});

test.each(['', '-db', 'Db', 'd b', 'db_', '--debug', 'a..b'])('no release can be called %j', (name) => {
  expect(() => releaseName(name, '1a2b3c4d')).toThrow(
    expect.objectContaining({ code: 'OfferingMisconfigured' }),
  );
});
