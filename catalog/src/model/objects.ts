import type { JsonObject, KubeObject, ObjectMeta } from '@mesitis/kube';
import type { ClassField, PlanField, Scope } from './kinds.js';
import type { Condition } from './conditions.js';
import type { Answering } from './requests-by-annotation.js';

/** A reference to an object of a known kind in a known namespace. */
export interface LocalReference {
  name: string;
}

/** `spec.userInfo`: who wrote the object last, set by admission only. */
export interface UserInfo {
  username?: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

/** What all objects that this part reads have for certain: the server gave them a name and a uid. */
export type StoredMeta = ObjectMeta & { name: string; uid: string };

/** Broker of either scope. `secretRef.namespace` is set for the cluster-scoped kind only. */
export interface ServiceBroker extends KubeObject {
  metadata: StoredMeta;
  spec: {
    url?: string;
    insecureSkipTLSVerify?: boolean;
    caBundle?: string;
    relistBehavior?: string;
    relistDuration?: string;
    relistRequests?: number;
    catalogRestrictions?: { serviceClass?: string[] | null; servicePlan?: string[] | null };
    authInfo?: { basic?: AuthSource | null; bearer?: AuthSource | null };
    [extra: string]: unknown;
  };
  status?: BrokerStatus;
}

/** Where a broker's credentials lie. */
export interface AuthSource {
  secretRef?: { namespace?: string; name?: string } | null;
}

/** `status` of a broker. */
export interface BrokerStatus {
  conditions?: Condition[];
  reconciledGeneration?: number;
  operationStartTime?: string;
  lastCatalogRetrievalTime?: string;
  lastConditionState?: string;
  [extra: string]: unknown;
}

/** What classes and plans of both scopes have in common. */
interface OfferedSpec {
  clusterServiceBrokerName?: string;
  serviceBrokerName?: string;
  externalName: string;
  externalID: string;
  description?: string;
  bindable?: boolean;
  externalMetadata?: JsonObject;
  [extra: string]: unknown;
}

/** Class of either scope: an OSB service. */
export interface ServiceClass extends KubeObject {
  metadata: StoredMeta;
  spec: OfferedSpec & { planUpdatable?: boolean; bindingRetrievable?: boolean };
  status?: { removedFromBrokerCatalog?: boolean; [extra: string]: unknown };
}

/** The version of what stands behind a plan (OSB 2.15). */
export interface MaintenanceInfo {
  version: string;
  description?: string;
}

/** Plan of either scope. */
export interface ServicePlan extends KubeObject {
  metadata: StoredMeta;
  spec: OfferedSpec & {
    clusterServiceClassRef?: LocalReference;
    serviceClassRef?: LocalReference;
    free?: boolean;
    /** OSB `maintenance_info`. */
    maintenanceInfo?: MaintenanceInfo;
    /** OSB `maximum_polling_duration`, seconds. */
    maximumPollingDuration?: number;
    /** OSB `binding_rotatable`. */
    bindingRotatable?: boolean;
  };
  status?: { removedFromBrokerCatalog?: boolean; [extra: string]: unknown };
}

/** One entry of `spec.parametersFrom`. */
export interface ParametersSource {
  secretKeyRef?: { name?: string; key?: string } | null;
}

/** `spec` of an instance (service-catalog.md section 1.6). */
export type InstanceSpec = Partial<Record<ClassField | PlanField, string>> &
  Partial<Record<Scope['classRef'] | Scope['planRef'], LocalReference>> & {
    parameters?: JsonObject;
    parametersFrom?: ParametersSource[];
    externalID?: string;
    userInfo?: UserInfo;
    updateRequests?: number;
    [extra: string]: unknown;
  };

/** What an instance is (`externalProperties`) or is about to become (`inProgressProperties`) at the broker. */
export interface InstanceProperties {
  clusterServicePlanExternalName?: string;
  clusterServicePlanExternalID?: string;
  servicePlanExternalName?: string;
  servicePlanExternalID?: string;
  /** Values that came from Secrets read `<redacted>`. */
  parameters?: JsonObject;
  parameterChecksum?: string;
  userInfo?: UserInfo;
  /** The version of the plan that was sent last. */
  maintenanceInfo?: Pick<MaintenanceInfo, 'version'>;
}

/** `status` of an instance. */
export interface InstanceStatus extends Answering {
  conditions?: Condition[];
  lastConditionState?: string;
  userSpecifiedClassName?: string;
  userSpecifiedPlanName?: string;
  asyncOpInProgress?: boolean;
  lastOperation?: string;
  dashboardURL?: string;
  currentOperation?: 'Provision' | 'Update' | 'Deprovision';
  operationStartTime?: string;
  orphanMitigationInProgress?: boolean;
  inProgressProperties?: InstanceProperties;
  externalProperties?: InstanceProperties;
  provisionStatus?: '' | 'Provisioned' | 'NotProvisioned';
  deprovisionStatus?: '' | 'NotRequired' | 'Required' | 'Succeeded' | 'Failed';
  /** What class and plan had set when the instance was new; see the gate `ServicePlanDefaults`. */
  defaultProvisionParameters?: JsonObject;
  observedGeneration?: number;
  reconciledGeneration?: number;
  [extra: string]: unknown;
}

/** ServiceInstance. */
export interface ServiceInstance extends KubeObject {
  metadata: StoredMeta & { namespace: string };
  spec: InstanceSpec;
  status?: InstanceStatus;
}

/** One entry of `spec.secretTransforms`; exactly one field is meant to be set, the others may be null. */
export interface SecretTransform {
  renameKey?: { from: string; to: string } | null;
  addKey?: {
    key: string;
    value?: string | null;
    stringValue?: string | null;
    jsonPathExpression?: string | null;
  } | null;
  addKeysFrom?: { secretRef?: { namespace?: string; name?: string } | null } | null;
  removeKey?: { key: string } | null;
}

/** What a binding has, or is about to get, at the broker. */
export type BindingProperties = Pick<InstanceProperties, 'parameters' | 'parameterChecksum' | 'userInfo'>;

/** A binding at the broker beside the one that is in use. */
export interface SideBinding {
  /** The OSB binding id. */
  id: string;
  asyncOpInProgress?: boolean;
  lastOperation?: string;
  operationStartTime?: string;
}

/** `status` of a binding. */
export interface BindingStatus extends Answering {
  conditions?: Condition[];
  lastConditionState?: string;
  asyncOpInProgress?: boolean;
  lastOperation?: string;
  orphanMitigationInProgress?: boolean;
  currentOperation?: 'Bind' | 'Unbind';
  operationStartTime?: string;
  reconciledGeneration?: number;
  inProgressProperties?: BindingProperties;
  externalProperties?: BindingProperties;
  unbindStatus?: '' | 'NotRequired' | 'Required' | 'Succeeded' | 'Failed';
  /** The Secret, as servicebinding.io consumers look it up. */
  binding?: LocalReference;
  /** The version of the Secret that was written last: one that the Secret still has needs no look. */
  secretResourceVersion?: string;
  /** The id that the broker knows the binding by since it was rotated; until then that is `spec.externalID`. */
  currentBindingID?: string;
  /** OSB `metadata.expires_at`. */
  credentialsExpireAt?: string;
  /** OSB `metadata.renew_before`. */
  renewBefore?: string;
  /** When a successor is due. */
  rotateAt?: string;
  /** Is to take the binding's place. `bound`: the broker has it. `plain`: it is asked for without its predecessor. */
  successor?: SideBinding & { bound?: boolean; plain?: boolean };
  /** Are to be taken back at that moment. */
  predecessors?: (SideBinding & { unbindAt: string })[];
  /** False once the broker could not tell the credentials although its catalog says so. */
  bindingRetrievable?: boolean;
  [extra: string]: unknown;
}

/** ServiceBinding. */
export interface ServiceBinding extends KubeObject {
  metadata: StoredMeta & { namespace: string };
  spec: {
    instanceRef?: LocalReference;
    parameters?: JsonObject;
    parametersFrom?: ParametersSource[];
    secretName?: string;
    secretTransforms?: SecretTransform[];
    externalID?: string;
    userInfo?: UserInfo;
    [extra: string]: unknown;
  };
  status?: BindingStatus;
}

/**
 * Reads an object as a broker; the four below likewise. Go clients send nulls where a field is absent, and old
 * objects are stored with them; leaving those out of `spec` and `status` here means that nobody has to ask again. The
 * CRD schema vouches for the types of the other fields. The object itself is never changed: caches share it.
 */
export function asBroker(object: KubeObject): ServiceBroker {
  return view(object) as ServiceBroker;
}

/** See {@link asBroker}. */
export function asClass(object: KubeObject): ServiceClass {
  return view(object) as ServiceClass;
}

/** See {@link asBroker}. */
export function asPlan(object: KubeObject): ServicePlan {
  return view(object) as ServicePlan;
}

/** See {@link asBroker}. */
export function asInstance(object: KubeObject): ServiceInstance {
  return view(object) as ServiceInstance;
}

/** See {@link asBroker}. */
export function asBinding(object: KubeObject): ServiceBinding {
  return view(object) as ServiceBinding;
}

/** A class or a plan of either scope. */
export type ClassOrPlan = ServiceClass | ServicePlan;

/** See {@link asBroker}. */
export function asClassOrPlan(object: KubeObject): ClassOrPlan {
  return view(object) as ClassOrPlan;
}

function view(object: KubeObject): KubeObject {
  const copy: KubeObject = { ...object, spec: withoutNulls(object['spec']) };
  if (object['status'] !== undefined) copy['status'] = withoutNulls(object['status']);
  return copy;
}

function withoutNulls(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

/** Whether deletion was asked for. */
export function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
