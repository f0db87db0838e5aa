import { readingSource } from './reading-source.js';

/** CredentialNoCredential: the coordinates are all that a consumer gets. */
export const noCredential = readingSource('CredentialNoCredential', async () =>
  Promise.resolve({ values: {} }),
);
