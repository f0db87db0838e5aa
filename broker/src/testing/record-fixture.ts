import type { InstanceRecord } from '../store/instance-record.js';

/** What tests of stores choose about a record. */
export interface RecordChoice {
  state?: InstanceRecord['state'];
  planId?: string;
  consumer?: string;
  /** Who acts on it; nobody unless told. */
  holder?: string;
  /** Something to tell one write from another by, of any size. */
  note?: string;
}

/** A record with everything in it that JSON could lose. */
export function instanceRecord(instanceId: string, choice: RecordChoice = {}): InstanceRecord {
  const { state = 'provisioning', planId = 'plan', consumer = 'client-ns', holder, note = '' } = choice;
  return {
    instanceId,
    attributes: {
      serviceId: 'service',
      planId,
      organizationGuid: 'organization',
      spaceGuid: 'space',
      context: { platform: 'kubernetes', namespace: 'client-ns', odd: [null, 1.5, 'ü', {}] },
      parameters: { nested: { deep: [true] }, note },
    },
    requestedBy: { platform: 'kubernetes', user: 'jane' },
    consumer,
    state,
    provisionKind: 'ProvisionConfigMapObjects',
    resources: {
      objects: [
        [
          {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { namespace: 'api-ns', name: 'back-end' },
            spec: { ports: [{ port: 80 }] },
          },
        ],
        [],
      ],
      coordinates: { uri: 'http://host', host: 'host', port: 80, endpoints: [] },
    },
    generated: { password: 'a "secret" value' },
    operation: {
      id: 'provision-1',
      type: 'provision',
      direction: 'forward',
      state: 'in progress',
      asynchronous: true,
      ...(holder === undefined ? {} : { holder }),
      heartbeat: 0,
      startedAt: 1_700_000_000,
    },
    bindings: [
      {
        bindingId: 'b',
        attributes: { serviceId: 'service', planId, context: {}, parameters: {} },
        state: 'bound',
        issued: { lease: 'l' },
      },
    ],
  };
}
