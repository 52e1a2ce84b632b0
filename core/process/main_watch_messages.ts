/**
 * The messages between the main thread and the thread that watches it.
 *
 * @module
 */
import type { ArenaToken, DriverToken } from "../driver/driver.ts";
import type { EndSignal } from "./end_signals.ts";
import type { MainNode, RunLimits } from "./main_call.ts";

/**
 * Messages to the watching thread. `answer`: the main thread is responsive. `signals`: the signals to listen to from
 * now on. `run`, `node`, `over`: see `watchMainCalls()`.
 */
export type WatchCommand =
  | { readonly kind: "answer" }
  | { readonly kind: "signals"; readonly names: readonly EndSignal[] }
  | {
    readonly kind: "run";
    readonly run: number;
    readonly control: ArenaToken;
    readonly driver: DriverToken;
    readonly limits: RunLimits;
  }
  | { readonly kind: "node"; readonly run: number; readonly node: MainNode }
  | { readonly kind: "over"; readonly run: number };

/** Messages from the watching thread: it listens to signals, or it requests an `answer`. */
export type WatchReport = "listens" | "are you there?";
