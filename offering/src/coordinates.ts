import { checkExpressions, type Field, type Fields } from './fields.js';
import type { Report } from './report.js';
import type { ParameterFacts } from './template/parameter-facts.js';
import type { ExpressionPlace } from './template/place.js';
import { hasUserInfo, NAMESPACE } from './syntax.js';

/*
 * What the provision kinds have in common: where something is. Everybody sees it, so no value is generated in it.
 */

/** What expressions may be in a name, a URL and the like. */
export function coordinate(parameters: ParameterFacts | undefined): ExpressionPlace {
  return { isText: true, parameters };
}

/** Where objects go may depend on who asks, never on what the consumer passes: it would choose the namespace. */
export function readNamespace(fields: Fields): string | undefined {
  const expressions: ExpressionPlace = {
    isText: true,
    only: {
      roots: ['instance', 'consumer'],
      rule: 'expression-namespace',
      because: 'only consumer and instance may be used here',
    },
  };
  return fields.string('namespace', { format: NAMESPACE, expressions });
}

/** A port by number, or by the name that a Service gives it. */
export function readPort(
  fields: Fields,
  parameters: ParameterFacts | undefined,
  report: Report,
): number | string | undefined {
  const field = fields.field('port');
  if (field === undefined) return undefined;
  const value = field.node.type === 'scalar' ? field.node.value : undefined;
  if (typeof value === 'string' && checkExpressions(value, field, { parameters }, report)) return value;
  const port = toPort(value);
  if (port === undefined) report.add('port-format', field, PORT_PROBLEM);
  return port;
}

const PORT_PROBLEM = 'must be a number from 1 to 65535, or the name of a port of the Service';

/** A port in its canonical form; undefined when the value is none. */
export function toPort(value: unknown): number | string | undefined {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  if (typeof port === 'number')
    return Number.isInteger(port) && port >= 1 && port <= 65535 ? port : undefined;
  return typeof port === 'string' && isPortName(port) ? port : undefined;
}

/** RFC 6335 section 5.1, as Kubernetes applies it to port names. */
function isPortName(text: string): boolean {
  return text.length <= 15 && /[a-z]/.test(text) && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}

/** Notes that a URL names a user: whoever sees the catalog would see it. */
export function refuseCredentials(url: string, field: Field, report: Report): boolean {
  if (!hasUserInfo(url)) return false;
  report.add(
    'url-credentials',
    field,
    'holds a user name or password; remove it and give it as a credential',
  );
  return true;
}
