/** One field as it travels: its number, and its value as a number or as bytes. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

/**
 * The fields of an encoded protobuf message, in order (protobuf.dev, "Encoding").
 *
 * @throws RangeError when the bytes end too early or use the long deprecated groups
 */
export function wireFields(message: Buffer): WireField[] {
  const fields: WireField[] = [];
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(offset);
      offset += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (offset + length > message.length) throw new RangeError('the message ends within a field');
    offset += length;
    return message.subarray(offset - length, offset);
  };
  while (offset < message.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 1:
        fields.push({ number, value: take(8) });
        break;
      case 2:
        fields.push({ number, value: take(Number(varint())) });
        break;
      case 5:
        fields.push({ number, value: take(4) });
        break;
      default:
        throw new RangeError(`wire type ${tag & 7} is not known`);
    }
  }
  return fields;
}
