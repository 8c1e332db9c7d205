/** How long to wait before trying to reach the check-in again. Pure; it never gives up, because the patient may be alone. */

const SECONDS = [0.5, 1, 2, 3] as const;
/** Share of the wait that is spread at random, so that a thousand pages do not knock in the same instant after a restart. */
const SPREAD = 0.2;

/** Milliseconds before attempt number `attempt` (0 = first retry); `chance` is a random number in 0..1. */
export function waitBefore(attempt: number, chance: number): number {
  const seconds = SECONDS[Math.min(attempt, SECONDS.length - 1)] ?? 3;
  return Math.round(seconds * 1000 * (1 - SPREAD / 2 + SPREAD * chance));
}
