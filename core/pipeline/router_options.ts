/**
 * What a `SessionRouter` is made with, and what it tells of its sessions.
 *
 * @module
 */
import type { GraphFile } from "../graph/graph_file.ts";
import type { PipelineGraph, PipelineTransport, StreamSession } from "./transport.ts";

/** What a client shows of itself. A transport fills in what it knows. */
export interface Credentials {
  /** Which transport it came by: `http`. */
  readonly transport: string;
  /** Where it calls from. */
  readonly address?: string;
  /** What stood behind `Bearer`. */
  readonly token?: string;
  /** The subject of its certificate, if the transport has checked one. */
  readonly certificateSubject?: string;
}

/** Limits of a router. What is absent is as its default says. */
export interface SessionLimits {
  /** Sessions at once, of all callers; by default 64. */
  readonly sessions?: number;
  /** Sessions at once of one caller; by default `sessions`. */
  readonly sessionsPerCaller?: number;
  /** How long a session may neither take nor give an item, milliseconds; by default 60,000. It is closed then. */
  readonly idleMs?: number;
  /** The most bytes of one item; by default 16 MiB. Larger ones are refused; as an output, one ends its session. */
  readonly itemBytes?: number;
  /** The most bytes that go into one session in its life; by default no limit. More ends it. */
  readonly sessionBytes?: number;
  /** The most bytes a second into one session, on average; by default no limit. Beyond it, `sendInput()` waits. */
  readonly sessionBytesPerSecond?: number;
  /** The most bytes a second into all sessions, on average; by default no limit. Beyond it, `sendInput()` waits. */
  readonly totalBytesPerSecond?: number;
  /** The most bytes that `execute()` takes or gives; by default 64 MiB. */
  readonly executeBytes?: number;
}

/** What a {@linkcode SessionRouter} is made with. */
export interface SessionRouterOptions {
  /** Runs the sessions: a `PipelineRunner`, or a client of another server. */
  readonly transport: PipelineTransport;
  /** The graphs that clients may ask for by name. */
  readonly graphs: { readonly [name: string]: PipelineGraph };
  /**
   * Decides about a graph that a client brings along: gives what is to be run, or throws. Absent: none is run.
   *
   * @param graph what the client sent, checked for nothing
   */
  readonly admit?: (graph: GraphFile, caller: string) => PipelineGraph | Promise<PipelineGraph>;
  /** Tells who calls; `undefined` turns the call away. Absent: everybody is `anonymous`. */
  readonly authenticate?: (credentials: Credentials) => string | undefined | Promise<string | undefined>;
  /** Limits of a session and of all. */
  readonly limits?: SessionLimits;
  /** The time, for tests. */
  readonly clock?: RouterClock;
}

/** The time that a router goes by. */
export interface RouterClock {
  /** Milliseconds from any start; never goes back. */
  nowMs(): number;
  /** Calls back once, later. @returns calls it off */
  after(delayMs: number, callback: () => void): () => void;
}

/** What a client that was let in may do: it sees its own sessions alone. */
export interface CallerAccess extends PipelineTransport {
  /** Who it is. */
  readonly caller: string;
  /**
   * A session that it has started, by whichever connection.
   *
   * @throws {SluiceError} `SessionNotFound` if it has none of that id; also once it was closed
   */
  session(sessionId: string): StreamSession;
  /** The names of the graphs that it may ask for. */
  graphs(): string[];
}

/** One session, as figures. */
export interface SessionFigures {
  /** Its id. Whoever knows it and is the caller can use the session: show it to nobody else. */
  readonly sessionId: string;
  /** Counts the router's sessions from 1 in the order of their starts, for people. */
  readonly number: number;
  /** Who started it. */
  readonly caller: string;
  /** By which transport. */
  readonly transport: string;
  /** Name of its graph; absent for one that the client brought along. */
  readonly graph?: string;
  /** How long it has been open, milliseconds. */
  readonly openMs: number;
  /** Since when it has been idle, milliseconds. */
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
  /** Sessions that are open. */
  readonly open: number;
  /** Sessions that were started, calls of `execute()` among them. */
  readonly started: number;
  /** Those that ended, by how: `closed` by the client or once all was read, `failed`, `idle`, for a `limit`, or `drained`. */
  readonly ended: { readonly [how in SessionEnd]: number };
  /** Those that were turned away, by why. */
  readonly refused: { readonly [why in SessionRefusal]: number };
  /** Items that went in. */
  readonly inputs: number;
  /** Items that came out. */
  readonly outputs: number;
  /** Bytes that went in. */
  readonly inputBytes: number;
  /** Bytes that came out. */
  readonly outputBytes: number;
}

/** How a session ended. */
export type SessionEnd = "closed" | "failed" | "idle" | "limit" | "drained";

/** Why none was started. */
export type SessionRefusal = "access" | "sessions" | "graph" | "draining";
