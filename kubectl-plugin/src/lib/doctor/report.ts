import type { Colors } from '../colors.js';
import { wrapWords } from '../wrap-words.js';
import { checkApi } from './api-check.js';
import { checkBrokers } from './brokers-check.js';
import type { Check, Patient } from './check.js';
import { checkLeftovers } from './leftovers-check.js';
import { checkRights } from './rights-check.js';
import { checkVersions } from './versions-check.js';
import { checkWebhook } from './webhook-check.js';

/**
 * Looks at everything.
 * @param version the plugin's
 * @throws KubeError when the cluster can't be asked at all
 */
export async function examine(patient: Patient, version: string): Promise<Check[]> {
  const api = await checkApi(patient);
  const served = api.every(({ verdict }) => verdict === 'ok');
  const checks = await Promise.all([
    checkWebhook(patient),
    // Without the API there are no brokers, and rights to what is not there mean nothing.
    ...(served ? [checkBrokers(patient), checkRights(patient)] : []),
    checkVersions(patient, version),
    checkLeftovers(patient),
  ]);
  return [...api, ...checks.flat()];
}

const LABEL_WIDTH = Math.max(...['ok', 'warning', 'problem', 'unknown'].map(({ length }) => length)) + 2;

/** A line for each check, and under it what to do. */
export function reportText(checks: readonly Check[], colors: Colors, width: number | undefined): string {
  const areaWidth = Math.max(...checks.map(({ area }) => area.length)) + 2;
  const indent = ' '.repeat(LABEL_WIDTH + areaWidth);
  const room = width === undefined ? undefined : Math.max(24, width - indent.length);
  const lines = checks.flatMap(({ area, verdict, message, remedy }) => {
    const [first = '', ...more] = wrapWords(message, room);
    const label = `${paint(verdict, colors)}${' '.repeat(LABEL_WIDTH - verdict.length)}`;
    return [
      `${label}${area.padEnd(areaWidth)}${first}`,
      ...more.map((line) => `${indent}${line}`),
      ...(remedy === undefined
        ? []
        : wrapWords(`→ ${remedy}`, room).map((line) => `${indent}${colors.strong(line)}`)),
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function paint(verdict: Check['verdict'], colors: Colors): string {
  switch (verdict) {
    case 'ok':
      return colors.state('ready', verdict);
    case 'problem':
      return colors.state('failed', verdict);
    case 'warning':
      return colors.state('pending', verdict);
    case 'unknown':
      return colors.faint(verdict);
  }
}
