import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../port.js';
import { ApiServer } from './api-server.js';
import { BUILT_IN_KINDS } from './kinds.js';
import type { ResourceKind } from './kinds.js';
import type { JsonRecord } from './json.js';

const kindNamed = (name: string): ResourceKind => {
  const kind = BUILT_IN_KINDS.find((candidate) => candidate.kind === name);
  if (kind === undefined) throw new Error(name);
  return kind;
};

const object = (
  kind: string,
  apiVersion: string,
  rest: JsonRecord,
  metadata: JsonRecord = {},
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'a', namespace: 'ns', ...metadata },
  ...rest,
});
const configMap = (data: JsonRecord, metadata: JsonRecord = {}): KubeObject =>
  object('ConfigMap', 'v1', { data }, metadata);
const deployment = (...containers: JsonRecord[]): KubeObject =>
  object('Deployment', 'apps/v1', { spec: { template: { spec: { containers } } } });

/** Applies and updates as different managers. */
class Managers {
  readonly #server = new ApiServer({ now: () => new Date('2026-01-01T00:00:00Z') });

  apply(name: string, configuration: KubeObject, force = false): KubeObject {
    const kind = kindNamed(configuration.kind);
    return this.#server.commit(this.#server.applying(kind, configuration, { name }, force));
  }

  update(name: string, change: (object: KubeObject) => KubeObject, kindName = 'ConfigMap'): KubeObject {
    const kind = kindNamed(kindName);
    const target = { name: 'a', namespace: 'ns' };
    return this.#server.commit(this.#server.patching(kind, target, change, { name }));
  }
}

describe('server-side apply', () => {
  it('notes who owns what as the API does', () => {
    const managers = new Managers();
    managers.apply('one', configMap({ a: '1' }, { labels: { l: 'x' } }));
    const { metadata } = managers.update('two', (current) => ({ ...current, data: { a: '1', b: '2' } }));
    expect(metadata['managedFields']).toEqual([
      {
        manager: 'one',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:l': {} } } },
      },
      expect.objectContaining({ manager: 'two', operation: 'Update', fieldsV1: { 'f:data': { 'f:b': {} } } }),
    ]);
  });

  it('names the fields that others own, and takes them when forced', () => {
    const managers = new Managers();
    managers.apply('one', configMap({ a: '1', b: '1' }));
    expect(() => managers.apply('two', configMap({ a: '2' }))).toThrow(
      'Apply failed with 1 conflict: conflict with "one" using v1: .data.a',
    );
    expect(() => managers.apply('two', configMap({ a: '2', b: '2' }))).toThrow(
      'Apply failed with 2 conflicts: conflicts with "one" using v1:\n- .data.a\n- .data.b',
    );
    expect(managers.apply('two', configMap({ a: '2' }), true)['data']).toEqual({ a: '2', b: '1' });
    expect(() => managers.apply('one', configMap({ a: '1', b: '1' }))).toThrow('conflict with "two"');
  });

  it('shares a field when both want the same, and keeps it until both let go', () => {
    const managers = new Managers();
    managers.apply('one', configMap({ a: '1', b: '1' }));
    managers.apply('two', configMap({ a: '1' }));
    expect(managers.apply('one', configMap({ b: '1' }))['data']).toEqual({ a: '1', b: '1' });
    expect(managers.apply('two', configMap({}))['data']).toEqual({ b: '1' });
  });

  it('merges keyed lists item by item', () => {
    const managers = new Managers();
    managers.apply('one', deployment({ name: 'x', image: '1' }, { name: 'y', image: '1' }));
    managers.apply('two', deployment({ name: 'z', image: '1' }));
    const applied = managers.apply('one', deployment({ name: 'x', image: '2' }));
    expect(applied).toMatchObject(deployment({ name: 'x', image: '2' }, { name: 'z', image: '1' }));
    expect(() => managers.apply('three', deployment({ name: 'z', image: '2' }))).toThrow(
      'conflict with "two" using apps/v1: .spec.template.spec.containers[name="z"].image',
    );
  });

  it('adds a field to an item of a keyed list that another manager owns', () => {
    const managers = new Managers();
    managers.apply('one', deployment({ name: 'x', image: '1' }));
    expect(managers.apply('two', deployment({ name: 'x', tty: true }))).toMatchObject(
      deployment({ name: 'x', image: '1', tty: true }),
    );
  });

  it('merges finalizers as a set', () => {
    const managers = new Managers();
    managers.apply('one', configMap({}, { finalizers: ['x/a', 'x/b'] }));
    managers.apply('two', configMap({}, { finalizers: ['x/c'] }));
    expect(managers.apply('one', configMap({}, { finalizers: ['x/b'] })).metadata.finalizers).toEqual([
      'x/b',
      'x/c',
    ]);
  });

  it('takes a map for disputed that replaces what another manager owns below', () => {
    const managers = new Managers();
    managers.apply('one', configMap({ a: '1' }));
    expect(managers.apply('two', configMap({}))['data']).toEqual({ a: '1' });
    expect(() => managers.apply('two', object('ConfigMap', 'v1', { data: 'none' }))).toThrow(
      'conflict with "one"',
    );
  });
});
