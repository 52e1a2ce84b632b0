/**
 * Waits for the reader of an outbox.
 *
 * @module
 */
import type { Outbox } from "../../core/pipeline/outbox.ts";

/** Offers an item. Settles once it was taken, or nobody will take it. */
export function handOver<T>(outbox: Outbox<T>, item: T): Promise<void> {
  return new Promise((resolve) => outbox.put(item, resolve));
}
