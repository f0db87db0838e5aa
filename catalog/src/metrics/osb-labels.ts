import type { OsbRequest, OsbResult } from '../osb/osb.js';

/** The operations of the Open Service Broker API, by the names that the archived controller's metrics use. */
export type OsbMethod =
  | 'GetCatalog'
  | 'ProvisionInstance'
  | 'UpdateInstance'
  | 'DeprovisionInstance'
  | 'GetInstance'
  | 'PollLastOperation'
  | 'Bind'
  | 'Unbind'
  | 'GetBinding'
  | 'PollBindingLastOperation'
  | 'Other';

const ABOUT_INSTANCE: Partial<Record<OsbRequest['method'], OsbMethod>> = {
  PUT: 'ProvisionInstance',
  PATCH: 'UpdateInstance',
  DELETE: 'DeprovisionInstance',
  GET: 'GetInstance',
};

const ABOUT_BINDING: Partial<Record<OsbRequest['method'], OsbMethod>> = {
  PUT: 'Bind',
  DELETE: 'Unbind',
  GET: 'GetBinding',
};

/** Which operation a request is: never anything of its path that somebody chose. */
export function osbMethod({ method, path }: OsbRequest): OsbMethod {
  // v2/service_instances/:id/service_bindings/:id/last_operation; whatever an id is, its place tells it apart.
  if (path[1] === 'catalog') return 'GetCatalog';
  switch (path.length) {
    case 3:
      return ABOUT_INSTANCE[method] ?? 'Other';
    case 4:
      return 'PollLastOperation';
    case 5:
      return ABOUT_BINDING[method] ?? 'Other';
    case 6:
      return 'PollBindingLastOperation';
    default:
      return 'Other';
  }
}

/** How a request ended: the hundred of the status, `timeout` or `unreachable`. */
export function osbOutcome(result: OsbResult): string {
  return result.type === 'answer' ? `${Math.trunc(result.status / 100)}xx` : result.type;
}

/** The label `status` of the archived controller, which knew one word for all that is no answer. */
export function osbStatus(result: OsbResult): string {
  return result.type === 'answer' ? osbOutcome(result) : 'client-error';
}
