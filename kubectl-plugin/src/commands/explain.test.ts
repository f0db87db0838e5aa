import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { MemoryKube } from '@mesitis/kube/memory';
import { REASONS } from '../lib/reasons.js';
import { runPlugin, type RunResult } from '../testing/run-plugin.js';

const explain = (...argv: string[]): Promise<RunResult> => runPlugin(['explain', ...argv], new MemoryKube());

describe('kubectl mesitis explain', () => {
  test.each([
    [
      'MES012',
      'MES012 (error): The payload is nested at most 64 levels deep.\n\nBad: objects in objects, 100 levels deep.\nGood: at most 64 levels.\n',
    ],
    [
      'mes036',
      'MES036 (warning): The whitelist names each consumer once. Where it is meant so, the annotation mesitis/ignore: "MES036 REASON" silences it.\n\nBad, in the payload of an entry:\n  whitelist: [client-ns, client-ns]\nGood:\n  whitelist: [client-ns]\n',
    ],
    [
      'MES080',
      'MES080 (error): uuids, versions and service ids of the entries beside each other fit together.\n\nBad: entries of two ConfigMaps have the uuid "3".\nGood: each has a uuid of its own; versions of one offering share serviceuuid.\n',
    ],
    [
      'errorNonbindableServiceClass',
      'ErrorNonbindableServiceClass (binding): the offering hands out nothing to bind. What to do: unbind.\n',
    ],
  ])('explains %s', async (topic, text) => {
    expect(await explain(topic)).toMatchObject({ out: text, err: '', exitCode: 0 });
  });

  test.each([
    ['MES06', "there is no rule 'MES06'; did you mean MES006?"],
    [
      'ProvisionCallFaild',
      "there is no rule or reason 'ProvisionCallFaild'; did you mean ProvisionCallFailed?",
    ],
    ['frobnicate', "there is no rule or reason 'frobnicate'; kubectl mesitis explain lists all"],
    ['constructor', "there is no rule or reason 'constructor'; kubectl mesitis explain lists all"],
  ])('does not know %s', async (topic, message) => {
    const { out, err, exitCode } = await explain(topic);
    expect([out, err, exitCode]).toEqual(['', `error: ${message}\n`, 2]);
  });

  test('lists every rule once in the order of the ids, then every reason', async () => {
    const names = (await explain()).out.split('\n').map((line) => line.split(' ', 1).join(''));
    const rules = names.filter((name) => name.startsWith('MES'));
    expect(rules).toEqual([...new Set(rules)].sort());
    expect(rules.length).toBeGreaterThan(80);
    expect(names[0]).toBe('RULE');
    expect(names.slice(1 + rules.length, -1)).toEqual(['', 'REASON', ...Object.keys(REASONS)]);
  });

  test('fits the terminal without cutting anything off', async () => {
    const list = await runPlugin(['explain'], new MemoryKube(), { terminal: { columns: 80 } });
    expect(list.out).not.toContain('…');
    expect(list.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const rule = await runPlugin(['explain', 'MES060'], new MemoryKube(), { terminal: { columns: 80 } });
    expect(rule.out).toContain('\nGood:\n  metadata: { name: "api-${instance.shortId}" }\n');
  });
});

describe('the reasons', () => {
  test('are all those that docs/service-catalog.md tells of', () => {
    const page = readFileSync(new URL('../../../docs/service-catalog.md', import.meta.url), 'utf8');
    const [, conditions = ''] = /^## Conditions$(.*?)^(?:What|## How)/ms.exec(page) ?? [];
    const told = [...conditions.matchAll(/^\|[^|]*\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([A-Z][A-Za-z]+)`/g)].map(([, name = '']) => name),
    );
    expect(told.length).toBeGreaterThan(30);
    expect(told.filter((name) => !['Ready', 'STATUS'].includes(name) && !(name in REASONS))).toEqual([]);
  });

  test('are told without a full stop, which the sentence around them sets', () => {
    const texts = Object.values(REASONS).flatMap(({ meaning, remedy }) => [meaning, remedy]);
    expect(texts.filter((text) => text === '' || /[.\n]$|^[A-Z]/.test(text))).toEqual([]);
  });
});
