import { StoreConflict } from '../store/instance-store.js';

/** How often a request is decided anew before its platform is told to come again. */
const ATTEMPTS = 5;

/**
 * Decides a request again when somebody else wrote the record in between: another replica, or the renewal of a lease.
 * What the decision did must be undone, or harmless when it is done again.
 * @throws StoreConflict when that goes on and on
 */
export async function unlessOvertaken<Result>(decide: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await decide();
    } catch (error) {
      if (!(error instanceof StoreConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}
