import { LABELS, type ProviderConfigMap } from '@mesitis/offering';
import { isMap, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import type { Written } from './locate.js';

/** A file with its text: YAML of any number of documents, or JSON. */
export interface Source {
  file: string;
  text: string;
}

/** A ConfigMap of Mesitis that was found in a file. */
export interface InFile {
  configMap: ProviderConfigMap;
  written: Written;
}

/**
 * The ConfigMaps of a file with the label `mesitis/kind`. A List stands for its items; everything else is passed over.
 * @param unusable what is neither YAML nor JSON is added to it, a sentence each
 */
export function* configMapsIn({ file, text }: Source, unusable: string[]): Generator<InFile> {
  // Most of what a repository or a chart holds is not ours, and reading YAML is what takes the time.
  if (!text.includes(LABELS.kind)) return;
  const counter = new LineCounter();
  const lines = text.split('\n');
  for (const document of parseAllDocuments(text, { lineCounter: counter }) as Document.Parsed[]) {
    const [error] = document.errors;
    if (error !== undefined) {
      const spot = error.linePos?.[0];
      const reason = error.message.split(' at line ', 1)[0] ?? '';
      unusable.push(`${file}:${spot?.line ?? 1}:${spot?.col ?? 1}: is neither YAML nor JSON: ${reason}`);
      continue;
    }
    for (const node of objectsIn(document.contents)) {
      const configMap = node.toJS(document) as unknown;
      if (isOurs(configMap)) yield { configMap, written: { node, lines, counter } };
    }
  }
}

/** The object of a document, or those of a List, also of Lists in it. */
function objectsIn(node: unknown): Node[] {
  if (!isMap(node)) return [];
  const kind: unknown = node.get('kind');
  const items: unknown = node.get('items', true);
  if (typeof kind !== 'string' || !kind.endsWith('List') || !isSeq(items)) return [node];
  return items.items.flatMap(objectsIn);
}

function isOurs(value: unknown): value is ProviderConfigMap {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, metadata } = value as { kind?: unknown; metadata?: { labels?: unknown } | null };
  const labels = metadata?.labels;
  return kind === 'ConfigMap' && typeof labels === 'object' && labels !== null && LABELS.kind in labels;
}
