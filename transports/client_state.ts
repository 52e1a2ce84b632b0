/**
 * What the clients' ends of sessions know alike: what the server has refused, and how the session has ended. Web APIs
 * alone, so that browsers load it too.
 *
 * @module
 */
import { SluiceError } from "../core/errors.ts";

/** How a session ended. */
export type SessionOutcome = { readonly error?: Error };

export class ClientState {
  /** Why the server has not taken an input that was sent. It is told once. */
  refusal: Error | undefined;
  #end: SessionOutcome | undefined;

  /** Nothing more comes: the graph has ended, it failed, or the session was closed. */
  get end(): SessionOutcome | undefined {
    return this.#end;
  }

  /** Ends the session. @returns whether it had not ended before: only the first end counts */
  finish(end: SessionOutcome): boolean {
    const isFirst = this.#end === undefined;
    this.#end ??= end;
    return isFirst;
  }

  /** Throws what keeps an item from being sent: a refusal, or the end. */
  assertTakes(): void {
    this.#throwRefusal();
    if (this.#end === undefined) return;
    throw this.#end.error ?? new SluiceError("Busy", "Cannot send an item: the session has ended");
  }

  /** Throws why no output comes any more, or else what was refused last. */
  assertEndedWell(): void {
    if (this.#end?.error !== undefined) throw this.#end.error;
    this.#throwRefusal();
  }

  #throwRefusal(): void {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal !== undefined) throw refusal;
  }
}
