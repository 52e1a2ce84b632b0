/**
 * Connects again and again: one stream of what comes over connections that follow each other, with growing pauses.
 *
 * @module
 */
import { NetworkFault } from "./network_fault.ts";
import { Retry, type RetryOptions } from "./retry.ts";

/** Stands between what came over two connections: something may be missing there. */
export const GAP = Symbol("gap");

/**
 * What comes over connections.
 *
 * @param connect makes one, and gives what comes until it ends; it throws a `NetworkFault`. Whatever else it throws is
 * passed on
 * @returns its end is that of a connection that ended well, where it is not tried again
 * @throws {NetworkFault} the last one, once it was tried often enough, and one that lasts
 */
export async function* retried<T>(
  options: RetryOptions,
  connect: () => AsyncIterable<T>,
): AsyncGenerator<T | typeof GAP> {
  const { signal } = options;
  const retry = new Retry(options);
  for (;;) {
    let fault: NetworkFault | undefined;
    try {
      for await (const each of connect()) {
        retry.recover("it is connected again");
        yield each;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NetworkFault)) throw error;
      fault = error;
    }
    signal.throwIfAborted();
    if (fault?.isLasting || retry.isSpent) {
      if (fault === undefined) return;
      throw fault;
    }
    retry.tell(fault?.message ?? "the other side has ended the connection");
    await retry.rest();
    yield GAP;
  }
}
