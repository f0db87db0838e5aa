/** What an installation may switch; the names, spelt with a capital, are those of the archived controller's gates. */
export interface Features {
  /** Deleting an instance deletes its bindings first, instead of waiting for somebody to do it. */
  cascadingDeletion: boolean;
  /** Parameters that classes and plans set for new instances count. */
  servicePlanDefaults: boolean;
  /** Brokers are told who wrote an object last. */
  originatingIdentity: boolean;
  /** A changed Secret behind `parametersFrom` leads to an update. */
  watchParametersFromChanges: boolean;
  /** Brokers may bind and unbind asynchronously, where they tell the credentials afterwards. */
  asyncBindingOperations: boolean;
  /** The longest pause between two looks at a last operation, milliseconds. */
  operationPollingMaximumBackoffMs: number;
}

/** What holds without a word. */
export const DEFAULT_FEATURES: Features = {
  cascadingDeletion: false,
  servicePlanDefaults: false,
  originatingIdentity: true,
  watchParametersFromChanges: true,
  asyncBindingOperations: true,
  operationPollingMaximumBackoffMs: 60_000,
};

/** The gates by the names that `FEATURE_GATES` knows. */
const GATES = {
  CascadingDeletion: 'cascadingDeletion',
  ServicePlanDefaults: 'servicePlanDefaults',
  OriginatingIdentity: 'originatingIdentity',
  WatchParametersFromChanges: 'watchParametersFromChanges',
  AsyncBindingOperations: 'asyncBindingOperations',
} as const satisfies Record<string, keyof Features>;

/**
 * Reads gates as `CascadingDeletion=true,OriginatingIdentity=false`; what is wrong with them as a sentence's end that
 * says what to write.
 */
export function parseGates(text: string): { value: Partial<Features> } | { wanted: string } {
  const value: Partial<Features> = {};
  for (const item of text.split(',').filter((part) => part.trim() !== '')) {
    const [, name = '', flag] = /^\s*(\w+)=(true|false)\s*$/.exec(item) ?? [];
    const gate = Object.entries(GATES).find(([known]) => known === name)?.[1];
    if (gate === undefined)
      return { wanted: `a list of <gate>=true or =false with ${Object.keys(GATES).join(', ')}` };
    value[gate] = flag === 'true';
  }
  return { value };
}
