import { expect, test } from '@jest/globals';
import { entryConfigMap, provisionBody } from '../testing/fixtures.js';
import { testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const start = testBrokers();

test('last_operation tolerates foreign operations and is 404 for an unknown instance', async () => {
  const { send } = await start({ objects: [entryConfigMap('url')] });
  expect(await send('GET', `${INSTANCE}/last_operation`)).toMatchObject({
    status: 404,
    body: { error: 'InstanceNotFound' },
  });
  await send('PUT', INSTANCE, provisionBody('url'));
  for (const query of ['', '?operation=provision', '?service_id=x&plan_id=y&operation=']) {
    expect(await send('GET', `${INSTANCE}/last_operation${query}`)).toMatchObject({
      status: 200,
      body: { state: 'succeeded' },
    });
  }
});
