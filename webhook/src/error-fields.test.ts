import { expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { errorFields } from './error-fields.js';
import { CertificateError } from './tls/ensure-certificates.js';

test('the API server’s message is told, with its kind and status', () => {
  expect(errorFields(new KubeError('forbidden', 'secrets is forbidden', { status: 403 }))).toEqual({
    err: 'secrets is forbidden',
    kind: 'forbidden',
    status: 403,
  });
});

test('our own message is told', () => {
  expect(errorFields(new CertificateError('the Secret is not ours'))).toEqual({
    err: 'the Secret is not ours',
  });
});

test('of any other error the name, the code and one place are told, and not what it quotes', () => {
  const error = Object.assign(new SyntaxError('unexpected "iamthepassword"\n at line 2'), {
    code: 'E_SYNTAX',
  });
  const fields = errorFields(error);
  expect(fields).toMatchObject({ err: 'SyntaxError', code: 'E_SYNTAX' });
  expect(fields['at']).toMatch(/error-fields\.test\.[jt]s/);
  expect(JSON.stringify(fields)).not.toContain('iamthepassword');
});

test('what is no error is told by its type', () => {
  expect(errorFields('iamthepassword')).toEqual({ err: 'string' });
});
