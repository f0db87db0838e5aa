import type { CatalogEntry } from '@mesitis/offering';
import type { CatalogPlan } from '../catalog/build-catalog.js';
import type { Resources } from '../provision/provisioner.js';
import type { InstanceAttributes, InstanceShape } from '../store/instance-record.js';
import { generatorOf, rendererFor, scopeOf } from '../templates.js';
import type { OperationContext } from './context.js';

/** How long to wait for readiness when the entry asks for waiting and names no limit, in seconds. */
const DEFAULT_READINESS_SECONDS = 300;

/** How long instances of an entry are waited for, in seconds; undefined: not at all. */
export function readinessOf({ readiness }: CatalogEntry): number | undefined {
  if (readiness === undefined || readiness.wait === false) return undefined;
  return readiness.timeoutSeconds ?? DEFAULT_READINESS_SECONDS;
}

/**
 * Decides what an instance of a plan with these attributes is: parameters checked, templates evaluated, objects named.
 * @param generated values that the instance has already; new ones are added to those of the result
 * @throws BrokerError InvalidParameters, OfferingMisconfigured and what the provisioner refuses
 */
export async function shapeFor(
  context: Pick<OperationContext, 'provisionerOf' | 'randomBytes'>,
  { entry }: CatalogPlan,
  instance: {
    instanceId: string;
    attributes: InstanceAttributes;
    generated: Readonly<Record<string, string>>;
  },
): Promise<InstanceShape> {
  const { instanceId, attributes } = instance;
  const scope = scopeOf(entry, instanceId, attributes);
  const generated: Record<string, string> = { ...instance.generated };
  const render = rendererFor(scope, generatorOf(generated, context.randomBytes));
  const provisioner = context.provisionerOf(entry.provision.kind);
  const planned = await provisioner.plan(render.provision(entry.provision), instanceId, render.template);
  const readinessSeconds = readinessOf(entry);
  const resources = readinessSeconds === undefined ? planned : awaited(planned, readinessSeconds);
  return {
    attributes,
    provisionKind: entry.provision.kind,
    resources,
    generated,
    ...(readinessSeconds === undefined ? {} : { readinessSeconds }),
  };
}

/** Helm waits itself, while it installs: the chart's hooks expect that. */
function awaited(resources: Resources, waitSeconds: number): Resources {
  const { release } = resources;
  return release === undefined ? resources : { ...resources, release: { ...release, waitSeconds } };
}
