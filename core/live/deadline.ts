/**
 * Bounds a wait.
 *
 * @module
 */

/**
 * Waits for work until a time is over. The work goes on after that.
 *
 * @param late makes the error that is thrown then; absent: none is
 */
export async function withDeadline<T>(work: Promise<T>, timeoutMs: number, late?: () => Error): Promise<T> {
  const timeout = Promise.withResolvers<T>();
  const timer = setTimeout(
    () => late === undefined ? timeout.resolve(undefined as T) : timeout.reject(late()),
    timeoutMs,
  );
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
