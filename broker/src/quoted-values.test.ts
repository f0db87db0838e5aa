import { expect, test } from '@jest/globals';
import { withoutStructures } from './quoted-values.js';

test.each([
  [
    'Job.batch "a" is invalid: spec.template: Invalid value: core.PodTemplateSpec{Env:[]core.EnvVar{core.EnvVar{Value:"top}se\\"cret{"}}, X:(*int64)(nil)}: field is immutable',
    'Job.batch "a" is invalid: spec.template: Invalid value: field is immutable',
  ],
  [
    '[spec.a: Invalid value: map[string]interface {}{"b":"secret"}: must be c, spec.d: Invalid value: []interface {}{"secret"}: too long]',
    '[spec.a: Invalid value: must be c, spec.d: Invalid value: too long]',
  ],
  ['spec: Invalid value: {"a":"secret"}: must not change', 'spec: Invalid value: must not change'],
  ['spec: Invalid value: &v1.X{A:"secret', 'spec: Invalid value'],
  ['spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive', undefined],
  ['metadata.name: Invalid value: "A{": a lowercase RFC 1123 label', undefined],
  ['no connection', undefined],
])('%s', (message, expected = message) => {
  expect(withoutStructures(message)).toBe(expected);
});
