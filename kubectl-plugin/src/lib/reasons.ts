/** What a condition's reason says, and what a person can do: each a sentence without a full stop. */
export interface ReasonText {
  /** Whose condition has it. */
  of: 'broker' | 'instance' | 'binding' | 'instance or binding' | 'any';
  meaning: string;
  remedy: string;
}

const NOTHING = 'nothing to do';
const GOES_ON = 'nothing to do: the platform goes on trying';
const RETRIED = 'wait; if it lasts, tell the team that offers it';

/**
 * The reasons of the conditions `Ready` and `Failed` (service-catalog API 0.3 and what Mesitis adds), by their names.
 * docs/service-catalog.md has the same for people who run the platform.
 */
export const REASONS: Readonly<Record<string, ReasonText>> = {
  FetchedCatalog: of('broker', "the broker's catalog was read", NOTHING),
  ErrorFetchingCatalog: of(
    'broker',
    "the broker's catalog could not be read: no answer, wrong credentials, or an answer that is no catalog",
    "check the broker's url, its Secret and whether its Pods run; it is tried again every minute",
  ),
  ErrorSyncingCatalog: of(
    'broker',
    'a class or plan could not be written, or belongs to another broker; the others are there',
    'read the message, and give the offering another id or name where two brokers have the same',
  ),
  DeletionBlockedByExistingInstances: of(
    'broker',
    'the broker is deleted, but instances of it are left',
    'deprovision the instances that the message names',
  ),
  ProvisionedSuccessfully: of('instance', 'the instance is ready', NOTHING),
  InstanceUpdatedSuccessfully: of('instance', 'the instance is ready as it was changed last', NOTHING),
  DeprovisionedSuccessfully: of('instance', 'the broker took the instance down', NOTHING),
  ReferencesNonexistentServiceClass: of(
    'instance',
    'no broker offers what the instance asks for',
    'see kubectl mesitis catalog for what there is; it goes on by itself once the offering appears',
  ),
  ReferencesNonexistentServicePlan: of(
    'instance',
    'the offering has no such plan',
    'see kubectl mesitis catalog for the plans; it goes on by itself once the plan appears',
  ),
  ReferencesNonexistentBroker: of(
    'instance',
    'the broker of this offering is not registered',
    'ask an administrator to register it: kubectl mesitis doctor tells which there are',
  ),
  ReferencesDeletedServiceClass: of(
    'instance',
    'the offering was withdrawn',
    'deprovision, and choose another from kubectl mesitis catalog',
  ),
  ReferencesDeletedServicePlan: of(
    'instance',
    'the plan was withdrawn',
    'deprovision, and choose another from kubectl mesitis catalog',
  ),
  PlanNotUpdatable: of('instance', 'the offering does not allow a change of plan', 'set the plan back'),
  ExternalIDInUse: of(
    'instance',
    'another instance is known to the broker by the same externalID',
    'leave spec.externalID out, or delete the instance that has it',
  ),
  ErrorWithParameters: of(
    'instance or binding',
    'the parameters could not be put together: a Secret or key is missing, holds no JSON object, or a parameter comes twice',
    'correct spec.parameters or spec.parametersFrom',
  ),
  ProvisionRequestInFlight: of(
    'instance',
    'the broker was asked for the instance and has not answered yet',
    NOTHING,
  ),
  Provisioning: of('instance', 'the broker is making the instance', NOTHING),
  UpdateInstanceRequestInFlight: of(
    'instance',
    'the broker was asked for the change and has not answered yet',
    NOTHING,
  ),
  UpdatingInstance: of('instance', 'the broker is changing the instance', NOTHING),
  DeprovisionRequestInFlight: of('instance', 'the broker was asked to take the instance down', NOTHING),
  Deprovisioning: of('instance', 'the broker is taking the instance down', NOTHING),
  ProvisionCallFailed: of(
    'instance',
    'the broker refused to make the instance',
    'read its words with kubectl mesitis status; after 400 deprovision and ask anew, else it is tried again',
  ),
  ErrorCallingProvision: of('instance', 'the broker could not be reached', RETRIED),
  UpdateInstanceCallFailed: of(
    'instance',
    'the broker refused the change; the instance is as it was',
    'read its words with kubectl mesitis status, and change the spec again',
  ),
  ErrorCallingUpdateInstance: of('instance', 'the broker could not be reached', RETRIED),
  ErrorPollingLastOperation: of(
    'instance',
    'the broker does not tell how far it is; it is asked again',
    RETRIED,
  ),
  StartingInstanceOrphanMitigation: of(
    'instance',
    'provisioning ended without a clear answer, so what may have been left is taken back first',
    GOES_ON,
  ),
  OrphanMitigationSuccessful: of('instance or binding', 'nothing is left of the failed attempt', GOES_ON),
  ErrorReconciliationRetryTimeout: of(
    'instance',
    'the operation was not done within the time that the plan allows, or 7 days',
    'ask the team that offers it; then deprovision and ask anew, or annotate the instance with mesitis/retry',
  ),
  ErrorFindingNamespaceForInstance: of('instance', 'its namespace could not be read', GOES_ON),
  ServiceBindingsDeletion: of('instance', 'its bindings are being deleted first', NOTHING),
  DeprovisionBlockedByExistingCredentials: of(
    'instance',
    'it is to be deleted but still has bindings',
    'unbind them: kubectl mesitis status shows which',
  ),
  DeprovisionCallFailed: of(
    'instance',
    'the broker did not take the instance down; it is asked again',
    'tell the team that offers it; the annotation mesitis/abandon lets the instance go without it',
  ),
  ClusterServiceBrokerReturnedFailure: of(
    'instance',
    'the broker refused for good',
    'read its words with kubectl mesitis status, then deprovision and ask anew',
  ),
  ServiceBrokerReturnedFailure: of(
    'instance',
    'the broker refused for good',
    'read its words with kubectl mesitis status, then deprovision and ask anew',
  ),
  UpgradeAvailable: of(
    'instance',
    'the plan offers another version than the instance has',
    'take it when it suits you: kubectl mesitis upgrade',
  ),
  MaintenanceInfoChanged: of(
    'instance',
    'the broker knows another version of the plan than the catalog',
    GOES_ON,
  ),
  InjectedBindResult: of('binding', 'the binding is ready and its Secret written', NOTHING),
  SecretMissing: of('binding', 'the Secret was deleted and is being put back', NOTHING),
  SecretChanged: of('binding', 'the Secret was changed by somebody and is being put back', NOTHING),
  FetchingBindingFailed: of('binding', 'the broker did not tell the credentials; it is asked again', RETRIED),
  Binding: of('binding', 'the broker is making the binding', NOTHING),
  Unbinding: of('binding', 'the broker is taking the binding back', NOTHING),
  ServiceBindingNeedsOrphanMitigation: of(
    'binding',
    'binding ended without a clear answer, so what may have been left is taken back first',
    GOES_ON,
  ),
  AsyncOperationTimeout: of(
    'binding',
    'unbinding was not done within the time that the plan allows, or 7 days; it is asked for again',
    RETRIED,
  ),
  UnboundSuccessfully: of('binding', 'the broker took the binding back', NOTHING),
  ReferencesNonexistentInstance: of(
    'binding',
    'there is no such instance',
    'provision it, or unbind and bind one that kubectl mesitis status shows',
  ),
  ErrorInstanceRefsUnresolved: of('binding', 'the instance is not resolved to a plan yet', NOTHING),
  ErrorInstanceNotReady: of('binding', 'the instance is not ready yet', 'see kubectl mesitis status for why'),
  ErrorAsyncOperationInProgress: of('binding', 'the instance is being changed', NOTHING),
  ErrorNonbindableServiceClass: of('binding', 'the offering hands out nothing to bind', 'unbind'),
  BindRequestInFlight: of(
    'binding',
    'the broker was asked for the binding and has not answered yet',
    NOTHING,
  ),
  BindCallFailed: of(
    'binding',
    'the broker refused to bind',
    'read its words with kubectl mesitis status; after 400 unbind and bind anew, else it is tried again',
  ),
  ServiceBindingReturnedFailure: of(
    'binding',
    'the broker refused for good',
    'read its words with kubectl mesitis status, then unbind and bind anew',
  ),
  ErrorInjectingBindResult: of(
    'binding',
    "the Secret could not be written, for example because one of that name is somebody else's",
    'unbind, and bind with another --secret-name',
  ),
  UnbindingRequestInFlight: of('binding', 'the broker was asked to take the binding back', NOTHING),
  UnbindCallFailed: of('binding', 'the broker did not take the binding back; it is asked again', RETRIED),
  ErrorEjectingServiceBinding: of('binding', 'the Secret could not be deleted; it is tried again', GOES_ON),
  Abandoned: of(
    'any',
    "the object was let go without the broker's word",
    'what the broker still has stays there: tell its team',
  ),
  RetryBackoff: of('any', 'the next attempt waits', GOES_ON),
};

/** What a reason says; undefined for one that nobody knows. */
export function explainReason(reason: string): ReasonText | undefined {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
}

function of(whose: ReasonText['of'], meaning: string, remedy: string): ReasonText {
  return { of: whose, meaning, remedy };
}
