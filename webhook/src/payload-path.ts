import { PAYLOAD_KEYS } from '@mesitis/offering';
import { isObject } from './json.js';

/** The path of the payload of a ConfigMap that has one: `data.wrapped-resource`. */
export function payloadPath(configMap: unknown): string {
  const data = isObject(configMap) && isObject(configMap['data']) ? configMap['data'] : {};
  return `data.${PAYLOAD_KEYS.find((key) => key in data) ?? PAYLOAD_KEYS[0]}`;
}
