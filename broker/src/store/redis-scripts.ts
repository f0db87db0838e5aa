import { createHash } from 'node:crypto';
import { ErrorReply } from '@redis/client';
import type { SendCommand } from './redis-connection.js';

/** A Lua script; Redis runs it as one step. */
export interface RedisScript {
  source: string;
  sha1: string;
}

/**
 * Writes a record if the stored one has the expected version, and keeps the indexes. Gives 1 when the record now has the
 * new version, also from an earlier run of the same write whose answer got lost; 0 for a conflict.
 *
 * KEYS: record, all, and the indexes by state, plan and consumer to be in.
 * ARGV: expected version or '', new version, record, instance id, state, plan, consumer, prefix of index keys.
 *
 * The indexes to leave are named by what the record says, so they are not among KEYS; all keys of a store have one hash
 * tag, so they are on the same node of a cluster all the same.
 */
export const PUT = script(`
local old = redis.call('HMGET', KEYS[1], 'version', 'state', 'plan', 'consumer')
if old[1] == ARGV[2] then return 1 end
if (old[1] or '') ~= ARGV[1] then return 0 end
if old[1] then
  redis.call('SREM', ARGV[8] .. 'state:' .. old[2], ARGV[4])
  redis.call('SREM', ARGV[8] .. 'plan:' .. old[3], ARGV[4])
  redis.call('SREM', ARGV[8] .. 'consumer:' .. old[4], ARGV[4])
end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'record', ARGV[3],
  'state', ARGV[5], 'plan', ARGV[6], 'consumer', ARGV[7])
for index = 2, 5 do redis.call('SADD', KEYS[index], ARGV[4]) end
return 1
`);

/**
 * Deletes a record if it has the expected version. Gives 1, 0 for a conflict, -1 when there is none.
 *
 * KEYS: record, all. ARGV: expected version, instance id, prefix of index keys.
 */
export const DELETE = script(`
local old = redis.call('HMGET', KEYS[1], 'version', 'state', 'plan', 'consumer')
if not old[1] then return -1 end
if old[1] ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[2])
redis.call('SREM', ARGV[3] .. 'state:' .. old[2], ARGV[2])
redis.call('SREM', ARGV[3] .. 'plan:' .. old[3], ARGV[2])
redis.call('SREM', ARGV[3] .. 'consumer:' .. old[4], ARGV[2])
return 1
`);

/**
 * Counts the ids that are in all of some sets and in one of some others, which have no id in common.
 *
 * KEYS: the others, then the sets to be in. ARGV: how many others there are; without any, being in the sets is enough.
 */
export const COUNT = script(`
local alternatives = tonumber(ARGV[1])
local function size(keys)
  if #keys == 1 then return redis.call('SCARD', keys[1]) end
  return #redis.call('SINTER', unpack(keys))
end
if alternatives == 0 then return size(KEYS) end
local total = 0
for index = 1, alternatives do
  total = total + size({ KEYS[index], unpack(KEYS, alternatives + 1) })
end
return total
`);

/** Runs a script, which Redis may have forgotten in a restart or by SCRIPT FLUSH. */
export async function evaluate(
  send: SendCommand,
  { source, sha1 }: RedisScript,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
): Promise<number> {
  const rest = [String(keys.length), ...keys, ...args];
  try {
    return Number(await send('EVALSHA', sha1, ...rest));
  } catch (error) {
    if (!(error instanceof ErrorReply) || !error.message.startsWith('NOSCRIPT')) throw error;
    return Number(await send('EVAL', source, ...rest));
  }
}

function script(source: string): RedisScript {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}
