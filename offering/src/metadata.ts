import type { Format } from './fields.js';
import { configMapPath } from './path.js';
import type { Report } from './report.js';
import { NAMESPACE, OBJECT_NAME } from './syntax.js';

/**
 * Notes what in a ConfigMap's own metadata no API server takes. What it stores is right; a file may hold anything, and
 * whoever lints it should not hear of that from kubectl.
 */
export function checkMetadata(metadata: ReadonlyMap<string, unknown>, report: Report): void {
  const note = (key: string, problem: string): void =>
    report.add('config-map-metadata', { path: configMapPath('metadata', key) }, problem);
  const name = metadata.get('name');
  if (name !== undefined || metadata.get('generateName') === undefined) {
    const problem = textProblem(name, OBJECT_NAME);
    if (problem !== undefined) note('name', problem);
  }
  const namespace = metadata.get('namespace');
  const problem = namespace === undefined ? undefined : textProblem(namespace, NAMESPACE);
  if (problem !== undefined) note('namespace', problem);
  for (const [key, value] of Object.entries(metadata.get('annotations') ?? {})) {
    if (typeof value === 'string' || value === undefined) continue;
    const path = configMapPath('metadata', 'annotations', key);
    report.add('config-map-metadata', { path }, MUST_BE_TEXT);
  }
}

const MUST_BE_TEXT = 'must be a string; put it in quotes';

function textProblem(value: unknown, format: Format): string | undefined {
  if (value === undefined || value === null || value === '') return 'is missing; give the ConfigMap a name';
  return typeof value === 'string' ? format.problem(value) : MUST_BE_TEXT;
}
