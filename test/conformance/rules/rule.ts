/** How strongly the specification asks for something; `practice` is what platforms do, and
 * `suite` what a conformance suite asks for, beyond it. */
export type Level =
  | 'must'
  | 'must not'
  | 'should'
  | 'should not'
  | 'recommended'
  | 'may'
  | 'defined'
  | 'practice'
  | 'suite';

/** One rule that a broker is measured by. */
export interface Rule {
  /** Letters and a number; the titles of the tests that prove it begin with it. */
  id: string;
  /** Several when parts of the rule are of different strength. */
  levels: readonly Level[];
  /** What is asked, in short. */
  asked: string;
  /** What Mesitis does. */
  answer: string;
  /** Set when the rule is about something that Mesitis does not offer, or binds platforms: `answer` then says why. */
  notApplicable?: true;
}

/** The rules of one part of the specification. */
export interface RuleGroup {
  title: string;
  rules: readonly Rule[];
}
