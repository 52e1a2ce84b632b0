/**
 * The pending calls of a client.
 *
 * @module
 */
import { RPC_CODE, RpcError } from "../schemas/errors.ts";
import { type MethodName, type MethodResult, METHODS } from "../schemas/methods.ts";
import { StatsError } from "../schemas/stats_frame.ts";

/** The server's refusal of a call. */
export class ControlError extends Error {
  /** `ControlError`. */
  override readonly name: string = "ControlError";
  /** A `SluiceError` code, or a `ControlErrorCode`. */
  readonly code: string;
  /** The JSON-RPC error. */
  readonly rpc: RpcError;

  /** @param rpc as the server sent it */
  constructor(rpc: RpcError) {
    super(rpc.message);
    this.rpc = rpc;
    this.code = rpc.data?.code ?? (rpc.code === RPC_CODE.methodNotFound ? "MethodNotFound" : "Internal");
  }

  /** Whether the same call would be refused on every connection. */
  get isLasting(): boolean {
    return this.rpc.code !== RPC_CODE.limited && this.rpc.code !== RPC_CODE.internalError;
  }
}

/** A call that has no answer: there is no connection, it was lost, or the server took too long. */
export class UnansweredCall extends Error {
  /** `UnansweredCall`. */
  override readonly name: string = "UnansweredCall";
}

/** The problem of a connection in words for people, without the details of a message that was not understood. */
export function describeProblem(error: Error): string {
  const isForPeople = error instanceof ControlError || error instanceof UnansweredCall || error instanceof StatsError;
  return isForPeople ? error.message : "what it answers is not understood; it may be of another version";
}

interface Pending {
  readonly method: MethodName;
  resolve(result: unknown): void;
  reject(error: Error): void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class ClientCalls {
  readonly #pending = new Map<number, Pending>();
  #next = 1;

  /**
   * Makes a call.
   *
   * @param send sends the message
   */
  make<M extends MethodName>(
    method: M,
    params: unknown,
    timeoutMs: number,
    send: (text: string) => void,
  ): Promise<MethodResult<M>> {
    const id = this.#next++;
    return new Promise<MethodResult<M>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new UnansweredCall(`Cannot wait for "${method}": no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(id, { method, resolve: (value) => resolve(value as MethodResult<M>), reject, timer });
      send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  /** Takes an answer. Ignores one that no call waits for. */
  answer(message: { readonly id?: number; readonly error?: unknown; readonly result?: unknown }): void {
    const pending = this.#pending.get(message.id as number);
    if (pending === undefined) return;
    this.#pending.delete(message.id as number);
    clearTimeout(pending.timer);
    const { error, result } = message;
    try {
      if (error !== undefined) pending.reject(new ControlError(RpcError.parse(error)));
      else pending.resolve(METHODS[pending.method].result.parse(result));
    } catch (wrong) {
      pending.reject(wrong as Error);
    }
  }

  /** Rejects all pending calls. */
  drop(reason: string): void {
    for (const { method, reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new UnansweredCall(`Cannot wait for "${method}": ${reason}`));
    }
    this.#pending.clear();
  }
}
