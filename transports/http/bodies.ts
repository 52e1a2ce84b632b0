/**
 * Reads bodies of requests with limits: on each, on all at once, and on the time that one may take. A body that is too
 * large is refused before more of it is read than is allowed.
 *
 * @module
 */
import { HttpFault } from "./faults.ts";

/** What bodies may take. */
export interface BodyLimits {
  /** The most bytes of one. */
  readonly bodyBytes: number;
  /** The most bytes of all that are held at once. */
  readonly bodiesBytes: number;
  /** How long one may take to arrive, milliseconds. */
  readonly bodyMs: number;
}

/** A body. Disposing gives its bytes back to the limit of all. */
export interface Body extends Disposable {
  readonly bytes: Uint8Array;
}

export class BodyReader {
  readonly #limits: BodyLimits;
  #held = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** Bytes of all bodies that are held. */
  get heldBytes(): number {
    return this.#held;
  }

  /**
   * Reads a body whole.
   *
   * @throws {HttpFault} 413 if it is too large, 503 if all together are, 408 if it takes too long, 400 if it breaks off
   */
  async read(request: Request): Promise<Body> {
    const { bodyBytes, bodyMs } = this.#limits;
    const said = Number(request.headers.get("content-length") ?? 0);
    if (said > bodyBytes) throw tooLarge(`${said}`, bodyBytes);
    const reader = request.body?.getReader();
    let held = 0;
    const giveBack = () => {
      this.#held -= held;
      held = 0;
    };
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      void reader?.cancel().catch(() => {});
    }, bodyMs);
    try {
      const parts: Uint8Array[] = [];
      for (;;) {
        const { done, value } = await reader?.read() ?? { done: true };
        if (done || value === undefined) break;
        held += value.length;
        this.#held += value.length;
        if (held > bodyBytes) throw tooLarge(`more than ${bodyBytes}`, bodyBytes);
        if (this.#held > this.#limits.bodiesBytes) throw tooMany();
        parts.push(value);
      }
      if (isLate) throw tooSlow(bodyMs);
      return { bytes: join(parts, held), [Symbol.dispose]: giveBack };
    } catch (error) {
      giveBack();
      void reader?.cancel().catch(() => {});
      if (isLate) throw tooSlow(bodyMs);
      if (error instanceof HttpFault) throw error;
      throw new HttpFault(400, "InvalidMessage", "Cannot read the request: its body breaks off", { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function tooLarge(found: string, bodyBytes: number): HttpFault {
  const message = `Cannot read the request: its body has ${found} bytes, wanted at most ${bodyBytes}`;
  return new HttpFault(413, "LimitExceeded", message, { key: "bodyBytes" });
}

function tooMany(): HttpFault {
  const message = "Cannot read the request: the bodies of all requests together take too much memory; try again later";
  return new HttpFault(503, "Busy", message, { key: "bodiesBytes" });
}

function tooSlow(bodyMs: number): HttpFault {
  return new HttpFault(408, "Timeout", `Cannot read the request: its body took longer than ${bodyMs} ms`, {
    key: "bodyMs",
  });
}
