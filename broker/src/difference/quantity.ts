import type { Json } from '@mesitis/kube';

/** The suffixes of quantities, as powers of ten or of two (resource-management, "Resource units in Kubernetes"). */
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

const QUANTITY = /^(?<sign>[+-]?)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?<suffix>[a-zA-Z]*|[eE][+-]?\d{1,3})$/;

/** The API server keeps nothing finer than a billionth, and rounds up to it. */
const FINEST = 9;

/** Whether two values are the same amount: "0.5" and "500m", 1 and "1", "1024Mi" and "1Gi". */
export function isSameQuantity(a: Json, b: Json): boolean {
  const [first, second] = [billionths(a), billionths(b)];
  return first !== undefined && first === second;
}

/** The amount in billionths; undefined when the value is no quantity. */
function billionths(value: Json): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const parts = QUANTITY.exec(String(value))?.groups;
  if (parts === undefined) return undefined;
  const { sign, whole = '', fraction = '', suffix = '' } = parts;
  if (whole + fraction === '') return undefined;
  const scale = scaleOf(suffix);
  if (scale === undefined) return undefined;
  const digits = BigInt(whole + fraction) << BigInt(scale.two);
  const exponent = scale.ten + FINEST - fraction.length;
  const amount =
    exponent >= 0 ? digits * 10n ** BigInt(exponent) : roundedUp(digits, 10n ** BigInt(-exponent));
  return sign === '-' ? -amount : amount;
}

/** What a suffix multiplies by, as powers of two and of ten; undefined when it is none. */
function scaleOf(suffix: string): { two: number; ten: number } | undefined {
  const two = Object.hasOwn(BINARY, suffix) ? BINARY[suffix] : undefined;
  if (two !== undefined) return { two, ten: 0 };
  const ten = Object.hasOwn(DECIMAL, suffix) ? DECIMAL[suffix] : undefined;
  if (ten !== undefined) return { two: 0, ten };
  return /^[eE][+-]?\d+$/.test(suffix) ? { two: 0, ten: Number(suffix.slice(1)) } : undefined;
}

function roundedUp(amount: bigint, divisor: bigint): bigint {
  return (amount + divisor - 1n) / divisor;
}
