import { expect } from '@jest/globals';
import type { Plan } from './offering.js';
import type { Outcome, Platform } from './platform.js';
import type { Traces } from './stage.js';

/** One run of a story, with an instance of its own. */
export interface Run {
  platform: Platform;
  id: string;
  traces: () => Promise<Traces>;
  expectWhole: (plan: Plan) => Promise<void>;
  expectNothing: () => Promise<void>;
}

/** An operation that is to be interrupted. */
export interface Story {
  name: string;
  /** How often it writes at least, lest the sweep kills nothing. */
  writes: number;
  /** What comes before. */
  before: (run: Run) => Promise<unknown>;
  /** What may be interrupted. */
  act: (run: Run) => Promise<unknown>;
  /** What must come of it in the end. */
  verify: (run: Run, acted: unknown) => Promise<void>;
}

const DONE: Outcome = { kind: 'done' };

/** An instance is made. */
export const PROVISION: Story = {
  name: 'provision',
  writes: 7,
  before: async () => Promise.resolve(),
  act: async ({ platform, id }) => platform.provision(id),
  async verify({ expectWhole }, acted) {
    expect(acted).toEqual(DONE);
    await expectWhole('small');
  },
};

/** The platform's request timed out, or met a 5xx: it deletes the instance and provisions it again. */
export const ABANDONED: Story = {
  name: 'a provision that the platform gives up',
  writes: 7,
  before: async () => Promise.resolve(),
  act: async ({ platform, id }) => platform.tryToProvision(id),
  async verify({ platform, id, expectWhole, expectNothing }) {
    await platform.deprovision(id);
    await expectNothing();
    expect(await platform.provision(id)).toEqual(DONE);
    await expectWhole('small');
  },
};

/** An instance goes over to another plan. */
export const UPDATE: Story = {
  name: 'update',
  writes: 5,
  before: async ({ platform, id }) => platform.provision(id),
  act: async ({ platform, id }) => platform.update(id, 'large'),
  async verify({ expectWhole }, acted) {
    expect(acted).toEqual(DONE);
    await expectWhole('large');
  },
};

/** A binding is made, and asked for once more. */
export const BIND: Story = {
  name: 'bind',
  writes: 1,
  before: async ({ platform, id }) => platform.provision(id),
  act: async ({ platform, id }) => platform.bind(id, 'b', 'small'),
  async verify({ platform, id, expectWhole }, acted) {
    expect(acted).toMatchObject({ kind: 'done', credentials: { own: expect.stringMatching(/^.{24}$/) } });
    // Asked again, as after a Secret that could not be written: the same once more.
    expect(await platform.bind(id, 'b', 'small')).toEqual(acted);
    await expectWhole('small');
  },
};

/** A binding is given back. */
export const UNBIND: Story = {
  name: 'unbind',
  writes: 1,
  before: async ({ platform, id }) => {
    await platform.provision(id);
    await platform.bind(id, 'b', 'small');
  },
  act: async ({ platform, id }) => platform.unbind(id, 'b'),
  async verify({ platform, id, expectWhole }, acted) {
    expect(acted).toEqual(DONE);
    await expectWhole('small');
    expect((await platform.send('GET', `${id}/service_bindings/b`))?.status).toBe(404);
  },
};

/** A bound instance is deleted. */
export const DEPROVISION: Story = {
  name: 'deprovision',
  writes: 7,
  before: UNBIND.before,
  act: async ({ platform, id }) => platform.deprovision(id),
  verify: async ({ expectNothing }) => expectNothing(),
};
