import { readingSource } from './reading-source.js';

/** CredentialFromCatalog: the values stand in the entry itself, or are generated where it says so. */
export const credentialFromCatalog = readingSource('CredentialFromCatalog', async ({ values }) =>
  Promise.resolve({ values: { ...values } }),
);
