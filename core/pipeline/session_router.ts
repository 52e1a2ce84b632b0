/**
 * The sessions of a server: starts, finds, limits, counts and ends them in one place, for all transports.
 *
 * @module
 */
import { listNames, SluiceError } from "../errors.ts";
import { didYouMean } from "../errors/suggestion.ts";
import { assertKeys } from "../errors/option_check.ts";
import type { Runtime } from "../runtime.ts";
import { executeOn, sizeOf } from "./execute_session.ts";
import { ByteRate, type ItemCounts, RoutedSession } from "./routed_session.ts";
import type {
  CallerAccess,
  Credentials,
  RouterClock,
  RouterFigures,
  SessionEnd,
  SessionFigures,
  SessionLimits,
  SessionRefusal,
  SessionRouterOptions,
} from "./router_options.ts";
import type { ExecuteOptions, PipelineGraph, StreamSession } from "./transport.ts";
import type { TransportData } from "./transport_data.ts";

const SYSTEM_CLOCK: RouterClock = {
  // deno-lint-ignore sluice/no-wall-clock -- sessions are idle on the wall, not in a graph
  nowMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

const DEFAULT_LIMITS: Required<SessionLimits> = {
  sessions: 64,
  sessionsPerCaller: Infinity,
  idleMs: 60_000,
  itemBytes: 16 * 2 ** 20,
  sessionBytes: Infinity,
  sessionBytesPerSecond: Infinity,
  totalBytesPerSecond: Infinity,
  executeBytes: 64 * 2 ** 20,
};

/** The request of a caller. */
interface Asked {
  readonly caller: string;
  readonly transport: string;
  readonly graph: PipelineGraph;
}

/**
 * Starts sessions for callers, and keeps them within limits. A server passes the credentials of each connection, and
 * calls the returned object for that connection. `await using` closes all sessions.
 *
 * @example
 * ```ts
 * import { nodePackage, NodeRegistry } from "@sluice/sluice";
 * import { PipelineRunner, SessionRouter } from "@sluice/sluice/pipelines";
 *
 * const transport = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
 * await using router = new SessionRouter({
 *   transport,
 *   graphs: { voice: "graphs/voice.json" },
 *   authenticate: ({ token }) => token === "secret" ? "me" : undefined,
 *   limits: { sessions: 8, idleMs: 10_000 },
 * });
 * const access = await router.authenticate({ transport: "example", token: "secret" });
 * console.log(access.caller, router.figures().open); // me 0
 * ```
 */
export class SessionRouter implements AsyncDisposable {
  readonly #options: SessionRouterOptions;
  readonly #limits: Required<SessionLimits>;
  readonly #clock: RouterClock;
  readonly #sessions = new Map<string, RoutedSession>();
  /** Sessions by caller, including those that are being started. */
  readonly #held = new Map<string, number>();
  readonly #totalRate: ByteRate;
  readonly #total: ItemCounts = { inputs: 0, outputs: 0, inputBytes: 0, outputBytes: 0 };
  readonly #ended: { [how in SessionEnd]: number } = { closed: 0, failed: 0, idle: 0, limit: 0, drained: 0 };
  readonly #refused: { [why in SessionRefusal]: number } = { access: 0, sessions: 0, graph: 0, draining: 0 };
  #starting = 0;
  #started = 0;
  #isDraining = false;
  /** Settles when no session is left. */
  #empty: PromiseWithResolvers<void> | undefined;

  /**
   * Makes a router.
   *
   * @throws {SluiceError} `InvalidConfig` for an unknown option or an invalid limit
   */
  constructor(options: SessionRouterOptions) {
    const attempt = "Cannot make a session router";
    assertKeys(attempt, options, ["transport", "graphs", "admit", "authenticate", "limits", "clock"]);
    const given = options.limits ?? {};
    assertKeys(attempt, given, Object.keys(DEFAULT_LIMITS));
    for (const [key, value] of Object.entries(given)) {
      if (value === undefined || (typeof value === "number" && value > 0)) continue;
      throw new SluiceError("InvalidConfig", `${attempt}: limit "${key}" is ${value}, wanted a number above 0`, {
        key,
      });
    }
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...given };
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#totalRate = new ByteRate(this.#limits.totalBytesPerSecond, () => this.#clock.nowMs());
  }

  /**
   * Authenticates a caller.
   *
   * @param credentials the credentials of a connection
   * @returns the caller's access, valid for as long as the connection
   * @throws {SluiceError} `AccessDenied`
   */
  async authenticate(credentials: Credentials): Promise<CallerAccess> {
    const { authenticate } = this.#options;
    let caller: string | undefined;
    let cause: unknown;
    try {
      caller = authenticate === undefined ? "anonymous" : await authenticate(credentials);
    } catch (error) {
      cause = error;
    }
    if (typeof caller !== "string") {
      const how = credentials.token === undefined && credentials.certificateSubject === undefined
        ? "it shows no token"
        : "what it shows is not accepted";
      throw this.#refuse(
        "access",
        new SluiceError("AccessDenied", `Cannot let the caller in: ${how}`, { key: "token", cause }),
      );
    }
    const { transport } = credentials;
    const name = caller;
    return {
      caller: name,
      graphs: () => Object.keys(this.#options.graphs),
      session: (sessionId) => this.#find(sessionId, name),
      stream: (graph) => this.#start({ caller: name, transport, graph }),
      execute: (graph, input, options) => this.#execute({ caller: name, transport, graph }, input, options),
    };
  }

  /** True if it authenticates callers; otherwise every caller is `anonymous`. */
  get authenticates(): boolean {
    return this.#options.authenticate !== undefined;
  }

  /** Returns the open sessions, for operators of the server. */
  sessions(): SessionFigures[] {
    return [...this.#sessions.values()].map((session) => session.figures());
  }

  /**
   * Returns the runtime of an open session's graph, by the session's number; `undefined` if the graph runs in another
   * process.
   */
  runtimeOf(number: number): Runtime | undefined {
    return this.#sessions.values().find((session) => session.number === number)?.runtime;
  }

  /** Counts since the router was made. */
  figures(): RouterFigures {
    return {
      open: this.#sessions.size,
      started: this.#started,
      ended: { ...this.#ended },
      refused: { ...this.#refused },
      ...this.#total,
    };
  }

  /**
   * Ends the inputs of all sessions, refuses new ones, waits until outputs are read, and closes the remaining sessions.
   *
   * @param timeoutMs the time limit of the wait
   */
  async drain(timeoutMs = 5000): Promise<void> {
    this.#isDraining = true;
    if (this.#sessions.size + this.#starting > 0 && timeoutMs > 0) {
      this.#empty ??= Promise.withResolvers();
      const callOff = this.#clock.after(timeoutMs, this.#empty.resolve);
      for (const session of this.#sessions.values()) void session.endInputs();
      await this.#empty.promise;
      callOff();
    }
    await Promise.all([...this.#sessions.values()].map((session) => session.end("drained")));
  }

  /** Closes all sessions; as `drain(0)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
  }

  async #execute(asked: Asked, input: Iterable<TransportData>, options?: ExecuteOptions): Promise<TransportData[]> {
    const { executeBytes } = this.#limits;
    const items = [...input];
    const bytes = items.reduce((sum, item) => sum + sizeOf(item), 0);
    if (bytes > executeBytes) {
      throw new SluiceError(
        "LimitExceeded",
        `Cannot execute the graph on ${bytes} bytes: at most ${executeBytes} are allowed; use a session`,
        { key: "executeBytes" },
      );
    }
    return await executeOn(await this.#start(asked), items, executeBytes, options);
  }

  async #start({ caller, transport, graph }: Asked): Promise<RoutedSession> {
    this.#assertRoom(caller);
    this.#hold(caller, 1);
    this.#starting++;
    let inner: StreamSession;
    try {
      inner = await this.#options.transport.stream(await this.#resolve(graph, caller));
    } catch (error) {
      this.#hold(caller, -1);
      this.#refused.graph++;
      throw error;
    } finally {
      this.#starting--;
      this.#tellEmpty();
    }
    const rate = new ByteRate(this.#limits.sessionBytesPerSecond, () => this.#clock.nowMs());
    const session = new RoutedSession(inner, {
      clock: this.#clock,
      limits: this.#limits,
      rates: [rate, this.#totalRate],
      total: this.#total,
      labels: { number: ++this.#started, caller, transport, ...(typeof graph === "string" && { graph }) },
      ended: (ended, how) => {
        this.#sessions.delete(ended.sessionId);
        this.#ended[how]++;
        this.#hold(caller, -1);
        this.#tellEmpty();
      },
    });
    this.#sessions.set(session.sessionId, session);
    if (this.#isDraining) {
      await session.end("drained");
      throw this.#refuse("draining", stopping());
    }
    return session;
  }

  #assertRoom(caller: string): void {
    if (this.#isDraining) throw this.#refuse("draining", stopping());
    const { sessions, sessionsPerCaller } = this.#limits;
    const refuse = (key: keyof SessionLimits, found: string) =>
      this.#refuse(
        "sessions",
        new SluiceError("LimitExceeded", `Cannot start a session: ${found}; close one, or wait`, { key }),
      );
    if (this.#sessions.size + this.#starting >= sessions) {
      throw refuse("sessions", `${sessions} are open, the most there may be`);
    }
    if ((this.#held.get(caller) ?? 0) >= sessionsPerCaller) {
      throw refuse("sessionsPerCaller", `"${caller}" has ${sessionsPerCaller} open, the most that one caller may have`);
    }
  }

  /** Returns the graph to run for a client's request. */
  #resolve(graph: PipelineGraph, caller: string): PipelineGraph | Promise<PipelineGraph> {
    const { graphs, admit } = this.#options;
    if (typeof graph === "string") {
      if (Object.hasOwn(graphs, graph)) return graphs[graph];
      const available = Object.keys(graphs);
      throw new SluiceError(
        "InvalidGraph",
        `Cannot run "${graph}": the server offers no such graph${didYouMean(graph, available)}; graphs: ` +
          listNames(available),
        { available },
      );
    }
    if (admit !== undefined) return admit(graph, caller);
    throw new SluiceError(
      "AccessDenied",
      `Cannot run a graph that a client brings along: the server offers ${listNames(Object.keys(graphs))} alone`,
    );
  }

  #find(sessionId: string, caller: string): StreamSession {
    const session = this.#sessions.get(sessionId);
    if (session?.caller === caller) return session;
    throw new SluiceError("SessionNotFound", "Cannot find the session: it was never started, or has ended");
  }

  #hold(caller: string, by: 1 | -1): void {
    const held = (this.#held.get(caller) ?? 0) + by;
    if (held === 0) this.#held.delete(caller);
    else this.#held.set(caller, held);
  }

  #tellEmpty(): void {
    if (this.#sessions.size + this.#starting === 0) this.#empty?.resolve();
  }

  #refuse(why: SessionRefusal, error: SluiceError): SluiceError {
    this.#refused[why]++;
    return error;
  }
}

function stopping(): SluiceError {
  return new SluiceError("Busy", "Cannot start a session: the server stops", { key: "draining" });
}
