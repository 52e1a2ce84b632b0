/**
 * The options of a `SessionRouter`, and the figures of its sessions.
 *
 * @module
 */
import type { GraphFile } from "../graph/schema.ts";
import type { PipelineGraph, PipelineTransport, StreamSession } from "./transport.ts";

/** The credentials of a client. A transport fills in the fields that it knows. */
export interface Credentials {
  /** The client's transport: `http`. */
  readonly transport: string;
  /** The client's address. */
  readonly address?: string;
  /** The token behind `Bearer`. */
  readonly token?: string;
  /** The subject of its certificate, if the transport has checked one. */
  readonly certificateSubject?: string;
}

/** Limits of a router. Absent limits have their defaults. */
export interface SessionLimits {
  /** Sessions at once, of all callers; by default 64. */
  readonly sessions?: number;
  /** Sessions at once of one caller; by default `sessions`. */
  readonly sessionsPerCaller?: number;
  /**
   * Time limit without an item in or out of a session, milliseconds; by default 60,000. The session is then closed.
   */
  readonly idleMs?: number;
  /** The most bytes of one item; by default 16 MiB. A larger input is refused; a larger output ends its session. */
  readonly itemBytes?: number;
  /** The most bytes into one session in its life; by default no limit. A session that exceeds it ends. */
  readonly sessionBytes?: number;
  /** The most bytes a second into one session, on average; by default no limit. Beyond it, `sendInput()` waits. */
  readonly sessionBytesPerSecond?: number;
  /** The most bytes a second into all sessions, on average; by default no limit. Beyond it, `sendInput()` waits. */
  readonly totalBytesPerSecond?: number;
  /** The most bytes of inputs or outputs of `execute()`; by default 64 MiB. */
  readonly executeBytes?: number;
}

/** Options of a {@linkcode SessionRouter}. */
export interface SessionRouterOptions {
  /** The transport that runs the sessions: a `PipelineRunner`, or a client of another server. */
  readonly transport: PipelineTransport;
  /** The graphs that clients may request by name. */
  readonly graphs: { readonly [name: string]: PipelineGraph };
  /**
   * Decides about a graph from a client: returns the graph to run, or throws. Absent: no such graph runs.
   *
   * @param graph the graph from the client, unchecked
   */
  readonly admit?: (graph: GraphFile, caller: string) => PipelineGraph | Promise<PipelineGraph>;
  /** Returns the name of the caller; `undefined` refuses the call. Absent: every caller is `anonymous`. */
  readonly authenticate?: (credentials: Credentials) => string | undefined | Promise<string | undefined>;
  /** Limits of each session and of all. */
  readonly limits?: SessionLimits;
  /** The clock, for tests. */
  readonly clock?: RouterClock;
}

/** The clock of a router. */
export interface RouterClock {
  /** Milliseconds from any start; never goes back. */
  nowMs(): number;
  /** Calls back once, later. @returns a function that cancels the call */
  after(delayMs: number, callback: () => void): () => void;
}

/** The access of an authenticated client: it sees only its own sessions. */
export interface CallerAccess extends PipelineTransport {
  /** The caller's name. */
  readonly caller: string;
  /**
   * Returns a session that the caller has started, by any connection.
   *
   * @throws {SluiceError} `SessionNotFound` if the caller has no session with that id; also once it was closed
   */
  session(sessionId: string): StreamSession;
  /** Returns the names of the graphs that the caller may request. */
  graphs(): string[];
}

/** The figures of one session. */
export interface SessionFigures {
  /** Its id. A caller who knows the id can use the session: show it to nobody else. */
  readonly sessionId: string;
  /** Its number, from 1 in the order of starts, for people. */
  readonly number: number;
  /** The caller that started it. */
  readonly caller: string;
  /** Its transport. */
  readonly transport: string;
  /** The name of its graph; absent for a graph from the client. */
  readonly graph?: string;
  /** The time since its start, milliseconds. */
  readonly openMs: number;
  /** The time since its last item, milliseconds. */
  readonly idleMs: number;
  /** Items in. */
  readonly inputs: number;
  /** Items out. */
  readonly outputs: number;
  /** Bytes in. */
  readonly inputBytes: number;
  /** Bytes out. */
  readonly outputBytes: number;
}

/** Counts since the router was made. */
export interface RouterFigures {
  /** Open sessions. */
  readonly open: number;
  /** Started sessions, including calls of `execute()`. */
  readonly started: number;
  /**
   * Ended sessions, by reason: `closed` by the client or once all was read, `failed`, `idle`, for a `limit`, or
   * `drained`.
   */
  readonly ended: { readonly [how in SessionEnd]: number };
  /** Refused sessions, by reason. */
  readonly refused: { readonly [why in SessionRefusal]: number };
  /** Items in. */
  readonly inputs: number;
  /** Items out. */
  readonly outputs: number;
  /** Bytes in. */
  readonly inputBytes: number;
  /** Bytes out. */
  readonly outputBytes: number;
}

/** The reason for the end of a session. */
export type SessionEnd = "closed" | "failed" | "idle" | "limit" | "drained";

/** The reason for the refusal of a session. */
export type SessionRefusal = "access" | "sessions" | "graph" | "draining";
