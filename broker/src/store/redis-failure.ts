import { ErrorReply } from '@redis/client';

/** What to make of a failure of Redis. */
export interface RedisVerdict {
  /** Whether it may be different in a moment. */
  passes: boolean;
  /** Whether a new connection is due: this one is broken, or leads to the wrong server. */
  reconnect: boolean;
  /** Whether the command may have been carried out. */
  isOutcomeUnknown: boolean;
  /** For people, with what to do; quotes neither keys nor values. */
  description: string;
}

/** Error codes of Redis: the first word of its answer. All the rest of it may quote what was sent. */
const REPLIES: Readonly<Record<string, Pick<RedisVerdict, 'description'> & Partial<RedisVerdict>>> = {
  LOADING: { passes: true, description: 'it is still loading its data' },
  BUSY: { passes: true, description: 'it is busy with a script' },
  TRYAGAIN: { passes: true, description: 'its cluster is moving data' },
  CLUSTERDOWN: { passes: true, description: 'its cluster is not whole' },
  MASTERDOWN: { passes: true, reconnect: true, description: 'it is a replica without its primary' },
  // After a failover, the name leads to the new primary, but this connection to the old one.
  READONLY: {
    passes: true,
    reconnect: true,
    description: 'it is a replica; the URL must lead to the primary',
  },
  NOREPLICAS: { passes: true, description: 'it has too few replicas to take writes' },
  NOAUTH: { reconnect: true, description: 'it wants a password; put it into the URL' },
  WRONGPASS: { reconnect: true, description: 'it refuses the user or the password of the URL' },
  NOPERM: { description: 'its user may not do this; docs/storage.md has the rights that it needs' },
  OOM: { description: 'its memory is full; raise maxmemory' },
  MISCONF: { description: 'it can not write its data to disk; look at its log' },
  MOVED: { description: 'it is one node of a cluster of several; give the URL of a single primary' },
  WRONGTYPE: { description: 'keys with this prefix belong to something else; choose another prefix' },
  NOPROTO: { description: 'it speaks another protocol' },
};

/** Certificates: OpenSSL's and Node's codes. */
const TLS_CODE = /CERT|SIGNATURE|ALTNAME|SSL/;

/** Judges whatever a command or a connection threw. */
export function judge(error: unknown): RedisVerdict {
  if (error instanceof ErrorReply) {
    const code = /^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR';
    const known = Object.hasOwn(REPLIES, code) ? REPLIES[code] : undefined;
    const description = `it answers ${code}`;
    return { passes: false, reconnect: false, isOutcomeUnknown: false, description, ...known };
  }
  const code = codeOf(error);
  const remedy = TLS_CODE.test(code)
    ? 'check its certificate, the certificate authority and the name in the URL'
    : 'check that it runs and that the URL has its address';
  return {
    passes: !TLS_CODE.test(code),
    reconnect: true,
    isOutcomeUnknown: true,
    description: `there is no answer (${code}); ${remedy}`,
  };
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Errors of the client: their classes say it all.
  return error.constructor.name.replace(/Error$/, '') || 'unknown';
}
