import { expect, test } from '@jest/globals';
import type { Json } from '@mesitis/kube';
import { readCatalog } from './catalog-payload.js';

test('reads every field that classes and plans have', () => {
  const schema = { type: 'object' };
  const catalog = readCatalog({
    services: [
      {
        id: 's',
        name: 'db',
        description: 'd',
        bindable: true,
        bindings_retrievable: true,
        plan_updateable: true,
        tags: ['t', 1],
        requires: ['r'],
        metadata: { m: 1 },
        plans: [
          {
            id: 'p',
            name: 'small',
            description: 'pd',
            bindable: false,
            binding_rotatable: true,
            maximum_polling_duration: 60,
            metadata: { n: 2 },
            schemas: {
              service_instance: { create: { parameters: schema }, update: { parameters: schema } },
              service_binding: { create: { parameters: schema } },
            },
          },
        ],
      },
    ],
  });
  expect(catalog).toEqual({
    skipped: [],
    services: [
      {
        id: 's',
        name: 'db',
        description: 'd',
        bindable: true,
        bindingRetrievable: true,
        planUpdatable: true,
        tags: ['t'],
        requires: ['r'],
        metadata: { m: 1 },
        plans: [
          {
            id: 'p',
            name: 'small',
            description: 'pd',
            free: true,
            bindable: false,
            bindingRotatable: true,
            maximumPollingDuration: 60,
            metadata: { n: 2 },
            instanceCreateParameterSchema: schema,
            instanceUpdateParameterSchema: schema,
            serviceBindingCreateParameterSchema: schema,
          },
        ],
      },
    ],
  });
});

test.each<[Json | undefined]>([[undefined], [[]], [{}], [{ services: {} }], ['x']])(
  '%j is no catalog',
  (body) => {
    expect(readCatalog(body)).toBeUndefined();
  },
);

test('leaves out what is broken and says so', () => {
  const plans = [{ id: 'p', name: 'p' }];
  const catalog = readCatalog({
    services: [
      null,
      { id: 's', name: 'first', plans: [...plans, { id: 'p', name: 'again' }, { name: 'no id' }] },
      { id: 's', name: 'second', plans: [{ id: 'q', name: 'q' }] },
      { id: 'e', name: 'empty' },
    ],
  });
  expect(catalog?.services.map(({ name, plans: of }) => [name, of.length])).toEqual([['first', 1]]);
  expect(catalog?.skipped).toEqual([
    'services[0] has no id or no name',
    'services[1].plans[1] has the id "p" of another plan',
    'services[1].plans[2] has no id or no name',
    'services[2] has the id "s" of another service',
    'the service "empty" has no plan',
  ]);
});
