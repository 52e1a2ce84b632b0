/**
 * The shape of a processor class, and what the runtime hands to its methods.
 *
 * @module
 */

/** A node's own log: each line carries the node's id. */
export interface NodeLog {
  /** For each step, for a user who follows one node. */
  trace(message: string, fields?: Record<string, unknown>): void;
  /** For details that help to find a mistake. */
  debug(message: string, fields?: Record<string, unknown>): void;
  /** For normal events worth knowing. */
  info(message: string, fields?: Record<string, unknown>): void;
  /** For a fault after which the node goes on. */
  warn(message: string, fields?: Record<string, unknown>): void;
  /** For a loss. */
  error(message: string, fields?: Record<string, unknown>): void;
}

/** The runtime's side of a processor. Every call gets the same object. */
export interface ProcessorContext {
  /** The node's id in its graph. */
  readonly nodeId: string;
  /** `live`: pace sources by the clock. `offline`: as fast as back-pressure lets them. */
  readonly mode: "live" | "offline";
  /** The node's own log. */
  readonly log: NodeLog;
  /** Aborts when the node must end without draining. */
  readonly signal: AbortSignal;
  /**
   * The files that nodes of this process, in all graphs and runs, have recorded to their end: no node may overwrite
   * them.
   */
  readonly recorded: {
    /** True if the path, from the working directory, is one of these files. */
    has(path: string): boolean;
    /** Adds a file that this node has completed. */
    add(path: string): void;
  };
  /** Nanoseconds since the runtime's epoch. */
  nowNs(): number;
  /**
   * For `loop` nodes: delays the next tick until this time of {@linkcode nowNs}. Holds for one tick.
   *
   * @throws {TypeError} for NaN
   */
  waitUntilNs(timeNs: number): void;
  /**
   * Ends the node: `flush()` and the end of stream follow. Later frames to the node are dropped; nodes before it that
   * write to no other node end, too, up to the sources.
   */
  finish(): void;
  /**
   * Reports the progress of a node whose output will be complete, for display in a front end.
   *
   * @param doneNs the media time so far
   * @param totalNs the media time at the end, if known
   */
  progress(doneNs: number, totalNs?: number): void;
  /**
   * Reports figures of the node, such as a level, for display: `{ peakDb: -6.2 }`. They replace the figures reported
   * before. Only the newest travel, about ten times a second. Never waits.
   *
   * @param figures at most 256, with names of at most 64 characters; finite numbers, with the unit in the name
   * @throws {TypeError} for a value that is not a finite number
   * @throws {RangeError} for too many figures, or a name that is empty or too long
   */
  report(figures: { readonly [name: string]: number }): void;
  /**
   * Publishes an event of kind `custom` on the runtime's event bus, topic `node:{id}`. Never waits: a lane publishes at
   * most 1,000 a second; an `overflow` event of the lane counts the rest.
   *
   * @param name 1 to 64 characters
   * @param data a value with a JSON form of at most 65,536 characters
   * @throws {TypeError} for data without a JSON form
   * @throws {RangeError} for a name or data that is too long
   */
  emit(name: string, data?: unknown): void;
}

/** The methods of a processor. Only `process()` is required. */
export interface Processor {
  /** Opens files and devices, announces formats. Called once, before any tick; no frames may be written. */
  setup?(context: ProcessorContext): void | Promise<void>;
  /** Runs one tick. */
  process(context: ProcessorContext): void | Promise<void>;
  /**
   * Writes the rest, such as a reverb's tail, after the last frame of every input was read or after `finish()`. Also
   * called when an edit removes the node, or replaces it by a node that takes over no state: frames written then are
   * dropped.
   *
   * @returns `true` to be called again once the outputs have room
   */
  flush?(context: ProcessorContext): boolean | void | Promise<boolean | void>;
  /**
   * Returns the state that a replacing node needs to go on, with data that was read but not yet written:
   * structured-cloneable. Frames kept by `retain()` do not go along. Called between two ticks.
   */
  snapshot?(): unknown;
  /**
   * Takes over the state of a replaced node. Called after `setup()`.
   *
   * @param state the result of the old node's `snapshot()`, perhaps of another type: check it; a throw refuses the edit
   */
  restore?(state: unknown): void;
  /** Reacts to a new value of a live configuration key, already assigned to its field. */
  configChanged?(key: string): void;
  /**
   * Reacts to ports added to or removed from a dynamic port, whose field holds the new elements. Called between two
   * ticks; for an added element before it has a link.
   */
  portsChanged?(context: ProcessorContext): void;
  /**
   * Closes the resources that `setup()` opened. Always called once if `setup()` was called, also after a failure.
   *
   * @param context as elsewhere; `context.signal.aborted` is true if the node did not end by itself
   */
  teardown?(context: ProcessorContext): void | Promise<void>;
}
