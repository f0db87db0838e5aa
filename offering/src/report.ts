import type { Violation } from './model.js';
import { formatPath, type Path } from './path.js';
import type { Position } from './position.js';
import { RULES, type RuleName } from './rules.js';

/** What a violation is about. */
export interface Place {
  path: Path;
  position?: Position | undefined;
}

/** Collects everything that is wrong with one ConfigMap, so that its author hears it all at once. */
export class Report {
  readonly #violations: Violation[] = [];
  /** The characters of all expressions that were looked at: parsing them takes time. */
  expressionLength = 0;

  /** Notes a broken rule. `message`: one sentence without a final full stop, never a credential in it. */
  add(rule: RuleName, place: Place, message: string): void {
    this.#violations.push(violation(rule, place, message));
  }

  /** Takes over what another report noted. */
  append(other: Report): void {
    this.#violations.push(...other.#violations);
  }

  /** All that was noted, in the order of discovery. */
  get violations(): Violation[] {
    return [...this.#violations];
  }

  /** Whether an error (not just a warning) was noted. */
  get failed(): boolean {
    return this.#violations.some(({ severity }) => severity === 'error');
  }
}

/** One violation of a registered rule. */
export function violation(rule: RuleName, place: Place, message: string): Violation {
  const { id, severity } = RULES[rule];
  const { position } = place;
  return {
    rule: id,
    severity,
    path: formatPath(place.path),
    message,
    ...(position === undefined ? {} : { position: { ...position } }),
  };
}
