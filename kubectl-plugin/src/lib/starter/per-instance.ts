import type { Json, JsonObject, KubeObject } from '@mesitis/kube';
import { recordAt } from '../objects.js';

/** What makes names differ between instances. */
const SUFFIX = '-${instance.shortId}';

/**
 * The objects with names of their own for each instance: `metadata.name`, and every label by which a Service or a
 * Deployment among them finds its Pods. What looked like an expression before stays text.
 */
export function perInstance(objects: readonly KubeObject[]): KubeObject[] {
  const selecting = new Set(objects.flatMap((object) => Object.keys(selectorOf(object))));
  return objects.map((object) => {
    const escaped = escape(object as unknown as Json) as unknown as KubeObject;
    const { name = '' } = escaped.metadata;
    const spec = recordAt(escaped, 'spec') as JsonObject;
    return {
      ...escaped,
      metadata: { ...escaped.metadata, name: `${name}${SUFFIX}` },
      spec: escaped.kind === 'Service' ? renamedService(spec, selecting) : renamedDeployment(spec, selecting),
    };
  });
}

/** The labels by which an object finds Pods. */
export function selectorOf({ kind, spec }: KubeObject): Record<string, unknown> {
  const selector = recordAt(spec, 'selector');
  return kind === 'Service' ? selector : recordAt(selector, 'matchLabels');
}

/** The labels of a Deployment's Pods. */
export function podLabelsOf({ spec }: KubeObject): Record<string, unknown> {
  return recordAt(recordAt(recordAt(spec, 'template'), 'metadata'), 'labels');
}

/** Whether a Service finds a Deployment's Pods. */
export function selects(service: KubeObject, deployment: KubeObject): boolean {
  const wanted = Object.entries(selectorOf(service));
  const labels = podLabelsOf(deployment);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

function renamedService(spec: JsonObject, selecting: ReadonlySet<string>): JsonObject {
  return { ...spec, selector: suffixed(recordAt(spec, 'selector'), selecting) };
}

function renamedDeployment(spec: JsonObject, selecting: ReadonlySet<string>): JsonObject {
  const selector = recordAt(spec, 'selector') as JsonObject;
  const template = recordAt(spec, 'template') as JsonObject;
  const metadata = recordAt(template, 'metadata') as JsonObject;
  return {
    ...spec,
    selector: { ...selector, matchLabels: suffixed(recordAt(selector, 'matchLabels'), selecting) },
    template: {
      ...template,
      metadata: { ...metadata, labels: suffixed(recordAt(metadata, 'labels'), selecting) },
    },
  };
}

function suffixed(labels: Record<string, unknown>, selecting: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [
      key,
      selecting.has(key) ? `${String(value)}${SUFFIX}` : (value as Json),
    ]),
  );
}

/** `$${` is a literal `${` in the configuration language. */
function escape(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(escape);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, escape(member)]));
}
