/**
 * Reads the binary statistics (`schemas/stats_layout.ts`) without copying: the columns are views of the message.
 *
 * @module
 */
import { GRAPH_STATES, type GraphState } from "./graph.ts";
import {
  STATS_COLUMN_COUNT,
  STATS_HEADER_BYTES,
  STATS_LAYOUT_VERSION,
  STATS_MAGIC,
  STATS_TABLES,
  type StatsColumn,
  type StatsTable,
} from "./stats_layout.ts";

/** One column: a number for each node, link, lane or pool, in the order of the graph's lists. */
export type Column = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

/** The columns of a table, by name. */
export type Columns<T extends StatsTable> = { readonly [C in StatsColumn<T>]: Column };

/** Statistics of one instant. */
export interface StatsFrame {
  readonly subscription: number;
  /** Version of the graph that the indices belong to. */
  readonly version: number;
  /** Count of the server's readings. */
  readonly reading: number;
  /** Messages that were left out before this one, because the connection was slow. */
  readonly missed: number;
  readonly state: GraphState;
  /** Since the start, nanoseconds. */
  readonly elapsedNs: number;
  /** The runtime's clock, nanoseconds. */
  readonly nowNs: number;
  readonly nodes: Columns<"nodes">;
  readonly links: Columns<"links">;
  readonly lanes: Columns<"lanes">;
  readonly pools: Columns<"pools">;
}

/** A message that cannot be read as statistics. */
export class StatsError extends TypeError {}

/** The head of a message. */
export interface StatsHead {
  readonly subscription: number;
  /** Version of the graph that the indices belong to. */
  readonly version: number;
}

/** The lists of a graph, as {@linkcode decodeStats} counts them. */
export type StatsLists = { readonly [T in StatsTable]: { readonly length: number } };

/**
 * Reads the head of a message.
 *
 * @throws {StatsError} if the message does not have this layout
 */
export function readStatsHead(message: ArrayBuffer): StatsHead {
  const view = new DataView(message);
  if (message.byteLength < STATS_HEADER_BYTES + STATS_COLUMN_COUNT || view.getUint32(0, true) !== STATS_MAGIC) {
    throw new StatsError("Cannot read statistics: the message is of another kind");
  }
  const layout = view.getUint16(4, true);
  if (layout !== STATS_LAYOUT_VERSION || view.getUint16(6, true) !== STATS_COLUMN_COUNT) {
    throw new StatsError(
      `Cannot read statistics: layout ${layout}, wanted ${STATS_LAYOUT_VERSION}; client and server differ in version`,
    );
  }
  return { subscription: view.getUint32(8, true), version: view.getUint32(12, true) };
}

/**
 * Reads a message.
 *
 * @param graph of the message's version; its sizes are trusted, not those in the message
 * @throws {StatsError} if the message does not have this layout, or lacks an entry for one of the graph's lists
 */
export function decodeStats(message: ArrayBuffer, graph: StatsLists): StatsFrame {
  const head = readStatsHead(message);
  const view = new DataView(message);
  const u32 = (at: number) => view.getUint32(at, true);
  const widths = new Uint8Array(message, STATS_HEADER_BYTES, STATS_COLUMN_COUNT);
  const counts = { nodes: u32(24), links: u32(28), lanes: u32(32), pools: u32(36) };
  let size = alignUp(STATS_HEADER_BYTES + STATS_COLUMN_COUNT);
  let column = 0;
  for (const table of Object.keys(STATS_TABLES) as StatsTable[]) {
    if (counts[table] !== graph[table].length) {
      throw new StatsError(
        `Cannot read statistics: they are of ${counts[table]} ${table}, the graph has ${graph[table].length}`,
      );
    }
    for (const _ of Object.keys(STATS_TABLES[table])) size = alignUp(size + counts[table] * widths[column++]);
  }
  if (size !== message.byteLength) {
    throw new StatsError(`Cannot read statistics: the message has ${message.byteLength} bytes, wanted ${size}`);
  }
  let at = alignUp(STATS_HEADER_BYTES + STATS_COLUMN_COUNT);
  column = 0;
  function readTable<T extends StatsTable>(table: T): Columns<T> {
    const columns: Record<string, Column> = {};
    for (const [name, kind] of Object.entries(STATS_TABLES[table])) {
      const width = widths[column++];
      columns[name] = viewOf(message, at, counts[table], width, kind === "real");
      at = alignUp(at + counts[table] * width);
    }
    return columns as Columns<T>;
  }
  return {
    ...head,
    reading: u32(16),
    missed: u32(20),
    state: GRAPH_STATES[u32(40)] ?? "failed",
    elapsedNs: view.getFloat64(48, true),
    nowNs: view.getFloat64(56, true),
    nodes: readTable("nodes"),
    links: readTable("links"),
    lanes: readTable("lanes"),
    pools: readTable("pools"),
  };
}

/** Frames that were read from a link: written less dropped and queued. */
export function framesRead({ links }: StatsFrame, link: number): number {
  return links.written[link] - framesDropped(links, link) - links.queued[link];
}

/** Frames that were dropped on a link, for all reasons. */
export function framesDropped(links: Columns<"links">, link: number): number {
  return links.droppedFull[link] + links.droppedSkipped[link] + links.droppedUnlinked[link] +
    links.droppedLaneLost[link];
}

/** The next multiple of 8. */
export function alignUp(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function viewOf(message: ArrayBuffer, at: number, count: number, width: number, real: boolean): Column {
  switch (width) {
    case 0:
      return new Uint8Array(count);
    case 1:
      return new Uint8Array(message, at, count);
    case 2:
      return new Uint16Array(message, at, count);
    case 4:
      return real ? new Float32Array(message, at, count) : new Uint32Array(message, at, count);
    case 8:
      return new Float64Array(message, at, count);
  }
  throw new StatsError(`Cannot read statistics: a column has width ${width}, wanted 0, 1, 2, 4 or 8`);
}
