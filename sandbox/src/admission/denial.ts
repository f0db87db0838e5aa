import { KubeError } from '@mesitis/kube';
import { asString, isRecord } from '@mesitis/kube/memory';
import type { JsonRecord } from '@mesitis/kube/memory';

/** A webhook's refusal. The beginning of the message is the API server's, the rest is what the webhook says. */
export class AdmissionDenial extends KubeError {
  /** `status.details` of the webhook's answer. */
  readonly details: JsonRecord | undefined;

  /**
   * @param webhook the webhook's name
   * @param status the Status in its answer; a refusal is never less than 400
   */
  constructor(webhook: string, status: JsonRecord) {
    const reason = asString(status['reason']);
    const said = asString(status['message']) || reason;
    const explanation = said === '' ? ' without explanation' : `: ${said}`;
    super('forbidden', `admission webhook "${webhook}" denied the request${explanation}`, {
      status: Math.max(typeof status['code'] === 'number' ? status['code'] : 0, 400),
      ...(reason === '' ? {} : { reason }),
    });
    this.details = isRecord(status['details']) ? status['details'] : undefined;
  }
}
