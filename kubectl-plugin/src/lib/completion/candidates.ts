import type { Cluster } from '../../context.js';
import { isOpenTo, offeringsOf, readCatalog, type Offering } from '../catalog.js';
import { nameOf, listAt, recordAt } from '../objects.js';
import { plansNamed } from '../resolve-offering.js';
import { schemaParameters } from '../schema-parameters.js';
import {
  bindingRef,
  everyOf,
  instanceNameOf,
  requestedOffering,
  secretNameOf,
  secretRef,
} from '../service-catalog.js';

/** One thing that the word under the cursor may become, with a few words about it. */
export interface Candidate {
  value: string;
  description?: string;
}

/** Where live values come from. */
export interface Source {
  cluster: Cluster;
  namespace: string;
}

/** The offerings that the namespace may have; behind a colon their plans. */
export async function offeringCandidates(
  { cluster, namespace }: Source,
  prefix: string,
): Promise<Candidate[]> {
  const offerings = offeringsOf(await readCatalog(cluster, namespace, { cached: true })).filter((each) =>
    isOpenTo(each, namespace),
  );
  if (prefix.includes(':')) {
    return offerings.flatMap(({ offering, shortName, plan, description }) =>
      [...new Set([offering, shortName])].map((name) => ({ value: `${name}:${plan}`, description })),
    );
  }
  const byName = new Map(offerings.map((each) => [each.offering, each]));
  // The name without the team is an abbreviation: for someone who has begun to type it.
  const short = prefix === '' ? [] : offerings.map((each) => [each.shortName, each] as const);
  return [...new Map([...short, ...byName])].map(([value, { description }]) => ({ value, description }));
}

/** The instances of the namespace, with what they are of. */
export async function instanceCandidates({ cluster, namespace }: Source): Promise<Candidate[]> {
  const { items } = await cluster.list(everyOf('ServiceInstance', namespace));
  return items.map((instance) => ({ value: nameOf(instance), description: requestedOffering(instance) }));
}

/** The bindings of the namespace, with the instance that each is of. */
export async function bindingCandidates({ cluster, namespace }: Source): Promise<Candidate[]> {
  const { items } = await cluster.list(everyOf('ServiceBinding', namespace));
  return items.map((binding) => ({ value: nameOf(binding), description: `of ${instanceNameOf(binding)}` }));
}

/** Instances, and bindings whose name no instance has. */
export async function eitherCandidates(source: Source): Promise<Candidate[]> {
  const [instances, bindings] = await Promise.all([instanceCandidates(source), bindingCandidates(source)]);
  const names = new Set(instances.map(({ value }) => value));
  return [...instances, ...bindings.filter(({ value }) => !names.has(value))];
}

/** The keys of a binding's Secret; never a value. */
export async function keyCandidates({ cluster, namespace }: Source, binding: string): Promise<Candidate[]> {
  const found = await cluster.get(bindingRef(namespace, binding));
  if (found === undefined) return [];
  const secret = await cluster.get(secretRef(namespace, secretNameOf(found)));
  return secret === undefined ? [] : Object.keys(recordAt(secret, 'data')).map((value) => ({ value }));
}

/** The namespaces of the cluster. */
export async function namespaceCandidates({ cluster }: Source): Promise<Candidate[]> {
  const { items } = await cluster.list({ apiVersion: 'v1', kind: 'Namespace' });
  return items.map((namespace) => ({ value: nameOf(namespace) }));
}

/** `key=` for each parameter of a plan's schema; behind a key its choices. */
export async function parameterCandidates(
  source: Source,
  offering: string,
  prefix: string,
): Promise<Candidate[]> {
  const { cluster, namespace } = source;
  const all = offeringsOf(await readCatalog(cluster, namespace, { cached: true }));
  const [plan] = plansNamed(
    offering,
    all.filter((each) => isOpenTo(each, namespace)),
  );
  if (plan === undefined) return [];
  return prefix.includes('=') ? choices(plan, prefix) : keys(plan);
}

function keys({ parameterSchema }: Offering): Candidate[] {
  return schemaParameters(parameterSchema).map(({ path, type, description }) => ({
    value: `${path}=`,
    description: [type, description].filter((part) => part !== '').join(', '),
  }));
}

function choices({ parameterSchema }: Offering, prefix: string): Candidate[] {
  const key = prefix.slice(0, prefix.indexOf('='));
  const found = schemaParameters(parameterSchema).find(({ path }) => path === key);
  if (found === undefined) return [];
  const values = found.type === 'boolean' ? ['true', 'false'] : found.choices;
  return values.map((value) => ({ value: `${key}=${value}` }));
}

/** The names in a section of kubeconfig files. */
export function kubeconfigNames(
  files: readonly unknown[],
  section: 'contexts' | 'clusters' | 'users',
): Candidate[] {
  const names = files.flatMap((file) =>
    listAt(file, section).map((entry) => recordAt({ entry }, 'entry')['name']),
  );
  return [...new Set(names)].filter((name) => typeof name === 'string').map((value) => ({ value }));
}
