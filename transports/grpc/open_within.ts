/**
 * The body of a call, with a limit on the time until its first message is there.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { SluiceError } from "../../core/errors.ts";
import { toStatus } from "./statuses.ts";

/** A body with a limit. */
export interface OpenedBody {
  readonly body: AsyncIterable<Uint8Array>;
  /** Lifts the limit. */
  readonly opened: () => void;
}

/** Limits the time until `opened` is called. Reading the body fails then, and with a status whenever the client has gone. */
export function openWithin(body: AsyncIterable<Uint8Array>, openMs: number): OpenedBody {
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => {});
  let isOpen = false;
  const timer = setTimeout(() => {
    const message = `Cannot start the call: its first message took longer than ${openMs} ms`;
    late.reject(toStatus(new SluiceError("Timeout", message, { key: "openMs" })));
  }, openMs);
  const parts = body[Symbol.asyncIterator]();
  return {
    body: {
      [Symbol.asyncIterator]: () => ({
        async next() {
          try {
            return await (isOpen ? parts.next() : Promise.race([parts.next(), late.promise]));
          } catch (error) {
            if (error instanceof ConnectError) throw error;
            throw new ConnectError("the requests break off", Code.Canceled, undefined, undefined, error);
          }
        },
        return: async (value) => {
          await parts.return?.();
          return { done: true, value };
        },
      }),
    },
    opened() {
      isOpen = true;
      clearTimeout(timer);
    },
  };
}
