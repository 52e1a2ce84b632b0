/** How much of its time a thread did not get, on a machine that does other things. */

/** Period of the beats by which lost time is known, milliseconds. */
export const BEAT_MS = 20;

/** Lost time of a thread. */
export interface LostTime {
  /** By which beats came late until now, and by which the next one is overdue, milliseconds. */
  lostMs(): number;
  readonly timer: ReturnType<typeof setInterval>;
}

/** Counts from now on. Also run in the page: it uses nothing from outside. */
export function countLostMs(beatMs: number): LostTime {
  let lastMs = performance.now();
  let lostMs = 0;
  const overdueMs = () => Math.max(0, performance.now() - lastMs - beatMs);
  const timer = setInterval(() => {
    lostMs += overdueMs();
    lastMs = performance.now();
  }, beatMs);
  return { lostMs: () => lostMs + overdueMs(), timer };
}
