/**
 * The outgoing messages of one client. What may wait is bounded, and news that is not worth waiting for is left out.
 *
 * @module
 */
import type { ControlLimits } from "../schemas/limits.ts";
import type { NotificationName, NotificationParams } from "../schemas/methods.ts";

/** The close code for a client that breaks a limit. */
export const POLICY_VIOLATION = 1008;

/** Time between two checks of what still waits for a client that is to be closed, milliseconds. */
const CLOSE_LOOK_MS = 100;

export class Outbox {
  readonly #socket: WebSocket;
  readonly #limits: ControlLimits;
  #isClosing = false;

  constructor(socket: WebSocket, limits: ControlLimits) {
    this.#socket = socket;
    this.#limits = limits;
  }

  /** Whether so much waits that only answers are sent. */
  get isSlow(): boolean {
    return this.#socket.bufferedAmount > this.#limits.waitingBytes;
  }

  /** Whether nothing more is sent. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Sends a message, or closes the connection if too much waits. */
  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#isClosing || this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#limits.maxWaitingBytes) return this.close(POLICY_VIOLATION, "too slow");
    this.#socket.send(data);
  }

  /**
   * Sends nothing more, and closes the connection once the client has read what waits. Until then it keeps its place:
   * Deno holds what waits for a closed socket until the other end has gone, so that clients which never read and come
   * again would take memory without limit.
   */
  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const look = () => {
      if (this.#socket.bufferedAmount > 0) return;
      clearInterval(timer);
      this.#socket.close(code, reason);
    };
    const timer = setInterval(look, CLOSE_LOOK_MS);
    Deno.unrefTimer(timer);
    look();
  }

  /** Sends a notification. */
  notify<N extends NotificationName>(method: N, params: NotificationParams<N>): void {
    this.notifyText(method, JSON.stringify(params));
  }

  /** Sends a notification whose parameters are already JSON. */
  notifyText(method: NotificationName, params: string): void {
    this.send(`{"jsonrpc":"2.0","method":"${method}","params":${params}}`);
  }
}
