/**
 * Keeps the port of a server open. A failure to accept connections, such as too many open files, ends every connection
 * of the server but not the run, and the port is opened again.
 *
 * `Deno.serve` limits neither idle connections nor the time until a request comes. The limit is therefore that of the
 * process's open files: at it, all connections are dropped, and honest clients come back.
 *
 * @module
 */
import { logger } from "../../core/log.ts";
import { describeThrown } from "../../core/errors/thrown.ts";

/** First wait before the port is opened again, milliseconds; doubled up to the maximum while that fails. */
const MIN_RETRY_MS = 200;
const MAX_RETRY_MS = 5_000;

/** Failures closer together than this get one warning, milliseconds. */
const WARN_EVERY_MS = 60_000;

/** Where to listen, and what answers. */
export interface ListenerOptions {
  readonly hostname: string;
  /** 0 for any free port. */
  readonly port: number;
  /** PEM texts; by default it serves plaintext. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Answers a request from an address. */
  answer(request: Request, address: string): Response | Promise<Response>;
  /** Answers a request whose answer failed. */
  failed(error: unknown): Response;
}

export class Listener {
  /** The port that was opened, which failures do not change. */
  readonly port: number;
  readonly #options: ListenerOptions;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #warnedMs = -Infinity;

  /** @throws {Deno.errors.AddrInUse} if the port is taken */
  constructor(options: ListenerOptions) {
    this.#options = options;
    this.port = this.#open(options.port).addr.port;
  }

  /** Refuses further requests, and resolves once the open ones have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    await this.#server?.shutdown();
  }

  #open(port: number): Deno.HttpServer<Deno.NetAddr> {
    const connections = new AbortController();
    const server = Deno.serve({
      hostname: this.#options.hostname,
      port,
      ...this.#options.tls,
      signal: connections.signal,
      automaticCompression: true,
      onListen: () => {},
      onError: (error) => this.#options.failed(error),
    }, (request, { remoteAddr }) => this.#options.answer(request, remoteAddr.hostname));
    this.#server = server;
    server.finished.catch((error) => {
      this.#server = undefined;
      // Idle connections would keep their files open.
      connections.abort();
      this.#failed(error);
    });
    return server;
  }

  #failed(error: unknown): void {
    if (this.#isClosed) return;
    const nowMs = performance.now();
    if (nowMs - this.#warnedMs > WARN_EVERY_MS) {
      this.#warnedMs = nowMs;
      const reason = describeThrown(error).message;
      logger("control").warn(
        `Cannot take connections on port ${this.port}: ${reason}; all are dropped and the port is opened anew, ` +
          `the graph goes on; raise the limit of open files, or put a proxy before it`,
      );
    }
    this.#retry(MIN_RETRY_MS);
  }

  #retry(waitMs: number): void {
    this.#retryTimer = setTimeout(() => {
      try {
        this.#open(this.port);
      } catch {
        this.#retry(Math.min(2 * waitMs, MAX_RETRY_MS));
      }
    }, waitMs);
  }
}
