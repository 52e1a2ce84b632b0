/**
 * The port of an `rtmp-source`. It listens for as long as the node runs. Several callers may say who they are beside each
 * other, so that one who never does keeps no publisher away; the first who publishes with the app and the key is the
 * publisher, and until it has ended all others are sent away.
 *
 * @module
 */
import { assertNet, networkFault } from "../network/network_fault.ts";
import { hostPort } from "./addresses.ts";
import { type Entry, RtmpCaller } from "./rtmp_caller.ts";

/** How many callers may be unknown at a time; the oldest gives way to one more. */
const MOST_CALLERS = 16;

/** What a gate is opened with. */
export interface GateOptions extends Entry {
  readonly hostname: string;
  readonly port: number;
  /** Is told why a caller was refused; once for each reason until a publisher comes. */
  readonly warn: (message: string) => void;
}

/** The port, and who calls there. */
export class RtmpGate implements Disposable {
  readonly #options: GateOptions;
  readonly #callers = new Set<RtmpCaller>();
  readonly #told = new Set<string>();
  #listener: Deno.TcpListener | undefined;
  #publisher: RtmpCaller | undefined;
  #next = Promise.withResolvers<RtmpCaller>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * Waits for a publisher, who is the only one until it is closed.
   *
   * @throws {NetworkFault} if nobody can listen there; the reason of the signal
   */
  async next(signal: AbortSignal): Promise<RtmpCaller> {
    this.#open();
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      return await Promise.race([this.#next.promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  [Symbol.dispose](): void {
    this.#listener?.close();
    this.#listener = undefined;
    this.#publisher?.close();
    for (const caller of this.#callers) caller.close();
  }

  #open(): void {
    if (this.#listener !== undefined) return;
    const { attempt, hostname, port } = this.#options;
    assertNet(attempt, hostPort(hostname, port));
    try {
      this.#listener = Deno.listen({ hostname, port });
    } catch (error) {
      throw networkFault(attempt, error);
    }
    void this.#accept(this.#listener);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const connection of listener) void this.#meet(connection);
    } catch (error) {
      if (this.#listener !== listener) return;
      // The next that waits for a publisher opens the port anew.
      this.#listener = undefined;
      listener.close();
      this.#next.reject(networkFault(this.#options.attempt, error));
      this.#next.promise.catch(() => {});
      if (this.#publisher === undefined) this.#next = Promise.withResolvers();
    }
  }

  async #meet(connection: Deno.Conn): Promise<void> {
    if (this.#publisher !== undefined) return connection.close();
    const caller = new RtmpCaller(connection, this.#options, (each) => this.#forget(each));
    if (this.#callers.size >= MOST_CALLERS) this.#callers.values().next().value!.close();
    this.#callers.add(caller);
    try {
      await caller.publishes();
    } catch (error) {
      if (this.#listener !== undefined && this.#publisher === undefined) this.#tell((error as Error).message);
      return;
    }
    this.#callers.delete(caller);
    if (this.#publisher !== undefined || this.#listener === undefined) return caller.close();
    this.#publisher = caller;
    this.#told.clear();
    for (const other of this.#callers) other.close();
    this.#next.resolve(caller);
  }

  #forget(caller: RtmpCaller): void {
    this.#callers.delete(caller);
    if (this.#publisher !== caller) return;
    this.#publisher = undefined;
    this.#next = Promise.withResolvers();
  }

  #tell(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#options.warn(message);
  }
}
