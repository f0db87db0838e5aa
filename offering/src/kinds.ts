import { wrongType, type Field, type Fields } from './fields.js';
import type { Report } from './report.js';
import type { RuleName } from './rules.js';
import { listing, nearest, quote } from './wording.js';

/** The kinds of one family, provision or credential, and the keys under which an entry names one. */
export interface KindFamily<Kind extends string> {
  rule: RuleName;
  /** `provisionkind` */
  kindKey: string;
  /** `provisiondata` */
  dataKey: string;
  /** Every name that a kind may be given, to its canonical name. */
  names: Readonly<Record<string, Kind>>;
}

/** A kind that an entry names, and the data beside it, which may be absent or null. */
export interface NamedKind<Kind extends string> {
  kind: Kind;
  /** The key under which the data is, or would be. */
  dataKey: string;
  data: Field | undefined;
}

/** The keys of an entry that belong to a family: both of the pair, and each kind as a key of its own. */
export function kindKeys(family: KindFamily<string>): string[] {
  return [family.kindKey, family.dataKey, ...Object.keys(family.names)];
}

/**
 * Finds the kind that an entry names: by `…kind` beside `…data`, or as a key that holds the data (design section 2).
 * Two of them, an unknown one or none is noted; then the result is undefined.
 */
export function readKind<Kind extends string>(
  fields: Fields,
  family: KindFamily<Kind>,
  report: Report,
): NamedKind<Kind> | undefined {
  const { rule, kindKey, dataKey, names } = family;
  const named = fields.raw(kindKey);
  const asKeys = Object.keys(names).filter((name) => fields.raw(name) !== undefined);
  const [asKey, second] = asKeys;
  const data = fields.raw(dataKey);
  if (asKey === undefined) {
    if (named === undefined) fields.missing(kindKey, `write one of ${listing(kindsOf(family), 'or')}`);
    const kind = named === undefined ? undefined : kindOf(named, family, report);
    return kind === undefined ? undefined : { kind, dataKey, data };
  }
  const extra = second === undefined ? (named ?? data) : fields.raw(second);
  if (extra !== undefined) {
    report.add(rule, extra, `stands beside the key ${asKey}, which names the kind already; keep one of them`);
    return undefined;
  }
  const kind = names[asKey];
  return kind === undefined ? undefined : { kind, dataKey: asKey, data: fields.raw(asKey) };
}

function kindOf<Kind extends string>(
  field: Field,
  family: KindFamily<Kind>,
  report: Report,
): Kind | undefined {
  const value = field.node.type === 'scalar' ? field.node.value : undefined;
  if (typeof value !== 'string') {
    wrongType(field, 'a string', report);
    return undefined;
  }
  const found = Object.entries(family.names).find(([name]) => name.toLowerCase() === value.toLowerCase());
  if (found !== undefined) return found[1];
  const meant = nearest(value, Object.keys(family.names));
  const remedy =
    meant === undefined ? `use one of ${listing(kindsOf(family), 'or')}` : `did you mean ${meant}`;
  report.add(family.rule, field, `is ${quote(value)}, which is not a known kind; ${remedy}`);
  return undefined;
}

function kindsOf(family: KindFamily<string>): string[] {
  return [...new Set(Object.values(family.names))];
}
