export type { AdmissionReviewAnswer, Decision, Judge } from './admission.js';
export { PROVIDER_POLICY, type Check, type Policy } from './decide.js';
export { WebhookMetrics } from './metrics.js';
export { providerJudge, type ProviderJudgeOptions } from './provider-judge.js';
export { review, type Outcome } from './review.js';
export { UnderReview } from './rights/under-review.js';
export { startWebhook, type Surroundings, type Webhook } from './webhook.js';
