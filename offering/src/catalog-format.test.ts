import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseProviderConfigMap } from './configuration.js';
import type { ProviderConfigMap } from './model.js';

const page = readFileSync(new URL('../../docs/catalog-format.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(
  ([, text = '']) => parse(text) as ProviderConfigMap,
);

describe('docs/catalog-format.md', () => {
  it('has examples that are right', () => {
    const [entry, sameEntry, object, ...others] = examples.map((example) => parseProviderConfigMap(example));
    expect(entry).toMatchObject({
      ok: true,
      value: { type: 'catalog-entry' },
      warnings: [{ path: 'data.wrapped-resource: credentialdata' }],
    });
    expect(sameEntry).toMatchObject({ ok: true, value: (entry as { value: object }).value });
    expect(object).toMatchObject({
      ok: true,
      value: { type: 'wrapped-resource' },
      warnings: [{ path: 'data.wrapped-resource: metadata.name' }],
    });
    expect(others).toMatchObject([
      { ok: true, value: { type: 'catalog-entry' }, warnings: [] },
      { ok: true, value: { type: 'wrapped-resource' }, warnings: [] },
    ]);
  });
});
