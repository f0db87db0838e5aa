import type { RuleName } from '../rules.js';
import type { ParameterFacts } from './parameter-facts.js';

/** The variables of expressions. */
export const ROOTS = ['instance', 'consumer', 'offering', 'parameters'] as const;

/** A variable of expressions. */
export type RootName = (typeof ROOTS)[number];

/** The members of the variables whose members are known. */
export const MEMBERS: Readonly<Record<'instance' | 'consumer', readonly string[]>> = {
  instance: ['id', 'shortId', 'name'],
  consumer: ['namespace'],
};

/** What expressions may be in one place of the configuration language. */
export interface ExpressionPlace {
  /** The variables that may be used, when not all, and the rule that says so. */
  only?: { roots: readonly RootName[]; rule: RuleName; because: string };
  /** Whose values may be made here; absent: none. */
  generates?: 'instance' | 'binding';
  /** Why none may be made, when it is not that everybody sees what stands here. */
  whyNone?: string;
  /** Whether only text fits here, so that a number would be refused later. */
  isText?: boolean;
  /** Whether what stands here may be a credential: then messages quote nothing of it. */
  isSecret?: boolean;
  /** What the schema of parameters tells, when the entry has one. */
  parameters?: ParameterFacts | undefined;
}
