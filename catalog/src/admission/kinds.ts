import type { KubeObject } from '@mesitis/kube';
import type { UserInfo } from '../model/objects.js';

/** The API group that is admitted here. */
export const GROUP = 'servicecatalog.k8s.io';

/** A write that is asked for, of an object of this API group and not of its status. */
export interface Write {
  operation: 'CREATE' | 'UPDATE';
  object: KubeObject;
  /** What an UPDATE replaces. */
  oldObject?: KubeObject;
  /** Who asks, as the API server authenticated them. */
  user: UserInfo;
}

/** Something that is wrong with a write. */
export interface Refusal {
  /** Which rule: a label of the metrics, one of few. */
  rule: string;
  /** The field, as `spec.parameters.size`; absent when the message says all. */
  path?: string;
  message: string;
  /** 403: this may not be done; 422: the object is wrong. */
  code: 403 | 422;
}
