import { describe, expect, it } from '@jest/globals';
import { linesOf, wrappedConfigMap, type Overrides } from './testing/config-maps.js';

const metadata = { name: 'a-${instance.shortId}' };

function lines(kind: string, fields: Overrides): string[] {
  const object = { apiVersion: 'v1', kind, metadata, spec: undefined, ...fields };
  return linesOf(wrappedConfigMap(object, { 'mesitis/kind': kind.toLowerCase() }));
}

describe('expressions of a wrapped object', () => {
  it('may stand in every value, and make passwords where they stay secret', () => {
    expect(
      lines('Secret', {
        metadata: {
          ...metadata,
          labels: { tier: '${parameters.tier}' },
          annotations: { for: '${consumer.namespace}/${instance.name}' },
        },
        stringData: { password: '${generate.password(32)}', url: 'x:${generate.password(16, "root")}@' },
        data: { ready: '${parameters.base64}' },
      }),
    ).toEqual([]);
    const pod = {
      containers: [{ name: 'a', image: 'b', env: [{ name: 'P', value: '${generate.password(8)}' }] }],
    };
    expect(lines('Pod', { spec: pod })).toEqual([]);
    expect(lines('ConfigMap', { data: { 'a.conf': 'home = $${HOME}\nname = ${instance.name}' } })).toEqual(
      [],
    );
  });

  it.each<[string, Overrides, string]>([
    ['ConfigMap', { apiVersion: '${parameters.x}' }, 'apiVersion: cannot hold an expression'],
    ['ConfigMap', { kind: '${parameters.x}' }, 'kind: cannot hold an expression'],
    [
      'ConfigMap',
      { metadata: { ...metadata, namespace: '${consumer.namespace}' } },
      'metadata.namespace: is chosen by provisiondata.namespace of the catalog entry',
    ],
    ['ConfigMap', { data: { '${parameters.x}': 'a' } }, 'data["${parameters.x}"]: cannot hold an expression'],
    [
      'ConfigMap',
      { metadata: { ...metadata, labels: { a: '${generate.password(8)}' } } },
      'metadata.labels.a: has an expression that, at its character 9, makes a value where it would not stay secret',
    ],
    [
      'ConfigMap',
      { metadata: { name: 'a-${generate.password(8)}' } },
      'metadata.name: has an expression that, at its character 9, makes a value where it would not stay secret',
    ],
    [
      'Secret',
      { data: { a: '${generate.password(32)}' } },
      'data.a: has an expression that, at its character 9, makes a value where Kubernetes reads base64; write it',
    ],
    [
      'Secret',
      { stringData: { a: '${generate.instancePassword(32)}' } },
      'stringData.a: has an expression that, at its character 9, calls generate.instancePassword, which is for cred',
    ],
    [
      'ConfigMap',
      { data: { replicas: '${size(parameters.list)}' } },
      'data.replicas: has an expression that gives an int where text is needed; write string(…) around it',
    ],
    [
      'ConfigMap',
      { data: { script: 'echo ${HOME}' } },
      'data.script: has an expression that, at its character 1, uses "HOME", which is no variable; use instance, ' +
        'consumer, offering or parameters, or write $${ for a literal ${',
    ],
    [
      'ConfigMap',
      { data: { script: 'echo ${HOME:-/root}' } },
      'data.script: holds an expression that is not CEL from its character 5 on; correct it, or write $${ for a',
    ],
    [
      'Secret',
      { stringData: { a: 'pa${ssw0rd}' } },
      'stringData.a: has an expression that, at its character 1, uses a name, which is no variable; use instance',
    ],
  ])('of kind %s with %j are refused: %s', (kind, fields, line) => {
    expect(lines(kind, fields)).toEqual(expect.arrayContaining([expect.stringContaining(line)]));
  });

  it('are noted once, also in a name', () => {
    expect(lines('ConfigMap', { metadata: { name: 'a-${instanc.id}' } })).toEqual([
      expect.stringContaining('uses "instanc", which is no variable; did you mean instance'),
      expect.stringContaining('is the same for every instance'),
    ]);
  });
});
