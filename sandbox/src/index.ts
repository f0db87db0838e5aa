export type { Fault, FaultKind, FaultRequest } from './faults.js';
export { Faults } from './faults.js';
export { startSandbox } from './sandbox.js';
export type { Sandbox, SandboxOptions } from './sandbox.js';
