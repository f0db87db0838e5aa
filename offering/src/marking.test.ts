import { describe, expect, it } from '@jest/globals';
import {
  entryConfigMap,
  entryOf,
  linesOf,
  resourceOf,
  wrappedConfigMap,
  type Overrides,
} from './testing/config-maps.js';

describe('the labels of a ConfigMap', () => {
  it.each([
    ['2', 2],
    ['10', 10],
    ['007', 7],
    ['1.5', 1.5],
  ])('give the order %j as the number %d', (label, order) => {
    expect(resourceOf(wrappedConfigMap({}, { 'mesitis/order': label })).order).toBe(order);
  });

  it('keep the object back, or publish it', () => {
    expect(resourceOf(wrappedConfigMap({}, { 'mesitis/enabled': 'false' })).enabled).toBe(false);
    expect(resourceOf(wrappedConfigMap({}, { 'mesitis/enabled': 'true' })).enabled).toBe(true);
  });

  it('go on to the resource, for the selector', () => {
    expect(resourceOf(wrappedConfigMap({}, { tier: 'back' })).labels).toMatchObject({
      'mesitis/offering': 'api-service',
      tier: 'back',
    });
  });

  it('may hold marks of a wrapped object on an entry, where they mean nothing', () => {
    expect(entryOf(entryConfigMap({}, { 'mesitis/order': 'x', 'mesitis/offering': 'a' })).team).toBe('api');
  });

  it('name the kind of an entry in any letter case', () => {
    expect(entryOf(entryConfigMap({}, { 'mesitis/kind': 'Catalog-Entry' })).team).toBe('api');
  });

  it.each<[Overrides, string]>([
    [
      { 'mesitis/kind': undefined },
      'kind"]: is missing; write catalog-entry, or wrapped- and the kind of the object',
    ],
    [
      { 'mesitis/kind': '' },
      'kind"]: is "", which is no kind; use catalog-entry, wrapped-resource or wrapped- and the kind',
    ],
    [
      { 'mesitis/kind': 'wrapped-statefulset' },
      'kind: is "Service", but the label mesitis/kind says statefulset; label it wrapped-service, or correct it',
    ],
    [
      { 'mesitis/kind': 'pod' },
      'kind: is "Service", but the label mesitis/kind says Pod; label it wrapped-service',
    ],
    [
      { 'mesitis/kind': 'catalogentry' },
      'kind"]: is "catalogentry", which is no kind; did you mean catalog-entry',
    ],
    [{ 'mesitis/kind': 'wrapped-x.y.z' }, 'kind"]: is "wrapped-x.y.z", which is no kind; use catalog-entry'],
    [
      { 'mesitis/kind': 'wraped-service' },
      'kind"]: is "wraped-service", which is no kind; did you mean wrapped-service',
    ],
    [
      { 'mesitis/enabled': undefined },
      'enabled"]: is missing; write "true" to publish it, or "false" to keep it back',
    ],
    [{ 'mesitis/enabled': 'yes' }, 'enabled"]: is "yes"; write "true" or "false"'],
    [{ 'mesitis/enabled': true }, 'enabled"]: must be a string; put it in quotes'],
    [{ 'mesitis/offering': undefined }, 'offering"]: is missing; write the name of the offering'],
    [{ 'mesitis/offering': '' }, 'offering"]: is empty; write the name of the offering'],
    [{ 'mesitis/order': undefined }, 'order"]: is missing; write a number such as "1"'],
    [{ 'mesitis/order': '' }, 'order"]: is ""; write a number such as "10"'],
    [{ 'mesitis/order': '1st' }, 'order"]: is "1st"; write a number'],
    [{ 'mesitis/order': 2 }, 'order"]: must be a string; put it in quotes'],
    [{ 'mesitis/odrer': '2' }, 'odrer"]: is not a label that Mesitis reads; did you mean mesitis/order'],
    [{ 'mesitis/colour': 'x' }, 'colour"]: is not a label that Mesitis reads; remove it'],
    [{ 'a b': 'c' }, '["a b"]: has a key that must consist of'],
    [{ a: 'b c' }, 'metadata.labels.a: must consist of letters'],
  ])('with %j are told: %s', (labels, line) => {
    expect(linesOf(wrappedConfigMap({}, labels))).toEqual([expect.stringContaining(line)]);
  });
});
