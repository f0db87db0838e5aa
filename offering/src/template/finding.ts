import type { RuleName } from '../rules.js';
import { quote } from '../wording.js';
import type { ExpressionPlace } from './place.js';
import type { TypeName } from './type-names.js';

/** One mistake in an expression. The message goes on after "has an expression that". */
export interface Finding {
  rule: RuleName;
  message: string;
}

/** The type of a part of an expression, and what is wrong with that part. */
export interface Judgement {
  type: TypeName;
  findings: readonly Finding[];
}

/** A name in a message; not what may be a piece of a password. */
export function quoteName(name: string, place: ExpressionPlace): string {
  return place.isSecret === true ? 'a name' : quote(name);
}

/** A name behind a dot. */
export function wordOf(name: string, place: ExpressionPlace): string {
  return place.isSecret === true || !/^\w{1,60}$/.test(name) ? '…' : name;
}
