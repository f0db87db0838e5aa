import { describe, expect, it } from '@jest/globals';
import { planId, planName, serviceId, serviceName } from './names.js';
import { entryConfigMap, entryOf } from './testing/config-maps.js';

describe('the names and ids of an entry', () => {
  it('are made of team, offering and version, and of its uuids', () => {
    const entry = entryOf(entryConfigMap({ serviceuuid: 's' }));
    expect([serviceName(entry), planName(entry)]).toEqual(['api-api-service', 'api-api-service-1']);
    expect([serviceId(entry), planId(entry)]).toEqual(['s', '3']);
  });

  it('are the same id for both where there is no serviceuuid', () => {
    const entry = entryOf(entryConfigMap());
    expect([serviceId(entry), planId(entry)]).toEqual(['3', '3']);
  });
});
