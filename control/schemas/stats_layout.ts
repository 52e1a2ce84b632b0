/**
 * The binary message of `stats.subscribe`: one WebSocket message a period, little-endian.
 *
 * | offset | what                                                                                     |
 * | ------ | ---------------------------------------------------------------------------------------- |
 * | 0      | u32 magic, `SLST`                                                                        |
 * | 4      | u16 layout version, u16 number of columns                                                |
 * | 8      | u32 subscription                                                                         |
 * | 12     | u32 version of the graph (`GraphSnapshot.version`): what the indices in columns mean     |
 * | 16     | u32 count of the server's readings                                                       |
 * | 20     | u32 messages that this subscription missed since the one before, because it was slow     |
 * | 24     | u32 nodes, u32 links, u32 lanes, u32 pools: entries of each column of a table            |
 * | 40     | u32 state: index into `GRAPH_STATES`, u32 zero                                           |
 * | 48     | f64 time since the start, nanoseconds                                                    |
 * | 56     | f64 the runtime's clock, which goes on in pauses, nanoseconds                            |
 * | 64     | a byte a column: its width, 0, 1, 2, 4 or 8                                              |
 *
 * The columns follow in the order of {@linkcode STATS_TABLES}, each beginning at a multiple of 8 bytes. A `count` of
 * width 1, 2 or 4 is an unsigned integer, of width 8 an f64; a `real` has width 4, an f32; a `bucket` has width 1.
 * Width 0 means that every entry is 0 and no bytes follow.
 *
 * A `bucket` names a place on a log scale of durations: 0 for "not measured yet", else
 * `2 ** (shift + (bucket - 0.5) / 8)` nanoseconds, with the shift of {@linkcode BUCKET_SHIFTS}.
 *
 * @module
 */

/** First four bytes. */
export const STATS_MAGIC = 0x54534c53;

/** Goes up whenever the layout changes. */
export const STATS_LAYOUT_VERSION = 2;

/** Bytes before the widths. */
export const STATS_HEADER_BYTES = 64;

/** Buckets of an octave. */
export const BUCKETS_PER_OCTAVE = 8;

/** What a column holds. */
export type ColumnKind = "count" | "real" | "bucket";

/** The tables and their columns, in order. */
export const STATS_TABLES = {
  nodes: {
    /** Calls of `process()`. */
    ticks: "count",
    /**
     * Time in `process()`, also in a synchronous call that is not over, microseconds; of short ticks one in 64 is timed
     * and stands for all.
     */
    busyUs: "count",
    /** Longest timed tick, nanoseconds. */
    maxTickNs: "real",
    /** Median time of a tick, over the last 10 s: 0 if none was timed. */
    tickP50: "bucket",
    /** 99th percentile of the time of a tick, over the last 10 s. */
    tickP99: "bucket",
    /** Median age of the frames that it read, over the last 10 s. */
    ageP50: "bucket",
    /** 99th percentile of that age, over the last 10 s. */
    ageP99: "bucket",
    /** Failures. */
    errors: "count",
    /** How often it was restarted. */
    restarts: "count",
    /** Index into `NODE_STATES`. */
    state: "count",
    /** Index into {@linkcode PHASES}. */
    phase: "count",
    /** Index into {@linkcode BLOCKED_ON}: what keeps it from running. */
    blocked: "count",
    /** For `blocked` link or pool: its index, plus 1. */
    blockedOn: "count",
    /**
     * How long it has been in the same call, as seen between readings and, once it is stuck, by the runtime,
     * milliseconds; 0 where the call is another one than at the reading before.
     */
    inCallMs: "count",
  },
  links: {
    /** Frames that were given to it, also those that it dropped. `written = read + dropped + queued`. */
    written: "count",
    /** Dropped because it was full. */
    droppedFull: "count",
    /** Dropped because the reader took a newer one, or ended. */
    droppedSkipped: "count",
    /** Dropped because the link was removed. */
    droppedUnlinked: "count",
    /** Dropped because the lane that had them died. */
    droppedLaneLost: "count",
    /** Frames in it now. */
    queued: "count",
    /** Most frames that were ever queued at once. */
    highWater: "count",
    /** Time since the newest frame that was written entered the graph, without pauses, nanoseconds. */
    ageNs: "real",
    /** Bits: 1 its writer has ended, 2 it is being removed, 4 its reader has ended. */
    state: "count",
  },
  lanes: {
    /** Index into {@linkcode LANE_STATES}. */
    state: "count",
    /** Rounds of its scheduler. */
    rounds: "count",
    /** How often it had nothing to do. */
    parks: "count",
    /** Since its last sign of life, milliseconds: high while it is stuck, or parked. */
    silentMs: "count",
    /** Index of the node that it runs now, plus 1; 0 for none. */
    currentNode: "count",
  },
  pools: {
    /** Free slots, without those that lanes keep at hand. */
    free: "count",
    /** How often a slot was wanted and none was free. */
    exhausted: "count",
    /** Slots set aside because the lane that holds them hangs. */
    quarantined: "count",
  },
} as const satisfies Record<string, Record<string, ColumnKind>>;

/** Name of a table. */
export type StatsTable = keyof typeof STATS_TABLES;

/** Name of a column of a table. */
export type StatsColumn<T extends StatsTable> = keyof typeof STATS_TABLES[T] & string;

/** Where the log scale of a `bucket` column begins: 2^shift nanoseconds. */
export const BUCKET_SHIFTS = { tickP50: 10, tickP99: 10, ageP50: 14, ageP99: 14 } as const;

/** Values of the column `phase`. */
export const PHASES = ["idle", "setup", "process", "await", "flush", "teardown"] as const;

/** Values of the column `blocked`. */
export const BLOCKED_ON = ["nothing", "link", "pool"] as const;

/** Values of the column `state` of lanes. */
export const LANE_STATES = ["starting", "running", "quiet", "waiting", "dead", "fenced"] as const;

/** Columns of all tables. */
export const STATS_COLUMN_COUNT: number = Object.values(STATS_TABLES)
  .reduce((sum, table) => sum + Object.keys(table).length, 0);

/** The duration that a bucket stands for, nanoseconds; 0 for "not measured yet". */
export function bucketNs(bucket: number, shift: number): number {
  return bucket === 0 ? 0 : 2 ** (shift + (bucket - 0.5) / BUCKETS_PER_OCTAVE);
}
