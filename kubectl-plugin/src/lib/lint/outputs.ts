/** The formats of `lint -o`. */
export const LINT_OUTPUTS = ['human', 'json', 'junit', 'sarif', 'github'] as const;

/** One of {@link LINT_OUTPUTS}. */
export type LintOutput = (typeof LINT_OUTPUTS)[number];
