/**
 * The control arena: one record for each lane, link and node, in memory that every lane and the control isolate
 * share. Each field has one writer (see `crates/abi`), so plain stores are enough but for the words that lanes race
 * on (bell, sleeping, inbox, link state), which go through `Atomics`. Reading figures asks no lane and waits for none.
 *
 * @module
 */
import { SluiceError } from "./errors.ts";
import { ABI_VERSION, CONTROL, LANE, LINK, LINK_STATE, NODE } from "../ffi/layout.gen.ts";
import { index32 } from "./element_index.ts";

// Constants of this module: the engine looks an imported one up at each use.
const LANE_BYTES = LANE.size;
const LINK_BYTES = LINK.size;
const NODE_BYTES = NODE.size;
const LINK_STATE_AT = LINK.state;
const LANE_STATE_AT = LANE.state;
const INBOX = LANE.inbox;
const SUMMARY = LANE.inboxSummary;
const SUMMARY_WORDS = LANE.summaryWords;

/**
 * Words of a node's record that count over its life, for {@linkcode ControlPage.copyCounts}; the others describe its
 * current activity.
 */
const COUNTS = [[NODE.ticks >> 2, NODE.phase >> 2], [NODE.framesIn >> 2, NODE.figures >> 2]] as const;

/** States of a lane: values of `LANE.state`, written by the lane. */
export const LANE_STATE = {
  /** The lane has not run a node yet. */
  starting: 0,
  /** The lane runs nodes. */
  running: 1,
  /** The lane has nothing to do until another lane acts. */
  quiet: 2,
  /** The lane has nothing to do until a time, a promise or an event outside the graph. */
  waiting: 3,
} as const;

/** The number of records in a control arena. */
export interface ControlSizes {
  readonly lanes: number;
  readonly links: number;
  readonly nodes: number;
}

/** Returns the bytes of a control arena. */
export function controlBytes(sizes: ControlSizes): number {
  return CONTROL.size + sizes.lanes * LANE.size + sizes.links * LINK.size + sizes.nodes * NODE.size;
}

/** Typed access to a control arena. Every index below counts from 0. */
export class ControlPage {
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly #lanes: number;
  readonly #laneCount: number;
  readonly #links: number;
  readonly #nodes: number;

  /** @param buffer a control arena that {@linkcode ControlPage.format} has formatted */
  constructor(buffer: ArrayBuffer | SharedArrayBuffer) {
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    if (this.u32[CONTROL.magic >> 2] !== CONTROL.magicValue) throw new TypeError("Not a control arena");
    this.#lanes = this.u32[CONTROL.lanesOffset >> 2];
    this.#laneCount = this.u32[CONTROL.laneCount >> 2];
    this.#links = this.u32[CONTROL.linksOffset >> 2];
    this.#nodes = this.u32[CONTROL.nodesOffset >> 2];
  }

  /** Writes the header into zeroed memory of at least {@linkcode controlBytes}. */
  static format(buffer: ArrayBuffer | SharedArrayBuffer, sizes: ControlSizes): ControlPage {
    const u32 = new Uint32Array(buffer);
    const links = CONTROL.size + sizes.lanes * LANE.size;
    u32[CONTROL.abiVersion >> 2] = ABI_VERSION;
    u32[CONTROL.lanesOffset >> 2] = CONTROL.size;
    u32[CONTROL.laneCount >> 2] = sizes.lanes;
    u32[CONTROL.linksOffset >> 2] = links;
    u32[CONTROL.linkCount >> 2] = sizes.links;
    u32[CONTROL.nodesOffset >> 2] = links + sizes.links * LINK.size;
    u32[CONTROL.nodeCount >> 2] = sizes.nodes;
    u32[CONTROL.magic >> 2] = CONTROL.magicValue;
    return new ControlPage(buffer);
  }

  /**
   * Copies the current figures into memory of their own.
   *
   * @param records how many nodes and links are in use: the copy has room for no others
   */
  copy({ nodes, links }: { readonly nodes: number; readonly links: number }): ControlPage {
    const sizes = { lanes: this.#laneCount, links, nodes };
    const page = ControlPage.format(new ArrayBuffer(controlBytes(sizes)), sizes);
    const take = (to: number, from: number, bytes: number) =>
      page.u32.set(this.u32.subarray(index32(from), index32(from + bytes)), index32(to));
    take(page.#lanes, this.#lanes, sizes.lanes * LANE.size);
    take(page.#links, this.#links, links * LINK.size);
    take(page.#nodes, this.#nodes, nodes * NODE.size);
    return page;
  }

  /** Byte offset of a lane's record. */
  laneOffset(lane: number): number {
    return this.#lanes + lane * LANE_BYTES;
  }

  /** Byte offset of a link's record. */
  linkOffset(link: number): number {
    return this.#links + link * LINK_BYTES;
  }

  /** Byte offset of a node's record. */
  nodeOffset(node: number): number {
    return this.#nodes + node * NODE_BYTES;
  }

  /** Fills a record with zeros. Nobody may be using the record. */
  clear(offset: number, size: number): void {
    this.u32.fill(0, index32(offset), index32(offset + size));
  }

  /** Copies a node's counts, but not its current activity, to another record. @param from index of the old record */
  copyCounts(from: number, to: number): void {
    const [source, target] = [from, to].map((node) => index32(this.nodeOffset(node)));
    for (const [begin, end] of COUNTS) this.u32.copyWithin(target + begin, source + begin, source + end);
  }

  /** @throws {SluiceError} `Busy` if the page has fewer records */
  assertRoom(wanted: { readonly nodes: number; readonly links: number }): void {
    for (const kind of ["nodes", "links"] as const) {
      const room = this.u32[index32(kind === "nodes" ? CONTROL.nodeCount : CONTROL.linkCount)];
      if (wanted[kind] <= room) continue;
      throw new SluiceError(
        "Busy",
        `Cannot edit the graph: it would need ${wanted[kind]} records of ${kind}, and was started with room for ` +
          `${room}; start it anew`,
      );
    }
  }

  /** Reads a lane's bell: read it before looking for work and pass it to `park()`, so that no ring is missed. */
  bell(lane: number): number {
    return Atomics.load(this.i32, index32(this.laneOffset(lane) + LANE.bell));
  }

  /**
   * Clears a lane's inbox. Only the lane itself calls it.
   *
   * @param take is called with each bit that was set
   */
  drainInbox(lane: number, take: (bit: number) => void): void {
    const base = this.laneOffset(lane);
    for (let s = 0; s < SUMMARY_WORDS; s++) {
      const summaryAt = index32(base + SUMMARY + s * 4);
      if (Atomics.load(this.i32, summaryAt) === 0) continue;
      let summary = Atomics.exchange(this.i32, summaryAt, 0);
      while (summary !== 0) {
        const word = 31 - Math.clz32(summary & -summary);
        summary &= summary - 1;
        let bits = Atomics.exchange(this.i32, index32(base + INBOX + (s * 32 + word) * 4), 0);
        while (bits !== 0) {
          const bit = 31 - Math.clz32(bits & -bits);
          bits &= bits - 1;
          take((s * 32 + word) * 32 + bit);
        }
      }
    }
  }

  /**
   * Makes a lane end its round with the running tick. Call after setting the inbox bit of a command, if there is one.
   */
  callAttention(lane: number): void {
    Atomics.store(this.i32, index32(this.laneOffset(lane) + LANE.attention), 1);
  }

  /** Publishes how many commands were sent to a lane's thread. Call before setting the inbox bit of the last one. */
  tellCommands(lane: number, count: number): void {
    Atomics.store(this.u32, index32(this.laneOffset(lane) + LANE.commands), count);
  }

  /**
   * Returns how many commands to a lane's thread are under way. @param received the number that the thread has received
   */
  commandsUnderWay(lane: number, received: number): number {
    return (Atomics.load(this.u32, index32(this.laneOffset(lane) + LANE.commands)) - received) | 0;
  }

  /** Returns how many lanes have a state: a value of {@linkcode LANE_STATE}. */
  lanesIn(state: number): number {
    let count = 0;
    for (let lane = 0; lane < this.#laneCount; lane++) {
      if (this.u32[index32(this.laneOffset(lane) + LANE_STATE_AT)] === state) count++;
    }
    return count;
  }

  /** True if no bit of a lane's inbox is set. */
  inboxEmpty(lane: number): boolean {
    const at = index32(this.laneOffset(lane) + SUMMARY);
    for (let s = 0; s < SUMMARY_WORDS; s++) {
      if (Atomics.load(this.i32, at + s) !== 0) return false;
    }
    return true;
  }

  /** Marks a link as ended. Sticky; the writer calls it after its last write. */
  setEos(link: number): void {
    Atomics.or(this.i32, index32(this.linkOffset(link) + LINK_STATE_AT), LINK_STATE.eos);
  }

  /** Marks a link as closed by its reader, which reads no more frames from it. */
  setClosed(link: number): void {
    Atomics.or(this.i32, index32(this.linkOffset(link) + LINK_STATE_AT), LINK_STATE.closed);
  }

  /** True if a link's reader has ended. */
  isClosed(link: number): boolean {
    return (Atomics.load(this.i32, index32(this.linkOffset(link) + LINK_STATE_AT)) & LINK_STATE.closed) !== 0;
  }

  /** True if a link's writer has ended. */
  isEos(link: number): boolean {
    return (Atomics.load(this.i32, index32(this.linkOffset(link) + LINK_STATE_AT)) & LINK_STATE.eos) !== 0;
  }
}
