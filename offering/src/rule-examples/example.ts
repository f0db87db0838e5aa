/**
 * An example of a rule: what breaks it and what does not, as YAML. `of` says what the text is a part of: the payload of
 * an entry or of a wrapped object, whose other keys are right; a whole `payload`, of an entry; the `labels` or
 * `annotations` of the ConfigMap of an entry (`object labels` of one with an object); other keys of that `configmap`; or,
 * for what takes more than one ConfigMap to break, a `situation` in words.
 */
export interface RuleExample {
  of: 'entry' | 'object' | 'payload' | 'labels' | 'object labels' | 'annotations' | 'configmap' | 'situation';
  bad: string;
  good: string;
}

/** An example in the payload of an entry. */
export const entry = (bad: string, good: string): RuleExample => ({ of: 'entry', bad, good });

/** An example in the payload of a wrapped object. */
export const object = (bad: string, good: string): RuleExample => ({ of: 'object', bad, good });

/** An example that is a whole payload. */
export const payload = (bad: string, good: string): RuleExample => ({ of: 'payload', bad, good });

/** An example in words. */
export const situation = (bad: string, good: string): RuleExample => ({ of: 'situation', bad, good });

/** A provision in an entry. */
export const provision = (kind: string, bad: string, good: string): RuleExample =>
  entry(withKind('provision', kind, bad), withKind('provision', kind, good));

/** A credential in an entry. */
export const credential = (kind: string, bad: string, good: string): RuleExample =>
  entry(withKind('credential', kind, bad), withKind('credential', kind, good));

function withKind(what: 'provision' | 'credential', kind: string, data: string): string {
  return `${what}kind: ${kind}\n${what}data: ${data}`;
}
