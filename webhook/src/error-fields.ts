import { isKubeError } from '@mesitis/kube';
import { CertificateError } from './tls/ensure-certificates.js';

/**
 * An error as log fields. The API server's messages and our own are safe to show. Of anything else only the name, the
 * code and the place are: a parser's message quotes what it parsed.
 */
export function errorFields(error: unknown): Record<string, string | number | undefined> {
  if (isKubeError(error)) return { err: error.message, kind: error.kind, status: error.status };
  if (error instanceof CertificateError) return { err: error.message };
  if (!(error instanceof Error)) return { err: typeof error };
  const { stack = '', message } = error;
  // After the message, which may itself have lines that look like places.
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  const at = frames.find((line) => /^\s+at /.test(line));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { err: error.name, code, at: at?.trim() };
}
