import { KubeError } from '@mesitis/kube';
import { badRequest } from '@mesitis/kube/memory';
import { DELETE_OPTIONS, MESSAGES } from './messages.js';
import type { FieldType, MessageType } from './messages.js';
import { wireFields } from './wire.js';
import type { WireField } from './wire.js';

/** The media type of Kubernetes' protobuf. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Four bytes, then a runtime.Unknown ("Alternate representations of resources"). */
const MAGIC = Buffer.from('k8s\0');

/**
 * The object in a protobuf body, as JSON would have it.
 *
 * @throws KubeError 400 when the body is malformed, 415 for kinds that are not known here
 */
export function decodeProtobuf(body: Buffer): Record<string, unknown> {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC))
    throw badRequest('the request body is not Kubernetes protobuf');
  try {
    return decodeEnvelope(body.subarray(MAGIC.length));
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(`the request body is not protobuf: ${error.message}`);
    throw error;
  }
}

function decodeEnvelope(envelope: Buffer): Record<string, unknown> {
  const [typeMeta, raw] = [1, 2].map((number) => bytesOf(wireFields(envelope), number));
  const type = wireFields(typeMeta ?? Buffer.of());
  const [apiVersion, kind] = [1, 2].map((number) => bytesOf(type, number).toString());
  const message =
    kind === 'DeleteOptions' ? DELETE_OPTIONS : MESSAGES.get(`${apiVersion ?? ''}/${kind ?? ''}`);
  if (message !== undefined) return { ...decodeMessage(raw ?? Buffer.of(), message), apiVersion, kind };
  throw new KubeError(
    'unknown',
    `the sandbox does not read ${kind ?? 'this kind'} as protobuf; send JSON, for example with kubectl apply -f`,
    { status: 415, reason: 'UnsupportedMediaType' },
  );
}

function decodeMessage(bytes: Buffer, type: MessageType): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const field of wireFields(bytes)) {
    const known = type.get(field.number);
    if (known === undefined) continue;
    const { name, type: fieldType, repeated } = known;
    const value = decodeValue(field, fieldType);
    if (repeated) decoded[name] = [...((decoded[name] as unknown[] | undefined) ?? []), value];
    else if (isMap(fieldType))
      decoded[name] = { ...(decoded[name] as object | undefined), ...(value as object) };
    else decoded[name] = value;
  }
  return decoded;
}

function decodeValue({ value }: WireField, type: FieldType): unknown {
  if (typeof value === 'bigint') return type === 'boolean' ? value !== 0n : Number(value);
  if (type === 'bytes') return value.toString('base64');
  if (typeof type === 'string') return value.toString();
  if ('message' in type) return decodeMessage(value, type.message);
  // A map is a repeated message of key and value.
  const entry = wireFields(value);
  return {
    [bytesOf(entry, 1).toString()]: bytesOf(entry, 2).toString(type.map === 'bytes' ? 'base64' : 'utf8'),
  };
}

function isMap(type: FieldType): boolean {
  return typeof type === 'object' && 'map' in type;
}

function bytesOf(fields: readonly WireField[], number: number): Buffer {
  const value = fields.find((field) => field.number === number)?.value;
  return Buffer.isBuffer(value) ? value : Buffer.of();
}
