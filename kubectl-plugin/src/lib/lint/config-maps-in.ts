import { LABELS, readPlain, type ProviderConfigMap, type Violation } from '@mesitis/offering';
import { locate, type Spot } from './locate.js';
import { piecesOf } from './pieces-of.js';
import { objectsIn, WrittenDocument } from './written-document.js';

/** A file with its text: YAML of any number of documents, or JSON. */
export interface Source {
  file: string;
  text: string;
  /** False when the text was made of bytes that are no text in UTF-8. */
  isUtf8?: boolean;
}

/** A ConfigMap of Mesitis that was found in a file. */
export interface InFile {
  configMap: ProviderConfigMap;
  /** Where in the file a violation of it is. Takes long the first time. */
  locate: (violation: Violation) => Spot;
}

/**
 * The ConfigMaps of a file with the label `mesitis/kind`. A List stands for its items; everything else is passed over.
 * @param unusable what is neither YAML nor JSON is added to it, a sentence each
 */
export function* configMapsIn(source: Source, unusable: string[]): Generator<InFile> {
  // Most of what a repository or a chart holds is not ours, and reading YAML is what takes the time.
  if (!mentionsUs(source)) return;
  for (const one of everyConfigMapIn(source, unusable)) if (isOurs(one.configMap)) yield one;
}

/**
 * All ConfigMaps of a file, whatever their labels. What can't be read is told as by {@link configMapsIn}: only of files
 * that speak of Mesitis.
 */
export function* everyConfigMapIn(source: Source, unusable: string[]): Generator<InFile> {
  const { file, text, isUtf8 = true } = source;
  const isTold = mentionsUs(source);
  if (!isUtf8) {
    if (isTold) unusable.push(`${file}: is not UTF-8: save it as UTF-8`);
    return;
  }
  if (!text.includes(CONFIG_MAP) && !isTold) return;
  for (const piece of piecesOf(text)) {
    const document = new WrittenDocument(piece);
    const value = readPlain(piece.text);
    const { values, mistakes } = value === undefined ? document.read() : { values: [value], mistakes: [] };
    for (const { line, column, reason } of isTold ? mistakes : []) {
      unusable.push(`${file}:${piece.linesBefore + line}:${column}: is neither YAML nor JSON: ${reason}`);
    }
    for (const [index, configMap] of values.flatMap(objectsIn).entries()) {
      if (isConfigMap(configMap)) {
        yield { configMap, locate: (violation) => locate(violation, { document, index }) };
      }
    }
  }
}

const CONFIG_MAP = 'ConfigMap';

function mentionsUs({ text, isUtf8 = true }: Source): boolean {
  // UTF-16 that was taken for UTF-8 has a zero behind each letter.
  return (isUtf8 ? text : text.replaceAll('\u0000', '')).includes(LABELS.kind);
}

/** A ConfigMap as far as its kind and the type of its metadata go. */
function isConfigMap(value: object): value is ProviderConfigMap {
  const { kind, metadata } = value as { kind?: unknown; metadata?: unknown };
  return kind === CONFIG_MAP && typeof metadata === 'object' && metadata !== null;
}

/** Whether a ConfigMap has the label `mesitis/kind`. Takes whatever a file may hold. */
export function isOurs({ metadata }: ProviderConfigMap): boolean {
  const labels: unknown = metadata.labels;
  return typeof labels === 'object' && labels !== null && LABELS.kind in labels;
}
