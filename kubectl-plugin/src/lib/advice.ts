import { isInFlight, type State } from './state.js';

/** What an instance, binding or broker is called in commands. */
export interface Subject {
  kind: 'instance' | 'binding' | 'broker';
  name: string;
}

/** What a person can do about a state: one sentence without a final full stop, or undefined when nothing is needed. */
export function adviceFor(subject: Subject, state: State): string | undefined {
  if (state.kind === 'ready') return undefined;
  const known = REMEDIES[state.reason];
  // A refusal that is not final is tried again: nothing to take down and ask for anew.
  if (known === brokerRefused && state.kind === 'pending') return brokerUnwell(subject);
  if (known !== undefined) return known(subject);
  switch (state.kind) {
    case 'failed':
      return `the platform does not try again: ${replace(subject)}`;
    case 'deleting':
      return 'nothing to do: it goes as soon as the broker has taken it down';
    case 'pending':
      if (isInFlight(state)) return 'nothing to do yet: the broker is working on it';
      return state.reason === ''
        ? 'the platform has not picked it up yet; if this lasts, ask an administrator whether the catalog controller runs'
        : 'nothing to do: the platform goes on trying';
  }
}

type Remedy = (subject: Subject) => string;

const offeringGone: Remedy = () =>
  'the offering is not in the catalog: see kubectl mesitis catalog for what there is';
const brokerUnreachable: Remedy = () =>
  'the platform goes on trying; if it lasts, tell the team that offers it that its broker does not answer';
const brokerUnwell: Remedy = () => 'the platform goes on trying; if it lasts, tell the team that offers it';
const brokerRefused: Remedy = (subject) =>
  `ask the team that offers it if the reason is not clear; once it is settled, ${replace(subject)}`;
const deletionFailed: Remedy = () =>
  'the platform goes on trying; tell the team that offers it, and ask an administrator if it stays';

/** Reasons of the service-catalog API, each with what a consumer can do. */
const REMEDIES: Partial<Record<string, Remedy>> = {
  ReferencesNonexistentServiceClass: offeringGone,
  ReferencesNonexistentServicePlan: offeringGone,
  ReferencesDeletedServiceClass: offeringGone,
  ReferencesDeletedServicePlan: offeringGone,
  ReferencesNonexistentBroker: () =>
    'the broker of this offering is not registered any more: tell the team that offers it',
  ErrorWithParameters: (subject) => `correct the parameters: ${replace(subject)}`,
  ErrorCallingProvision: brokerUnreachable,
  ErrorPollingLastOperation: brokerUnreachable,
  ProvisionCallFailed: brokerRefused,
  ClusterServiceBrokerReturnedFailure: brokerRefused,
  ServiceBrokerReturnedFailure: brokerRefused,
  BindCallFailed: brokerRefused,
  ServiceBindingReturnedFailure: brokerRefused,
  UpdateInstanceCallFailed: ({ name }) =>
    `the instance is as it was; ask the team that offers it if the reason is not clear, and see kubectl mesitis status ${name}`,
  ErrorCallingUpdateInstance: brokerUnreachable,
  DeprovisionBlockedByExistingCredentials: ({ name }) =>
    `unbind its bindings first, see kubectl mesitis status ${name}`,
  DeprovisionCallFailed: deletionFailed,
  UnbindCallFailed: deletionFailed,
  ReferencesNonexistentInstance: ({ name }) =>
    `there is no such instance: kubectl mesitis unbind ${name}, and bind an instance that kubectl mesitis status shows`,
  ErrorInstanceNotReady: () => 'nothing to do: it goes on as soon as the instance is ready',
  ErrorInstanceRefsUnresolved: () => 'nothing to do: it goes on as soon as the instance is ready',
  ErrorNonbindableServiceClass: ({ name }) =>
    `this offering hands out no credentials: kubectl mesitis unbind ${name}`,
  ErrorInjectingBindResult: ({ name }) =>
    `if a Secret of that name belongs to someone else, kubectl mesitis unbind ${name} and bind again with --secret-name`,
};

function replace({ kind, name }: Subject): string {
  return kind === 'instance'
    ? `kubectl mesitis deprovision ${name}, then provision again`
    : `kubectl mesitis unbind ${name}, then bind again`;
}
