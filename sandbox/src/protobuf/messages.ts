/**
 * The messages that kubectl and helm send as protobuf instead of JSON: those of `kubectl create namespace|configmap|secret|
 * serviceaccount|token`, `kubectl auth` and `helm`. Field numbers are those of the API's generated.proto files; fields that
 * they do not set are left out.
 */

/** What a field holds. `bytes` become base64, as in JSON. */
export type FieldType =
  | 'string'
  | 'bytes'
  | 'integer'
  | 'boolean'
  | { readonly message: MessageType }
  | { readonly map: 'string' | 'bytes' };

/** A field's JSON name and type. */
export interface MessageField {
  readonly name: string;
  readonly type: FieldType;
  readonly repeated?: boolean;
}

/** Fields by their number. */
export type MessageType = ReadonlyMap<number, MessageField>;

const metadata = message([
  [1, { name: 'name', type: 'string' }],
  [2, { name: 'generateName', type: 'string' }],
  [3, { name: 'namespace', type: 'string' }],
  [11, { name: 'labels', type: { map: 'string' } }],
  [12, { name: 'annotations', type: { map: 'string' } }],
  [14, { name: 'finalizers', type: 'string', repeated: true }],
]);

const resourceAttributes = message([
  [1, { name: 'namespace', type: 'string' }],
  [2, { name: 'verb', type: 'string' }],
  [3, { name: 'group', type: 'string' }],
  [4, { name: 'version', type: 'string' }],
  [5, { name: 'resource', type: 'string' }],
  [6, { name: 'subresource', type: 'string' }],
  [7, { name: 'name', type: 'string' }],
]);

const nonResourceAttributes = message([
  [1, { name: 'path', type: 'string' }],
  [2, { name: 'verb', type: 'string' }],
]);

/** The messages by `apiVersion/kind`. */
export const MESSAGES: ReadonlyMap<string, MessageType> = new Map([
  ['v1/Namespace', object()],
  ['v1/ServiceAccount', object()],
  [
    'v1/ConfigMap',
    object(
      [2, { name: 'data', type: { map: 'string' } }],
      [3, { name: 'binaryData', type: { map: 'bytes' } }],
      [4, { name: 'immutable', type: 'boolean' }],
    ),
  ],
  [
    'v1/Secret',
    object(
      [2, { name: 'data', type: { map: 'bytes' } }],
      [3, { name: 'type', type: 'string' }],
      [4, { name: 'stringData', type: { map: 'string' } }],
      [5, { name: 'immutable', type: 'boolean' }],
    ),
  ],
  [
    'authentication.k8s.io/v1/TokenRequest',
    withSpec(
      [1, { name: 'audiences', type: 'string', repeated: true }],
      [4, { name: 'expirationSeconds', type: 'integer' }],
    ),
  ],
  ['authentication.k8s.io/v1/SelfSubjectReview', object()],
  [
    'authorization.k8s.io/v1/SelfSubjectAccessReview',
    withSpec(
      [1, { name: 'resourceAttributes', type: { message: resourceAttributes } }],
      [2, { name: 'nonResourceAttributes', type: { message: nonResourceAttributes } }],
    ),
  ],
]);

/** What deletions carry, under the apiVersion of whatever is deleted. */
export const DELETE_OPTIONS: MessageType = message([
  [
    2,
    {
      name: 'preconditions',
      type: {
        message: message([
          [1, { name: 'uid', type: 'string' }],
          [2, { name: 'resourceVersion', type: 'string' }],
        ]),
      },
    },
  ],
  [4, { name: 'propagationPolicy', type: 'string' }],
  [5, { name: 'dryRun', type: 'string', repeated: true }],
]);

function message(fields: readonly (readonly [number, MessageField])[]): MessageType {
  return new Map(fields);
}

function object(...fields: (readonly [number, MessageField])[]): MessageType {
  return message([[1, { name: 'metadata', type: { message: metadata } }], ...fields]);
}

function withSpec(...fields: (readonly [number, MessageField])[]): MessageType {
  return object([2, { name: 'spec', type: { message: message(fields) } }]);
}
