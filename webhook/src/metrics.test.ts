import { expect, test } from '@jest/globals';
import { WebhookMetrics } from './metrics.js';
import { pooledEntropy } from './testing/pooled-entropy.js';
import { issueAuthority } from './tls/certificates.js';

const linesOf = async (metrics: WebhookMetrics): Promise<string[]> =>
  (await metrics.render()).body.split('\n');

test('counts reviews by outcome, and rules by what became of the request', async () => {
  const metrics = new WebhookMetrics('1.2.3');
  metrics.reviewed({ outcome: 'refused', rules: ['MES001', 'MES002'], seconds: 0.002 });
  metrics.reviewed({ outcome: 'refused', rules: ['MES001'], seconds: 4 });
  metrics.reviewed({ outcome: 'allowed', rules: ['MES060'], seconds: 0.002 });
  expect(await linesOf(metrics)).toEqual(
    expect.arrayContaining([
      'mesitis_webhook_build_info{version="1.2.3"} 1',
      'mesitis_webhook_broken_rules_total{rule="MES001",outcome="refused"} 2',
      'mesitis_webhook_broken_rules_total{rule="MES060",outcome="allowed"} 1',
      'mesitis_webhook_review_duration_seconds_bucket{le="3",outcome="refused"} 1',
      'mesitis_webhook_review_duration_seconds_count{outcome="refused"} 2',
      'mesitis_webhook_review_duration_seconds_count{outcome="failed"} 0',
    ]),
  );
});

test('tells when the certificate ends', async () => {
  const metrics = new WebhookMetrics('1.2.3');
  const { certificate } = await issueAuthority(await pooledEntropy(1), Date.UTC(2026, 0, 1));
  metrics.serves(certificate);
  const [line = ''] = (await linesOf(metrics)).filter((text) =>
    text.startsWith('mesitis_webhook_certificate_expiry'),
  );
  const end = new Date(Number(line.split(' ')[1]) * 1_000);
  expect(end.getUTCFullYear()).toBeGreaterThanOrEqual(2035);
});
