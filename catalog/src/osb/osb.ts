import type { Json, JsonObject } from '@mesitis/kube';

/** Where a broker answers and how to be let in. */
export interface OsbConnection {
  /** Without a trailing slash. */
  url: string;
  auth?: { type: 'basic'; username: string; password: string } | { type: 'bearer'; token: string };
  /** PEM certificates that replace the built-in roots. */
  caBundle?: string;
  insecureSkipTLSVerify: boolean;
}

/** One request of the Open Service Broker API, as data. */
export interface OsbRequest {
  method: 'GET' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path segments below the broker's URL; each is escaped when it is sent. */
  path: readonly string[];
  query?: Record<string, string>;
  body?: JsonObject;
  /** The value of `X-Broker-API-Originating-Identity`. */
  originatingIdentity?: string;
}

/** What came of a request. Expected outcomes are values: the state machines decide what each means. */
export type OsbResult =
  | {
      type: 'answer';
      status: number;
      /** The parsed body; undefined when it is empty or no JSON. */
      body?: Json;
      retryAfterSeconds?: number;
    }
  | { type: 'timeout'; message: string }
  | { type: 'unreachable'; message: string };

/** Sends one request; never throws for what a broker or a network does. */
export type OsbTransport = (connection: OsbConnection, request: OsbRequest) => Promise<OsbResult>;

const LONGEST_TEXT = 2048;

/** The body when it is a JSON object. */
export function objectBody(result: OsbResult): JsonObject | undefined {
  if (result.type !== 'answer') return undefined;
  const { body } = result;
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : undefined;
}

/** A text field of the body; undefined when it is absent, empty or no text. Long texts are cut. */
export function textField(result: OsbResult, field: string): string | undefined {
  const value = objectBody(result)?.[field];
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_TEXT) : undefined;
}

/** The result for a condition's message, in the words that existing scripts know (service-catalog.md section 3.5). */
export function describeResult(result: OsbResult): string {
  if (result.type !== 'answer') return result.message;
  const error = textField(result, 'error') ?? '<nil>';
  const description = textField(result, 'description') ?? '<nil>';
  const unreadable = objectBody(result) === undefined ? 'the body is not a JSON object' : '<nil>';
  return `Status: ${result.status}; ErrorMessage: ${error}; Description: ${description}; ResponseError: ${unreadable}`;
}

/** Whether the status says that what was to be deleted is gone; the body does not matter. */
export function isGone(result: OsbResult): boolean {
  return result.type === 'answer' && (result.status === 200 || result.status === 410);
}
