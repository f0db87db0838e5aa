import { describe, expect, it } from '@jest/globals';
import type { Credential, Provision } from './model.js';
import { renderCredential, renderProvision } from './render-entry.js';
import { TemplateError, type TemplateScope } from './template/index.js';

function scope(parameters: TemplateScope['parameters']): TemplateScope {
  return {
    instance: { id: 'inst-1', shortId: 'abcdefghij', name: 'db' },
    consumer: { namespace: 'client-ns' },
    offering: 'api-service',
    parameters,
  };
}

const generate = (key: string): string => `<${key}>`;

const OBJECTS = {
  kind: 'ProvisionConfigMapObjects',
  namespace: 'a',
  name: 'b',
  labelSelector: 'c=d',
} as const;
const SERVICE = { kind: 'ProvisionExistingClusterService', namespace: 'a', name: 'b' } as const;
const CHART = { kind: 'ProvisionHelmChart', namespace: 'a', name: 'b', chart: '/charts/c' } as const;

describe('a provision with expressions', () => {
  it.each<[Provision, Provision]>([
    [
      { kind: 'ProvisionNonClusterURL', url: 'https://${consumer.namespace}.example.com/${parameters.x}' },
      { kind: 'ProvisionNonClusterURL', url: 'https://client-ns.example.com/v' },
    ],
    [
      { ...SERVICE, name: 'b-${instance.shortId}', port: '${parameters.port}' },
      { ...SERVICE, name: 'b-abcdefghij', port: 8080 },
    ],
    [
      { ...OBJECTS, labelSelector: 'offering=${offering},tier in (${parameters.x},${parameters.x}),!old' },
      { ...OBJECTS, labelSelector: 'offering=api-service,tier in (v,v),!old' },
    ],
    [
      {
        ...CHART,
        name: 'b-${instance.shortId}',
        values: { a: ['${parameters.port}', '${generate.password(8)}'] },
      },
      { ...CHART, name: 'b-abcdefghij', values: { a: [8080, '<password//8>'] } },
    ],
    [OBJECTS, OBJECTS],
  ])('%j becomes %j', (provision, rendered) => {
    expect(renderProvision(provision, scope({ x: 'v', port: 8080 }), generate)).toEqual(rendered);
  });

  it.each<[Provision, string]>([
    [
      { ...SERVICE, namespace: '${parameters.x}' },
      'provisiondata.namespace: gives what can not stand here (Namesp',
    ],
    [{ ...SERVICE, name: '${parameters.x}' }, 'provisiondata.name: gives what can not stand here'],
    [{ ...SERVICE, name: '${1}' }, 'provisiondata.name: gives something other than text'],
    [{ ...SERVICE, port: '${parameters.x}' }, 'provisiondata.port: gives what can not stand here'],
    [
      { ...CHART, name: '${parameters.x}' },
      'provisiondata.name: gives what can not stand here (Names of Helm',
    ],
    [{ ...CHART, chart: '${parameters.x}' }, 'provisiondata.chart: gives what can not stand here'],
    [{ ...CHART, version: '${parameters.x}' }, 'provisiondata.version: gives what can not stand here'],
    [{ ...CHART, service: '${parameters.x}' }, 'provisiondata.service: gives what can not stand here'],
    [
      { ...CHART, repository: 'https://a', chart: '${parameters.x}' },
      'provisiondata.chart: gives what can not',
    ],
    [
      { kind: 'ProvisionNonClusterURL', url: '${parameters.url}' },
      'provisiondata.url: gives what can not stand here (URLs hold no user name and no password)',
    ],
    [
      { kind: 'ProvisionNonClusterURL', url: '${parameters.x}' },
      'provisiondata.url: gives what can not stand',
    ],
  ])('%j is refused when what comes out does not fit: %s', (provision, message) => {
    const given = scope({ x: '--hunter2 =', url: 'https://a:hunter2@b' });
    expect(() => renderProvision(provision, given, generate)).toThrow(message);
    expect(() => renderProvision(provision, given, generate)).not.toThrow('hunter2');
  });

  it.each([
    ['tier=${parameters.x}', 'a,other!=b'],
    ['tier=${parameters.x}', 'a,other'],
    ['tier in (${parameters.x})', 'a,b'],
    ['tier in (${parameters.x})', 'a),other in (b'],
    ['${parameters.x}', '!tier'],
    ['${parameters.x}', 'tier=a'],
  ])('keeps the conditions of its selector: %s with %s', (labelSelector, x) => {
    const provision = { ...OBJECTS, labelSelector };
    expect(() => renderProvision(provision, scope({ x }), generate)).toThrow(
      'provisiondata.labelselector: gives what can not stand here',
    );
  });
});

describe('a credential with expressions', () => {
  it.each<[Credential, Credential]>([
    [
      {
        kind: 'CredentialFromCatalog',
        values: { username: '${consumer.namespace}', password: '${generate.password(32)}', root: '$${x}' },
      },
      {
        kind: 'CredentialFromCatalog',
        values: { username: 'client-ns', password: '<binding/password//32>', root: '${x}' },
      },
    ],
    [
      { kind: 'CredentialFromCatalog', values: { password: '${generate.instancePassword(32, "db")}' } },
      { kind: 'CredentialFromCatalog', values: { password: '<password/db/32>' } },
    ],
    [
      { kind: 'CredentialFromProvisionedSecret', secretName: '${instance.shortId}-pg', keys: { a: 'b' } },
      { kind: 'CredentialFromProvisionedSecret', secretName: 'abcdefghij-pg', keys: { a: 'b' } },
    ],
    [
      { kind: 'CredentialFromClusterSecret', secretName: '${x' },
      { kind: 'CredentialFromClusterSecret', secretName: '${x' },
    ],
    [{ kind: 'CredentialNoCredential' }, { kind: 'CredentialNoCredential' }],
  ])('%j becomes %j', (credential, rendered) => {
    expect(renderCredential(credential, scope({}), generate)).toEqual(rendered);
  });

  it.each<[Credential, string]>([
    [
      { kind: 'CredentialFromCatalog', values: { pin: '${parameters.pin}' } },
      'credentialdata.pin: gives something other than text',
    ],
    [
      { kind: 'CredentialFromProvisionedSecret', secretName: '${parameters.name}' },
      'credentialdata.secretname: gives what can not stand here (Names of objects are DNS subdomains)',
    ],
  ])('%j is refused when what comes out does not fit: %s', (credential, message) => {
    const evaluate = (): unknown => renderCredential(credential, scope({ pin: 1234, name: 'A/B' }), generate);
    expect(evaluate).toThrow(TemplateError);
    expect(evaluate).toThrow(message);
  });
});
