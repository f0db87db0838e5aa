export { ELECTION_TIMING, LeaderElector } from './leader-elector.js';
export type { ElectionClock, ElectionTiming, LeaderElectorOptions } from './leader-elector.js';
