import { expect, test } from '@jest/globals';
import { describePath } from './access-log.js';

const INSTANCE = '/v2/service_instances/:instance_id';

test.each([
  ['/v2/catalog', { route: '/v2/catalog' }],
  ['/v2/catalog/', { route: '/v2/catalog' }],
  ['/v2/service_instances/a%2Fb', { route: INSTANCE, instance: 'a/b' }],
  ['/v2/service_instances/a/', { route: INSTANCE, instance: 'a' }],
  ['/v2/service_instances/%zz', { route: INSTANCE, instance: '%zz' }],
  ['/v2/service_instances/a/last_operation', { route: `${INSTANCE}/last_operation`, instance: 'a' }],
  [
    '/v2/service_instances/a/service_bindings/b',
    { route: `${INSTANCE}/service_bindings/:binding_id`, instance: 'a', binding: 'b' },
  ],
  [
    '/v2/service_instances/a/service_bindings/b/last_operation',
    { route: `${INSTANCE}/service_bindings/:binding_id/last_operation`, instance: 'a', binding: 'b' },
  ],
  [`/v2/service_instances/${'x'.repeat(300)}`, { route: INSTANCE, instance: 'x'.repeat(255) }],
  ['/v2/secret-looking/path', { route: 'unknown' }],
  ['/V2/catalog', { route: 'unknown' }],
])('%s is described', (path, described) => {
  expect(describePath(path)).toEqual(described);
});
