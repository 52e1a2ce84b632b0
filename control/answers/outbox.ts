/**
 * The outgoing messages of one client. What may wait is bounded, and news that is not worth waiting for is left out.
 *
 * @module
 */
import type { ControlLimits } from "../schemas/limits.ts";
import type { NotificationName, NotificationParams } from "../schemas/methods.ts";

/** The close code for a client that breaks a limit. */
export const POLICY_VIOLATION = 1008;

export class Outbox {
  readonly #socket: WebSocket;
  readonly #limits: ControlLimits;

  constructor(socket: WebSocket, limits: ControlLimits) {
    this.#socket = socket;
    this.#limits = limits;
  }

  /** Whether so much waits that only answers are sent. */
  get isSlow(): boolean {
    return this.#socket.bufferedAmount > this.#limits.waitingBytes;
  }

  /** Sends a message, or closes the connection if too much waits. */
  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#limits.maxWaitingBytes) {
      this.#socket.close(POLICY_VIOLATION, "too slow");
      return;
    }
    this.#socket.send(data);
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
