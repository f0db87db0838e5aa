/** The labels by which providers mark their ConfigMaps. */
export const LABELS = {
  kind: 'mesitis/kind',
  enabled: 'mesitis/enabled',
  offering: 'mesitis/offering',
  order: 'mesitis/order',
} as const;

/** Labels and annotations with this prefix are Mesitis' own. */
export const RESERVED_PREFIX = 'mesitis/';

/** Set by the broker on every object that it makes. */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
