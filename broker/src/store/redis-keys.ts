import type { InstanceFilter } from './instance-store.js';

const PREFIX = /^[A-Za-z0-9._:/-]{1,200}$/;
const PREFIX_RULE = 'the prefix of Redis keys must be 1 to 200 of A-Z a-z 0-9 . _ : / -';

/** The keys of one store. The braces make a Redis Cluster keep all of them on one node, as scripts need them. */
export class RecordKeys {
  readonly prefix: string;
  readonly all: string;

  /** @throws Error when the prefix is malformed */
  constructor(prefix: string) {
    if (!PREFIX.test(prefix)) throw new Error(PREFIX_RULE);
    this.prefix = prefix.endsWith(':') ? `{${prefix}}` : `{${prefix}}:`;
    this.all = `${this.prefix}instances`;
  }

  record(instanceId: string): string {
    return `${this.prefix}instance:${instanceId}`;
  }

  state(state: string): string {
    return `${this.prefix}state:${state}`;
  }

  plan(planId: string): string {
    return `${this.prefix}plan:${planId}`;
  }

  consumer(consumer: string): string {
    return `${this.prefix}consumer:${consumer}`;
  }

  /** Sets of ids with all that a filter chooses, and as little else as is known beforehand. */
  narrowest({ states, planId, consumer }: InstanceFilter): string[] {
    if (states?.length === 0) return [];
    if (consumer !== undefined) return [this.consumer(consumer)];
    if (planId !== undefined) return [this.plan(planId)];
    return states?.map((state) => this.state(state)) ?? [this.all];
  }
}
