import { PLANS } from './offerings.js';
import { bindingPath, idsQuery, instancePath } from './platform.js';

/** The ten endpoints of OSB 2.17, on ids that nobody has. */
export const ENDPOINTS: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/v2/catalog'],
  ['PUT', instancePath('nobody')],
  ['GET', instancePath('nobody')],
  ['PATCH', instancePath('nobody')],
  ['DELETE', `${instancePath('nobody')}${idsQuery(PLANS.url)}`],
  ['GET', `${instancePath('nobody')}/last_operation`],
  ['PUT', bindingPath('nobody', 'none')],
  ['GET', bindingPath('nobody', 'none')],
  ['DELETE', `${bindingPath('nobody', 'none')}${idsQuery(PLANS.url)}`],
  ['GET', `${bindingPath('nobody', 'none')}/last_operation`],
];

/** An Authorization header of Basic authentication. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The value of an originating identity header (OSB 2.13). */
export function identity(platform: string, value: unknown): string {
  return `${platform} ${Buffer.from(JSON.stringify(value)).toString('base64')}`;
}
