/**
 * The shape of a processor class, and what the runtime hands to its methods.
 *
 * @module
 */

/** A node's own log: each line carries the node's id. */
export interface NodeLog {
  /** Every step, for whoever follows one node. */
  trace(message: string, fields?: Record<string, unknown>): void;
  /** For whoever looks for a mistake. */
  debug(message: string, fields?: Record<string, unknown>): void;
  /** Worth knowing. */
  info(message: string, fields?: Record<string, unknown>): void;
  /** Not as it should be; the node goes on. */
  warn(message: string, fields?: Record<string, unknown>): void;
  /** Something was lost. */
  error(message: string, fields?: Record<string, unknown>): void;
}

/** What the runtime tells a processor. The same object is passed on every call. */
export interface ProcessorContext {
  /** The node's id in its graph. */
  readonly nodeId: string;
  /** `live`: pace sources by the clock. `offline`: as fast as back-pressure lets them. */
  readonly mode: "live" | "offline";
  /** The node's own log. */
  readonly log: NodeLog;
  /** Aborts when the node must end without draining. */
  readonly signal: AbortSignal;
  /** The files that nodes of this process have recorded to their end, of all graphs and runs: not to be overwritten. */
  readonly recorded: {
    /** Whether the path, from the working directory, is one of them. */
    has(path: string): boolean;
    /** Adds a file that this node has completed. */
    add(path: string): void;
  };
  /** Nanoseconds since the runtime's epoch. */
  nowNs(): number;
  /**
   * For `loop` nodes: not again before this time of {@linkcode nowNs}. Holds for one tick.
   *
   * @throws {TypeError} for NaN
   */
  waitUntilNs(timeNs: number): void;
  /**
   * Ends the node: `flush()` and the end of stream follow. What still comes to it is dropped, and what nobody else reads
   * ends, too, up to the sources.
   */
  finish(): void;
  /**
   * Reports that what this node makes will be complete, so that a front end can show progress.
   *
   * @param doneNs media time so far
   * @param totalNs media time at the end, if known
   */
  progress(doneNs: number, totalNs?: number): void;
  /**
   * Reports figures of this node's own, such as a level, for people who watch it: `{ peakDb: -6.2 }`. They take the
   * place of those reported before; only the newest travel, about ten times a second, and a call never waits.
   *
   * @param figures at most 256, by names of at most 64 characters; finite numbers, with the unit in the name
   * @throws {TypeError} for a value that is no finite number
   * @throws {RangeError} for too many figures, or a name that is empty or too long
   */
  report(figures: { readonly [name: string]: number }): void;
  /**
   * Publishes an event of kind `custom` on the runtime's event bus, topic `node:{id}`. Never waits: of more than 1,000
   * a second from one lane the rest is left out, and counted by an `overflow` event of the lane.
   *
   * @param name 1 to 64 characters
   * @param data what JSON can say, at most 65,536 characters of it
   * @throws {TypeError} for data that has no JSON
   * @throws {RangeError} for a name or data that is too long
   */
  emit(name: string, data?: unknown): void;
}

/** The methods that a processor may have. Only `process()` must be there. */
export interface Processor {
  /** Opens files and devices, announces formats. Called once, before any tick; no frames may be written. */
  setup?(context: ProcessorContext): void | Promise<void>;
  /** One tick. */
  process(context: ProcessorContext): void | Promise<void>;
  /**
   * After the last frame of every input was read, or after `finish()`: writes what is left, such as a reverb's tail.
   * Also when an edit removes the node, and when another one takes its place that takes over no state of it: what is
   * written then goes nowhere.
   *
   * @returns `true` to be called again once the outputs have room
   */
  flush?(context: ProcessorContext): boolean | void | Promise<boolean | void>;
  /**
   * What the node that takes this one's place needs to go on, with what was read and is still to be written:
   * structured-cloneable. Frames that are kept by `retain()` do not go along. The node is between two ticks.
   */
  snapshot?(): unknown;
  /**
   * Called after `setup()` on a node that takes another one's place.
   *
   * @param state what that one's `snapshot()` gave, perhaps that of another type: check it; a throw refuses the edit
   */
  restore?(state: unknown): void;
  /** A live configuration key has a new value, already assigned to its field. */
  configChanged?(key: string): void;
  /**
   * Ports were added to or removed from a dynamic port, and its field holds the new elements. Called
   * between two ticks, for an added element before it has a link.
   */
  portsChanged?(context: ProcessorContext): void;
  /**
   * Closes what `setup()` opened. Always called once if `setup()` was called, also after a failure.
   *
   * @param context as elsewhere; `context.signal.aborted` tells that the node did not end by itself
   */
  teardown?(context: ProcessorContext): void | Promise<void>;
}
