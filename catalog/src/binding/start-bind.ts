import { isDeepStrictEqual } from 'node:util';
import type { Inputs } from '../instance/step.js';
import { findCondition, timestamp, withConditions } from '../model/conditions.js';
import type { BindingProperties, BindingStatus, ServiceBinding } from '../model/objects.js';
import { openRequest, withAnswered } from '../model/requests-by-annotation.js';
import { BIND_IN_FLIGHT } from './words.js';

/** The status to store before the broker hears of the binding; undefined when it is stored. */
export function startBind(
  binding: ServiceBinding,
  { parameters }: Extract<Inputs, { ok: true }>,
  now: number,
): BindingStatus | undefined {
  const { spec, status = {} } = binding;
  const inProgressProperties: BindingProperties = {
    ...(parameters.checksum === ''
      ? {}
      : { parameters: parameters.redacted, parameterChecksum: parameters.checksum }),
    ...(spec.userInfo === undefined ? {} : { userInfo: spec.userInfo }),
  };
  const underWay =
    status.currentOperation === 'Bind' &&
    isDeepStrictEqual(status.inProgressProperties, inProgressProperties);
  if (underWay && findCondition(status, 'Ready') !== undefined) return undefined;
  // See the same decision about instances: only a broker that has not heard of the binding can refuse it entirely.
  const isFirst = status.unbindStatus !== 'Required';
  // Credentials that are not there yet are new in any case.
  const asked = isFirst ? openRequest(binding, 'rotate') : undefined;
  return withConditions<BindingStatus>(
    {
      ...(asked === undefined ? status : withAnswered(status, 'rotate', asked)),
      asyncOpInProgress: false,
      orphanMitigationInProgress: false,
      currentOperation: 'Bind',
      operationStartTime: timestamp(now),
      inProgressProperties,
      unbindStatus: 'Required',
    },
    isFirst
      ? [
          {
            type: 'Ready',
            status: 'False',
            reason: BIND_IN_FLIGHT,
            message: 'Binding request for ServiceBinding in-flight to Broker',
          },
        ]
      : [],
    now,
  );
}
