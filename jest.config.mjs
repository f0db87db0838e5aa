import { availableParallelism } from 'node:os';

// One configuration: `unit` and `conformance` need nothing but Node; the others need the real API server.
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/jest/strip-types.mjs' },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@mesitis/([a-z-]+)$': '<rootDir>/$1/src/index.ts',
    '^@mesitis/([a-z-]+)/([a-z-]+)$': '<rootDir>/$1/src/$2/index.ts',
  },
  modulePathIgnorePatterns: ['/dist/'],
};

export default {
  // Half of the time an end-to-end test waits for a lease, a poll or a process: one in three finds a core free. By itself
  // jest leaves one core idle, and takes percentages up to 100.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  workerIdleMemoryLimit: '1GB',
  // Tests are short, but the first of a file pays for what the file loads, on however busy a machine. What never ends
  // still fails.
  testTimeout: 30_000,
  reporters: ['default', '<rootDir>/test/reporters/closing-line.mjs'],
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/*/src/**/*.test.ts', '<rootDir>/test/{cluster,demo,fuzz,plugin}/**/*.test.ts'],
    },
    { ...shared, displayName: 'conformance', testMatch: ['<rootDir>/test/conformance/**/*.conformance.ts'] },
    { ...shared, displayName: 'contract', testMatch: ['<rootDir>/test/contract/**/*.contract.ts'] },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.e2e.ts'] },
    { ...shared, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.faults.ts'] },
  ],
};
