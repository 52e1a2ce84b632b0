/**
 * Changes what a lane runs, while it runs: makes ready beside what is there, and swaps between two ticks once the
 * control page's epoch says so. What is refused leaves nothing behind.
 *
 * @module
 */
import { CONTROL, PHASE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import { type SerializedError, serializeError, SluiceError } from "../errors.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import { keepSecrets } from "../redaction.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { explain } from "./explain.ts";
import { layDown, setUp, tearDown } from "./faults.ts";
import { attachLink, buildCell, changePorts, detachLink, type LinkSite } from "./lane_builder.ts";
import type { AnnouncedFormat, LaneCommand, LaneEdit, LaneInit, LaneReport, NodePlan, NodeValues } from "./messages.ts";
import type { NodeCell } from "./node_cell.ts";

/** How long a removed node may take to flush, milliseconds. */
const FLUSH_TIMEOUT_MS = 5_000;

/** Time between two looks at whether an asynchronous tick has settled, milliseconds. */
const SETTLE_EVERY_MS = 1;

type Prepare = Extract<LaneCommand, { kind: "prepare" }>;

/** What editing asks of the lane. */
export interface EditedLane extends LinkSite {
  readonly page: ControlPage;
  readonly init: LaneInit;
  /** In the order of the graph: a cell's place is its rank. */
  cells: NodeCell[];
  post(report: LaneReport): void;
  findType(node: NodePlan): Promise<AnyNodeType>;
  openPools(pools: Prepare["pools"]): void;
  /** The cells are others, or in another order. */
  ranksChanged(): void;
  /** Runs what is queued, and looks for edits. */
  wakeUp(): void;
}

/** An edit that waits for its epoch. */
interface PreparedEdit {
  readonly epoch: number;
  readonly edit: LaneEdit;
  readonly cells: Map<NodeId, NodeCell>;
  readonly held: readonly NodeCell[];
}

/** See the module. */
export class LaneEditor {
  readonly #lane: EditedLane;
  #prepared: PreparedEdit | undefined;
  /** Epochs that were given up before they were prepared. */
  #abortedEpoch = -1;

  constructor(lane: EditedLane) {
    this.#lane = lane;
  }

  /** Whether an edit has come into effect: call `apply()` between two ticks. */
  get due(): boolean {
    return this.#prepared !== undefined &&
      Atomics.load(this.#lane.page.u32, CONTROL.epoch >> 2) >= this.#prepared.epoch;
  }

  /** Makes an edit ready, and answers. */
  async prepare(command: Prepare): Promise<void> {
    const { epoch, edit, hold } = command;
    const lane = this.#lane;
    const cells = new Map<NodeId, NodeCell>();
    const held = lane.cells.filter((cell) => hold.includes(cell.id));
    let current: NodeCell | undefined;
    let action = "setup()";
    try {
      lane.openPools(command.pools);
      for (const plan of command.nodes) {
        const restart = edit.insert.find(({ node }) => node === plan.id)?.restart;
        const failed = restart && lane.cells.find((cell) => cell.id === plan.id);
        const state = failed && await layDown(failed, restart === "carries");
        const type = await lane.findType(plan);
        const cell = buildCell(lane, plan, type.descriptor, (await type.load())());
        current = cell;
        cells.set(plan.id, cell);
        cell.setPhase(PHASE.setup);
        await setUp(cell, lane.init.setupTimeoutMs);
        cell.setPhase(PHASE.idle);
        if (state !== undefined) {
          action = "restore()";
          cell.instance.processor.restore?.(state);
          action = "setup()";
        }
      }
      for (const cell of held) cell.held = true;
      await this.#settled(held, epoch);
      for (const { node, replaces } of edit.insert) {
        const old = replaces ? lane.cells.find((cell) => cell.id === node) : undefined;
        // What a failed node still knows may be what made it fail.
        if (old === undefined || old.failed || old.ended) continue;
        current = old;
        action = "snapshot()";
        const state = old.instance.processor.snapshot?.();
        current = cells.get(node)!;
        action = "restore()";
        if (state !== undefined) current.instance.processor.restore?.(state);
      }
      if (this.#abortedEpoch >= epoch) throw new SluiceError("Timeout", "The edit was given up");
      this.#prepared = { epoch, edit, cells, held };
      lane.post({ kind: "prepared", epoch, formats: this.#formats(command, cells) });
    } catch (error) {
      await this.#drop(cells, held);
      const reason = current === undefined ? error : explain(error, current, action);
      lane.post({ kind: "refused", epoch, error: serializeError(reason) });
    }
  }

  /** Drops what was made ready. */
  async abort(epoch: number): Promise<void> {
    this.#abortedEpoch = epoch;
    const prepared = this.#prepared;
    if (prepared?.epoch !== epoch) return;
    this.#prepared = undefined;
    await this.#drop(prepared.cells, prepared.held);
  }

  /** Does what was made ready. Only between two ticks. */
  apply(): void {
    const lane = this.#lane;
    const { epoch, edit, cells, held } = this.#prepared!;
    this.#prepared = undefined;
    const failures: SerializedError[] = [];
    const all = new Map(lane.cells.map((cell) => [cell.id, cell]));
    for (const end of edit.detach) detachLink(lane, all, end);
    for (const id of edit.remove) {
      const cell = all.get(id)!;
      all.delete(id);
      void this.#retire(cell, true);
    }
    for (const { node, replaces } of edit.insert) {
      const cell = cells.get(node)!;
      const old = replaces ? all.get(node) : undefined;
      if (old !== undefined) {
        moveLinks(lane, old, cell);
        if (old.failed && old.bypassed) cell.bypass(true);
        void this.#retire(old, false);
      }
      cell.idlesUnfed = true;
      all.set(node, cell);
    }
    for (const { node, elements } of edit.ports) changePorts(lane, all.get(node)!, elements);
    for (const end of edit.attach) attachLink(lane, all, end);
    for (const { node, on } of edit.bypass) all.get(node)!.bypass(on);
    for (const { node, ...change } of edit.configure) {
      try {
        reconfigure(all.get(node)!, change);
      } catch (error) {
        failures.push(serializeError(explain(error, all.get(node)!, "configChanged()")));
      }
    }
    for (const { node } of edit.ports) {
      const { instance, context } = all.get(node)!;
      try {
        instance.processor.portsChanged?.(context);
      } catch (error) {
        failures.push(serializeError(explain(error, all.get(node)!, "portsChanged()")));
      }
    }
    const order = edit.order ?? [...all.keys()];
    lane.cells = order.map((id) => all.get(id)!);
    for (const cell of held) cell.held = false;
    for (const cell of lane.cells) cell.seal();
    lane.ranksChanged();
    for (const cell of lane.cells) cell.notify();
    lane.post({ kind: "applied", epoch, failures });
  }

  /** Waits until no node of these has an asynchronous tick under way. Those that a device drives are told to end. */
  async #settled(cells: readonly NodeCell[], epoch: number): Promise<void> {
    const pending = () => cells.some((cell) => cell.pending && cell.mode !== "external");
    while (pending() && this.#abortedEpoch < epoch) await sleep(SETTLE_EVERY_MS);
  }

  #formats(command: Prepare, cells: ReadonlyMap<NodeId, NodeCell>): AnnouncedFormat[] {
    const formats: AnnouncedFormat[] = [];
    const note = (node: NodeId, port: string, format: FrameFormat | undefined) => {
      if (format !== undefined) formats.push({ node, port, format });
    };
    for (const cell of cells.values()) {
      for (const output of cell.outputs) note(cell.id, output.name, output.format);
    }
    for (const { node, port } of command.inspect) {
      const cell = this.#lane.cells.find((each) => each.id === node);
      if (cell === undefined || cells.has(node)) continue;
      note(node, port, [...cell.outputs, ...cell.inputs].find((each) => each.name === port)?.format);
    }
    return formats;
  }

  async #drop(cells: ReadonlyMap<NodeId, NodeCell>, held: readonly NodeCell[]): Promise<void> {
    for (const cell of held) {
      cell.held = false;
      cell.wake();
    }
    for (const cell of cells.values()) {
      cell.retired = true;
      cell.abort("the edit was given up");
      await tearDown(cell);
    }
    this.#lane.wakeUp();
  }

  /** Brings a node that has lost its links to its end. */
  async #retire(cell: NodeCell, flushes: boolean): Promise<void> {
    cell.retired = true;
    if (cell.mode === "external") cell.abort("the node was removed");
    const { driver } = this.#lane;
    const untilNs = driver.nowNs() + FLUSH_TIMEOUT_MS * 1e6;
    while (cell.pending && driver.nowNs() < untilNs) await sleep(SETTLE_EVERY_MS);
    try {
      const { processor } = cell.instance;
      for (let more = flushes && !cell.ended; more && driver.nowNs() < untilNs;) {
        more = await processor.flush?.(cell.context) === true;
        cell.settle();
      }
    } catch (error) {
      cell.context.log.error(explain(error, cell, "flush()").message);
    }
    cell.ended = true;
    await tearDown(cell);
    cell.publish();
    if (flushes) this.#lane.post({ kind: "removed", node: cell.id });
  }
}

/** Gives a node live configuration values. */
export function reconfigure(cell: NodeCell, { values, secrets }: NodeValues): void {
  keepSecrets(secrets);
  cell.instance.configure(values);
  for (const key of Object.keys(values)) cell.instance.processor.configChanged?.(key);
}

function moveLinks(lane: EditedLane, from: NodeCell, to: NodeCell): void {
  for (const input of from.inputs) {
    const { link } = input;
    if (link === undefined) continue;
    input.detach();
    link.reader = to;
    if (link.plan.ring !== undefined) lane.wakeables[link.plan.readerBit] = to;
    to.inputs.find(({ name }) => name === input.name)!.attach(link);
  }
  for (const output of from.outputs) {
    for (const link of [...output.links]) {
      output.detach(link.plan.index);
      link.writer = to;
      if (link.plan.ring !== undefined) lane.wakeables[link.plan.writerBit] = to;
      to.outputs.find(({ name }) => name === output.name)!.attach(link);
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
