import { BrokerError } from '../errors.js';
import type { Catalog, CatalogPlan } from './build-catalog.js';

/**
 * The plan that a request names, which must be a plan of the service that it names (osb.md 2.3).
 * @throws BrokerError UnknownService, UnknownPlan
 */
export function findPlan(catalog: Catalog, serviceId: string, planId: string): CatalogPlan {
  requireService(catalog, serviceId);
  const plan = catalog.plans.get(planId);
  if (plan?.serviceId !== serviceId) {
    throw new BrokerError(
      'UnknownPlan',
      `plan_id ${JSON.stringify(planId)} is not a plan of service ${JSON.stringify(serviceId)}; read the catalog again, or ask the provider whether it was withdrawn`,
    );
  }
  return plan;
}

/** @throws BrokerError UnknownService */
export function requireService(catalog: Catalog, serviceId: string): void {
  if (catalog.serviceIds.has(serviceId)) return;
  throw new BrokerError(
    'UnknownService',
    `service_id ${JSON.stringify(serviceId)} is not in the catalog; read the catalog again, or ask the provider whether it was withdrawn`,
  );
}
