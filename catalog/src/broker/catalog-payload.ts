import type { Json, JsonObject } from '@mesitis/kube';
import type { MaintenanceInfo } from '../model/objects.js';

/** An OSB service as far as classes are made of it. */
export interface OfferedService {
  id: string;
  name: string;
  description: string;
  bindable: boolean;
  bindingRetrievable: boolean;
  planUpdatable: boolean;
  tags: string[];
  requires: string[];
  metadata?: JsonObject;
  plans: OfferedPlan[];
}

/** An OSB service plan. */
export interface OfferedPlan {
  id: string;
  name: string;
  description: string;
  /** Absent means true (OSB), which the archived controller got wrong. */
  free: boolean;
  /** Absent means: as the service says. */
  bindable?: boolean;
  metadata?: JsonObject;
  instanceCreateParameterSchema?: JsonObject;
  instanceUpdateParameterSchema?: JsonObject;
  serviceBindingCreateParameterSchema?: JsonObject;
  maintenanceInfo?: MaintenanceInfo;
  /** Seconds. */
  maximumPollingDuration?: number;
  bindingRotatable?: boolean;
}

/** A catalog with the sentences about entries that had to be left out. */
export interface CatalogPayload {
  services: OfferedService[];
  skipped: string[];
}

/**
 * Reads the body of `GET /v2/catalog` (OSB 2.17, "Catalog Management"). One bad entry is left out with a sentence and
 * does not hold back the others. Undefined when the body is no catalog at all.
 */
export function readCatalog(body: Json | undefined): CatalogPayload | undefined {
  const services = asObject(body)?.['services'];
  if (!Array.isArray(services)) return undefined;
  const skipped: string[] = [];
  const planIds = new Set<string>();
  const read: OfferedService[] = [];
  for (const [index, value] of services.entries()) {
    const service = readService(value, `services[${index}]`, { planIds, skipped });
    if (service === undefined) continue;
    if (read.some((other) => other.id === service.id)) {
      skipped.push(`services[${index}] has the id "${service.id}" of another service`);
    } else if (service.plans.length === 0) {
      skipped.push(`the service "${service.name}" has no plan`);
    } else {
      read.push(service);
    }
  }
  return { services: read, skipped };
}

interface Findings {
  planIds: Set<string>;
  skipped: string[];
}

function readService(value: Json, path: string, findings: Findings): OfferedService | undefined {
  const source = asObject(value);
  const id = text(source?.['id']);
  const name = text(source?.['name']);
  if (source === undefined || id === undefined || name === undefined) {
    findings.skipped.push(`${path} has no id or no name`);
    return undefined;
  }
  const metadata = asObject(source['metadata']);
  const plans = Array.isArray(source['plans']) ? source['plans'] : [];
  return {
    id,
    name,
    description: text(source['description']) ?? '',
    bindable: source['bindable'] === true,
    bindingRetrievable: source['bindings_retrievable'] === true,
    planUpdatable: source['plan_updateable'] === true,
    tags: texts(source['tags']),
    requires: texts(source['requires']),
    ...(metadata === undefined ? {} : { metadata }),
    plans: plans.flatMap((plan, index) => readPlan(plan, `${path}.plans[${index}]`, findings)),
  };
}

function readPlan(value: Json, path: string, findings: Findings): OfferedPlan[] {
  const source = asObject(value);
  const id = text(source?.['id']);
  const name = text(source?.['name']);
  if (source === undefined || id === undefined || name === undefined) {
    findings.skipped.push(`${path} has no id or no name`);
    return [];
  }
  if (findings.planIds.has(id)) {
    findings.skipped.push(`${path} has the id "${id}" of another plan`);
    return [];
  }
  findings.planIds.add(id);
  const bindable = source['bindable'];
  return [
    {
      id,
      name,
      description: text(source['description']) ?? '',
      free: source['free'] !== false,
      ...(typeof bindable === 'boolean' ? { bindable } : {}),
      ...present({
        metadata: asObject(source['metadata']),
        instanceCreateParameterSchema: schema(source, 'service_instance', 'create'),
        instanceUpdateParameterSchema: schema(source, 'service_instance', 'update'),
        serviceBindingCreateParameterSchema: schema(source, 'service_binding', 'create'),
      }),
      ...maintenanceInfo(source),
      ...maximumPollingDuration(source),
      ...(source['binding_rotatable'] === true ? { bindingRotatable: true } : {}),
    },
  ];
}

function maintenanceInfo(plan: JsonObject): { maintenanceInfo?: MaintenanceInfo } {
  const source = asObject(plan['maintenance_info']);
  const version = text(source?.['version']);
  const description = text(source?.['description']);
  if (version === undefined) return {};
  return { maintenanceInfo: { version, ...(description === undefined ? {} : { description }) } };
}

function maximumPollingDuration(plan: JsonObject): { maximumPollingDuration?: number } {
  const seconds = plan['maximum_polling_duration'];
  return typeof seconds === 'number' && seconds > 0 ? { maximumPollingDuration: seconds } : {};
}

function schema(plan: JsonObject, of: string, action: string): JsonObject | undefined {
  return asObject(asObject(asObject(asObject(plan['schemas'])?.[of])?.[action])?.['parameters']);
}

/** The fields that have a value. */
function present<Fields extends object>(fields: Fields): { [Field in keyof Fields]?: JsonObject } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Field in keyof Fields]?: JsonObject;
  };
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
