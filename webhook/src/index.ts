export { decide, PROVIDER_POLICY, type Check, type Decision, type Policy } from './decide.js';
export { startWebhook, type Surroundings, type Webhook } from './webhook.js';
