/**
 * The taps of one client of `/rpc`. A slow client misses readings, which the next one counts.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { Outbox } from "../answers/outbox.ts";
import { RpcRefusal } from "../answers/rpc.ts";
import type { ClientBudget } from "../answers/work_budget.ts";
import { RPC_CODE } from "../schemas/errors.ts";
import { addressTap, encodeTap, type TapOpened, type TapParams } from "../schemas/tap.ts";
import type { TapReading } from "./tap_reading.ts";
import type { OpenTap, Taps } from "./taps.ts";

/** Messages of readings that several clients get. */
const messages = new WeakMap<object, Uint8Array<ArrayBuffer>>();

/** The taps of one client. */
export class TapCalls {
  readonly #taps: Taps | undefined;
  readonly #outbox: Outbox;
  readonly #budget: ClientBudget;
  readonly #most: number;
  /** By subscription; absent while a tap is being opened. */
  readonly #open = new Map<number, OpenTap | undefined>();
  #isGone = false;

  /** @param taps absent if no client may look @param most taps that the client may have open */
  constructor(taps: Taps | undefined, outbox: Outbox, budget: ClientBudget, most: number) {
    this.#taps = taps;
    this.#outbox = outbox;
    this.#budget = budget;
    this.#most = most;
  }

  /**
   * Opens a tap.
   *
   * @param subscription its number
   * @throws {RpcRefusal} `TooManySubscriptions`; {@linkcode SluiceError} `AccessDenied`, and as `Taps.open()`
   */
  async open(subscription: number, params: TapParams): Promise<TapOpened> {
    if (this.#taps === undefined) {
      throw new SluiceError("AccessDenied", 'Cannot look into the graph: the server was started with "taps: false"');
    }
    if (this.#open.size >= this.#most) {
      const message = `Cannot look into the graph: ${this.#most} taps of this connection are open, the most; close one`;
      throw new RpcRefusal(RPC_CODE.limited, "TooManySubscriptions", message);
    }
    this.#open.set(subscription, undefined);
    let missed = 0;
    let tap: OpenTap;
    try {
      tap = await this.#taps.open(params, {
        reading: (reading) => missed = this.#send(subscription, reading, missed),
        ended: (reason) => {
          this.#open.delete(subscription);
          this.#outbox.notify("tap.ended", { subscription, reason });
        },
      });
    } catch (error) {
      this.#open.delete(subscription);
      throw error;
    }
    if (this.#isGone) void tap.close();
    else if (this.#open.has(subscription)) this.#open.set(subscription, tap);
    const { output, kind, what, rate, format } = tap;
    return { subscription, output, kind, what, rate, ...(format && { format: { ...format } }) };
  }

  /** Ends a tap. @returns false if no tap has the number */
  async close(subscription: number): Promise<boolean> {
    const tap = this.#open.get(subscription);
    if (tap === undefined) return false;
    this.#open.delete(subscription);
    await tap.close();
    return true;
  }

  /** Ends all taps: the client has gone. */
  end(): void {
    this.#isGone = true;
    for (const tap of this.#open.values()) void tap?.close();
    this.#open.clear();
  }

  /** @returns how many readings the client has missed since the last one */
  #send(subscription: number, { head, payload }: Pick<TapReading, "head" | "payload">, missed: number): number {
    if (this.#outbox.isSlow || !this.#budget.hasTime) return missed + 1;
    const bytes = this.#budget.measure(() => {
      const known = messages.get(head);
      const message = known ?? encodeTap(head, payload);
      if (known === undefined) messages.set(head, message);
      addressTap(message, subscription, missed);
      this.#outbox.send(message);
      return message.byteLength;
    });
    this.#budget.sent(bytes);
    return 0;
  }
}
