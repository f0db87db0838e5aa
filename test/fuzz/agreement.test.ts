import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tryConfigMap } from './agreement.js';
import { configMaps } from './config-maps.js';

// `make fuzz` does the same with 100,000.
test('webhook and broker agree on 1,000 ConfigMaps, and the webhook answers each with an AdmissionReview', async () => {
  await fc.assert(
    fc.asyncProperty(configMaps, async (configMap) => {
      expect((await tryConfigMap(configMap)).problem).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});
