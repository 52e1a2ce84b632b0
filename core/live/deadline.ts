/**
 * Bounds a wait.
 *
 * @module
 */

/**
 * Waits for work until a time limit. The work continues after the limit.
 *
 * @param late makes the error to throw at the limit; absent: none is thrown
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
