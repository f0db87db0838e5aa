export type { Decision } from './admission.js';
export { decide, PROVIDER_POLICY, type Check, type Policy } from './decide.js';
export { startWebhook, type Surroundings, type Webhook } from './webhook.js';
