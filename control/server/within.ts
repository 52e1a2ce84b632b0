/**
 * A bound for work that the other end of a connection can hold up.
 *
 * @module
 */

/** Waits for work, but no longer than a time. The work goes on. */
export async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise((resolve) => timer = setTimeout(resolve, timeoutMs));
  try {
    await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
