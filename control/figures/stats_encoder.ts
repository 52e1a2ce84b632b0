/**
 * Writes the binary statistics (`schemas/stats_layout.ts`) directly from the control page. Each reading allocates one
 * buffer of the message's size; the scratch columns are reused.
 *
 * @module
 */
import { type ControlPage, LANE_STATE } from "../../core/control_page.ts";
import { readLinkCounts } from "../../core/links/link_counts.ts";
import type { NodeId } from "../../core/ids.ts";
import type { RuntimeView } from "../../core/runtime_view.ts";
import { BLOCKED, LANE, LINK, NODE, PHASE } from "../../ffi/layout.gen.ts";
import { index32, index64 } from "../../core/element_index.ts";
import { BusyTime } from "./busy_time.ts";
import { readBuckets } from "./histogram_quantiles.ts";
import { RecentHistogram } from "./recent_histogram.ts";
import { GRAPH_STATES, NODE_STATES } from "../schemas/graph.ts";
import {
  LANE_STATES,
  STATS_COLUMN_COUNT,
  STATS_HEADER_BYTES,
  STATS_LAYOUT_VERSION,
  STATS_MAGIC,
  STATS_TABLES,
  type StatsColumn,
  type StatsTable,
} from "../schemas/stats_layout.ts";
import { alignUp } from "../schemas/stats_frame.ts";

type Scratch<T extends StatsTable> = { readonly [C in StatsColumn<T>]: Float64Array };

/** Time between two readings of a node's histograms, nanoseconds: they change slowly, and cost most. */
const LOOK_EVERY_NS = 0.9e9;

/** What is remembered of a node between readings. */
class NodeMemory {
  readonly tick: RecentHistogram = new RecentHistogram();
  readonly age: RecentHistogram = new RecentHistogram();
  readonly busy: BusyTime = new BusyTime();
  lookedAtNs = -Infinity;
  /** The call that the node was in at the last reading, and since when, nanoseconds. */
  phase = -1;
  ticks = -1;
  calls = -1;
  callSinceNs = 0;
}

/** What a lane is running. */
interface Pulse {
  /** Index of the node's record, or -1. */
  readonly node: number;
  readonly calls: number;
  /** When the current round began, on the nodes' clock. A long tick ends the round. */
  readonly sinceNs: number;
  /** The node's counted tick time at that moment, nanoseconds. */
  readonly busyNs: number;
}

/** The most attempts to read what a lane runs, until two in a row agree. */
const STABLE_LOOKS = 4;

export class StatsEncoder {
  #version = -1;
  #nodes: Scratch<"nodes"> = makeScratch("nodes", 0);
  #links: Scratch<"links"> = makeScratch("links", 0);
  #lanes: Scratch<"lanes"> = makeScratch("lanes", 0);
  #pools: Scratch<"pools"> = makeScratch("pools", 0);
  /** By id, since a node persists while the graph changes around it. */
  #memories = new Map<NodeId, NodeMemory>();
  /** Position in the lists by index in the control page. */
  #linkAt = new Map<number, number>();
  #nodeAt = new Map<number, number>();
  #reading = 0;

  /** Reads everything once. `subscription` and `missed` are left 0: see {@linkcode address}. */
  encode(view: RuntimeView): Uint8Array<ArrayBuffer> {
    const poolStats = view.session?.pools() ?? [];
    this.#resize(view, poolStats.length);
    if (view.session !== undefined) {
      this.#readNodes(view);
      this.#readLinks(view);
      this.#readLanes(view);
      for (const [k, { free, exhausted, quarantined }] of poolStats.entries()) {
        this.#pools.free[k] = free;
        this.#pools.exhausted[k] = exhausted;
        this.#pools.quarantined[k] = quarantined;
      }
    }
    return this.#write(view);
  }

  #resize({ version, nodes, links, session }: RuntimeView, pools: number): void {
    if (version === this.#version) return;
    this.#version = version;
    this.#nodes = makeScratch("nodes", nodes.length);
    this.#links = makeScratch("links", links.length);
    this.#lanes = makeScratch("lanes", session?.lanes.length ?? 0);
    this.#pools = makeScratch("pools", pools);
    this.#memories = new Map(nodes.map(({ id }) => [id, this.#memories.get(id) ?? new NodeMemory()]));
    for (const [k, { tick, age }] of [...this.#memories.values()].entries()) {
      readBuckets(tick.window, this.#nodes.tickP50, this.#nodes.tickP99, k);
      readBuckets(age.window, this.#nodes.ageP50, this.#nodes.ageP99, k);
    }
    this.#linkAt = new Map(links.map(({ index }, k) => [index, k]));
    this.#nodeAt = new Map(nodes.map(({ index }, k) => [index, k]));
  }

  #readNodes({ nodes, session, nowNs }: RuntimeView): void {
    const { page, nodeStates, lanes, nodesNowNs } = session!;
    const { f64, u32 } = page;
    const into = this.#nodes;
    // The lane's record says whose tick it runs; the node's own record says what else the node does.
    const running = new Map<number, Pulse>();
    for (const { index } of lanes) {
      const pulse = readPulse(page, index);
      if (pulse.node >= 0) running.set(pulse.node, pulse);
    }
    for (let k = 0; k < nodes.length; k++) {
      const { id, index } = nodes[k];
      const at = page.nodeOffset(index);
      const at64 = index64(at);
      const at32 = index32(at);
      const ticks = f64[at64 + (NODE.ticks >> 3)];
      const own = u32[at32 + (NODE.phase >> 2)];
      const pulse = running.get(index);
      const phase = own === PHASE.idle && pulse !== undefined ? PHASE.process : own;
      const inCall = phase === PHASE.process || phase === PHASE.setup || phase === PHASE.flush;
      const memory = this.#memories.get(id)!;
      const calls = pulse?.calls ?? -1;
      if (ticks !== memory.ticks || phase !== memory.phase || calls !== memory.calls || !inCall) {
        memory.ticks = ticks;
        memory.phase = phase;
        memory.calls = calls;
        memory.callSinceNs = nowNs;
      }
      // The runtime has watched even while no client followed.
      const activity = inCall ? session!.activity(nodes[k]) : undefined;
      const stuckMs = activity?.kind === "stuck" ? activity.forMs : 0;
      into.inCallMs[k] = Math.max(stuckMs, (nowNs - memory.callSinceNs) / 1e6);
      // Spreads the histograms over several readings, unless readings are rare.
      const sinceLookNs = nowNs - memory.lookedAtNs;
      if (sinceLookNs >= LOOK_EVERY_NS && ((k & 3) === (this.#reading & 3) || sinceLookNs > 2 * LOOK_EVERY_NS)) {
        memory.lookedAtNs = nowNs;
        if (memory.tick.look(f64, at64 + index64(NODE.tickHistogram), nowNs)) {
          readBuckets(memory.tick.window, into.tickP50, into.tickP99, k);
        }
        if (memory.age.look(f64, at64 + index64(NODE.ageHistogram), nowNs)) {
          readBuckets(memory.age.window, into.ageP50, into.ageP99, k);
        }
      }
      const inTick = phase === PHASE.process && pulse !== undefined;
      const underWayNs = inTick ? Math.max(0, nodesNowNs - pulse.sinceNs) : 0;
      into.busyUs[k] = memory.busy.read(pulse?.busyNs ?? f64[at64 + index64(NODE.busyNs)], underWayNs) / 1e3;
      into.ticks[k] = ticks;
      into.maxTickNs[k] = f64[at64 + (NODE.maxTickNs >> 3)];
      into.errors[k] = f64[at64 + (NODE.errors >> 3)];
      into.restarts[k] = f64[at64 + (NODE.restarts >> 3)];
      into.state[k] = NODE_STATES.indexOf(nodeStates.get(id) ?? "new");
      into.phase[k] = phase;
      const blocked = u32[at32 + (NODE.blockedKind >> 2)];
      const on = u32[at32 + (NODE.blockedId >> 2)];
      into.blocked[k] = blocked;
      into.blockedOn[k] = blocked === BLOCKED.link
        ? (this.#linkAt.get(on) ?? -1) + 1
        : blocked === BLOCKED.pool
        ? on + 1
        : 0;
    }
  }

  #readLinks({ links, session }: RuntimeView): void {
    const { page, nodesNowNs } = session!;
    const { f64, u32 } = page;
    const into = this.#links;
    for (let k = 0; k < links.length; k++) {
      const at = page.linkOffset(links[k].index);
      const at64 = index64(at);
      const { written, full, skipped, unlinked, laneLost, queued } = readLinkCounts(page, links[k].index);
      into.written[k] = written;
      into.droppedFull[k] = full;
      into.droppedSkipped[k] = skipped;
      into.droppedUnlinked[k] = unlinked;
      into.droppedLaneLost[k] = laneLost;
      into.queued[k] = queued;
      into.highWater[k] = f64[at64 + (LINK.highWater >> 3)];
      into.ageNs[k] = written === 0 ? 0 : Math.max(0, nodesNowNs - f64[at64 + (LINK.newestIngressNs >> 3)]);
      into.state[k] = u32[(index32(at)) + (LINK.state >> 2)];
    }
  }

  #readLanes({ session, nowNs }: RuntimeView): void {
    const { page, lanes } = session!;
    const into = this.#lanes;
    for (const [k, { index }] of lanes.entries()) {
      const at = page.laneOffset(index);
      const u32 = (field: number) => page.u32[index32(at + field)];
      const generation = u32(LANE.generation);
      const dead = generation !== 0 && u32(LANE.deadGeneration) >= generation;
      into.state[k] = dead ? LANE_STATES.indexOf("dead") : Math.min(u32(LANE.state), LANE_STATE.waiting);
      into.rounds[k] = page.f64[index64(at + LANE.rounds)];
      into.parks[k] = page.f64[index64(at + LANE.parks)];
      const heartbeatNs = page.f64[index64(at + LANE.heartbeatNs)];
      into.silentMs[k] = heartbeatNs === 0 ? 0 : Math.max(0, nowNs - heartbeatNs) / 1e6;
      const current = u32(LANE.currentNode);
      into.currentNode[k] = current === 0 ? 0 : (this.#nodeAt.get(current - 1) ?? -1) + 1;
    }
  }

  #write(view: RuntimeView): Uint8Array<ArrayBuffer> {
    const tables = { nodes: this.#nodes, links: this.#links, lanes: this.#lanes, pools: this.#pools };
    const columns = (Object.keys(STATS_TABLES) as StatsTable[]).flatMap((table) =>
      Object.entries(STATS_TABLES[table]).map(([name, kind]) => {
        const values = (tables[table] as Record<string, Float64Array>)[name];
        return { values, kind, width: widthOf(values, kind === "real") };
      })
    );
    let size = alignUp(STATS_HEADER_BYTES + STATS_COLUMN_COUNT);
    for (const { values, width } of columns) size = alignUp(size + values.length * width);
    const bytes = new Uint8Array(size);
    const header = new DataView(bytes.buffer);
    header.setUint32(0, STATS_MAGIC, true);
    header.setUint16(4, STATS_LAYOUT_VERSION, true);
    header.setUint16(6, STATS_COLUMN_COUNT, true);
    header.setUint32(12, view.version, true);
    header.setUint32(16, ++this.#reading, true);
    header.setUint32(24, view.nodes.length, true);
    header.setUint32(28, view.links.length, true);
    header.setUint32(32, this.#lanes.state.length, true);
    header.setUint32(36, this.#pools.free.length, true);
    header.setUint32(40, GRAPH_STATES.indexOf(view.session?.state ?? "building"), true);
    header.setFloat64(48, view.session?.elapsedNs ?? 0, true);
    header.setFloat64(56, view.nowNs, true);
    let at = alignUp(STATS_HEADER_BYTES + STATS_COLUMN_COUNT);
    for (const [k, { values, kind, width }] of columns.entries()) {
      bytes[STATS_HEADER_BYTES + k] = width;
      copyColumn(bytes.buffer, at, values, width, kind === "real");
      at = alignUp(at + values.length * width);
    }
    return bytes;
  }
}

/** A tick that ends meanwhile is either under way or counted, never both or neither. */
function readPulse(page: ControlPage, lane: number): Pulse {
  let pulse = readPulseOnce(page, lane);
  for (let looks = 1; looks < STABLE_LOOKS && pulse.node >= 0; looks++) {
    const again = readPulseOnce(page, lane);
    if (again.node === pulse.node && again.calls === pulse.calls && again.sinceNs === pulse.sinceNs) break;
    pulse = again;
  }
  return pulse;
}

function readPulseOnce(page: ControlPage, lane: number): Pulse {
  const at = page.laneOffset(lane);
  const node = page.u32[index32(at + LANE.currentNode)] - 1;
  const calls = page.u32[index32(at + LANE.calls)];
  const sinceNs = page.f64[index64(at + LANE.heartbeatNs)];
  const busyNs = node < 0 ? 0 : page.f64[index64(page.nodeOffset(node) + NODE.busyNs)];
  return { node, calls, sinceNs, busyNs };
}

/** Copies a message for one subscription. */
export function address(
  message: Uint8Array<ArrayBuffer>,
  subscription: number,
  missed: number,
): Uint8Array<ArrayBuffer> {
  const copy = message.slice();
  const header = new DataView(copy.buffer);
  header.setUint32(8, subscription, true);
  header.setUint32(20, missed, true);
  return copy;
}

function makeScratch<T extends StatsTable>(table: T, count: number): Scratch<T> {
  return Object.fromEntries(
    Object.keys(STATS_TABLES[table]).map((name) => [name, new Float64Array(count)]),
  ) as Scratch<T>;
}

function widthOf(values: Float64Array, real: boolean): number {
  let max = 0;
  for (let k = 0; k < values.length; k++) if (values[k] > max) max = values[k];
  if (max === 0) return 0;
  if (real) return 4;
  if (max < 0x100) return 1;
  if (max < 0x10000) return 2;
  return max < 0x100000000 ? 4 : 8;
}

function copyColumn(buffer: ArrayBuffer, at: number, values: Float64Array, width: number, real: boolean): void {
  const count = values.length;
  if (width === 1) new Uint8Array(buffer, at, count).set(values);
  else if (width === 2) new Uint16Array(buffer, at, count).set(values);
  else if (width === 4 && real) new Float32Array(buffer, at, count).set(values);
  else if (width === 4) new Uint32Array(buffer, at, count).set(values);
  else if (width === 8) new Float64Array(buffer, at, count).set(values);
}
