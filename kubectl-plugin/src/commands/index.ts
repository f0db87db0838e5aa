import { Bind } from './bind.js';
import { Catalog } from './catalog.js';
import { Completion } from './completion.js';
import { Consumers } from './consumers.js';
import { Deprovision } from './deprovision.js';
import { Doctor } from './doctor.js';
import { Explain } from './explain.js';
import { Init } from './init.js';
import { Lint } from './lint.js';
import { Plan } from './plan.js';
import { Provision } from './provision.js';
import { Register } from './register.js';
import { Rotate } from './rotate.js';
import { Secret } from './secret.js';
import { Status } from './status.js';
import { Unbind } from './unbind.js';
import { Upgrade } from './upgrade.js';
import { Version } from './version.js';
import { Wait } from './wait.js';

/** Every command by its name: what oclif's discovery strategy `explicit` reads, and what the runner constructs. */
export const COMMANDS = {
  bind: Bind,
  catalog: Catalog,
  completion: Completion,
  consumers: Consumers,
  deprovision: Deprovision,
  doctor: Doctor,
  explain: Explain,
  init: Init,
  lint: Lint,
  plan: Plan,
  provision: Provision,
  register: Register,
  rotate: Rotate,
  secret: Secret,
  status: Status,
  unbind: Unbind,
  upgrade: Upgrade,
  version: Version,
  wait: Wait,
};
