/**
 * What a node under test runs on: a memory of its own, links to and from the test, and a clock that the test moves.
 *
 * @module
 */
import { controlBytes, ControlPage } from "../core/control_page.ts";
import { PortableDriver } from "../core/driver/portable.ts";
import { listNames, SluiceError } from "../core/errors.ts";
import { assertSealed, CheckedLedger } from "../core/frames/checked_frame.ts";
import type { FrameKind } from "../core/frames/format.ts";
import type { ConverterKey } from "../core/ports/accepted.ts";
import type { Frame } from "../core/frames/frame.ts";
import { Ledger } from "../core/memory/ledger.ts";
import { type AnyOutput, copyOf } from "./copies.ts";
import { HarnessInput } from "./input.ts";
import type { HarnessOptions } from "./options.ts";
import { type NodeId, nodeId, nthLinkId, portAddress } from "../core/ids.ts";
import { EventRelay } from "../core/lanes/lane/event_relay.ts";
import { explain } from "../core/lanes/cells/call_outcome.ts";
import type { CellHost, NodeCell } from "../core/lanes/cells/node_cell.ts";
import { linkOptions } from "../core/links/link_options.ts";
import { LocalLink } from "../core/links/local_link.ts";
import { type GraphMode, type LinkOptions, POLICY_FACTS } from "../core/links/policy.ts";
import { CheckedPool } from "../core/memory/checked_pool.ts";
import { Pool } from "../core/memory/pool.ts";
import { createPool } from "../core/memory/pool_layout.ts";
import type { PortDescriptor } from "../core/descriptor/descriptor.ts";
import type { Figures, NodeProgress } from "../core/stats.ts";

/** Slots of the pool of values, and of each other pool: far more than a node under test can have in hand. */
const DATA_SLOTS = 4096;
const SLOTS = 2048;

export class HarnessSite implements CellHost {
  readonly #id: NodeId;
  readonly mode: GraphMode;
  readonly page: ControlPage;
  readonly ledger: Ledger;
  readonly development: boolean;
  readonly singly = true;
  readonly inputs = new Map<string, HarnessInput>();
  readonly outputs = new Map<string, { link: LocalLink; taken: AnyOutput[] }>();
  readonly #driver = new PortableDriver();
  readonly #slotBytes: number;
  readonly #linkOptions: { readonly [port: string]: LinkOptions };
  readonly #pools = new Map<FrameKind, Pool>();
  clockNs = 0;
  queued = false;
  failure: unknown;
  reported: NodeProgress | undefined;
  readonly emitted: { readonly name: string; readonly data: unknown }[] = [];
  readonly #events = new EventRelay((report) => {
    if (report.kind === "emitted") {
      this.emitted.push({ name: report.name, data: report.data });
    }
  }, () => this.clockNs / 1e6);
  figures: Figures | undefined;
  #links = 0;

  /** @param id of the node */
  constructor(id: NodeId, options: HarnessOptions) {
    this.#id = id;
    this.mode = options.mode ?? "offline";
    this.development = options.development ?? true;
    this.ledger = this.development ? new CheckedLedger() : new Ledger();
    this.#slotBytes = options.slotBytes ?? 65_536;
    this.#linkOptions = options.links ?? {};
    const driver = this.#driver;
    const sizes = { lanes: 1, links: 256, nodes: 1 };
    const control = driver.createArena(controlBytes(sizes));
    this.page = ControlPage.format(driver.openArena(control), sizes);
    driver.useControl(control);
  }

  poolOf(kind: FrameKind): Pool {
    const known = this.#pools.get(kind);
    if (known !== undefined) return known;
    const size = kind === "data"
      ? { slotBytes: 1024, slots: DATA_SLOTS }
      : { slotBytes: this.#slotBytes, slots: SLOTS };
    const token = createPool(this.#driver, this.#pools.size, { name: kind, ...size });
    const pool = new (this.development ? CheckedPool : Pool)(this.#driver, token, 0, this.ledger);
    this.#pools.set(kind, pool);
    return pool;
  }

  converters(key: ConverterKey): readonly string[] {
    return key === "channels" ? ["channel-mapper"] : key === "sampleRateHz" ? ["resampler"] : [];
  }

  nowNs(): number {
    return this.clockNs;
  }

  /** A clock that the test does not move. */
  systemNowNs(): number {
    return this.#driver.nowNs();
  }

  endIfGivenUp(): boolean {
    return false;
  }

  stampNs(): number {
    return this.clockNs;
  }

  enqueue(cell: NodeCell): void {
    cell.queued = true;
    this.queued = true;
  }

  progress(_cell: NodeCell, doneNs: number, totalNs?: number): void {
    this.reported = { doneNs, totalNs };
  }

  recorded(): void {}

  report(_cell: NodeCell, figures: Figures): void {
    this.figures = figures;
  }

  emit(cell: NodeCell, name: string, data: unknown): void {
    this.#events.emit(cell, name, data);
  }

  flushWriters(): void {}

  ended(): void {}

  fail(error: unknown, cell: NodeCell, action: string): void {
    this.failure = explain(error, cell, action);
  }

  /** The link into an input, made if the input has none yet. */
  connectInput(cell: NodeCell, name: string): HarnessInput {
    const known = this.inputs.get(name);
    if (known !== undefined) return known;
    const input = cell.inputs.find((each) => each.name === name);
    if (input === undefined) {
      const available = cell.inputs.map((each) => each.name);
      throw new SluiceError("PortNotFound", `Cannot push to "${name}"; inputs: ${listNames(available)}`, {
        port: name,
        available,
      });
    }
    const link = this.#link("input", cell, input.descriptor, name);
    link.reader = cell;
    input.attach(link);
    const made = new HarnessInput(link);
    this.inputs.set(name, made);
    if (cell.opened) cell.seal();
    return made;
  }

  /** Leads an output to the test. */
  connectOutput(cell: NodeCell, name: string): void {
    const output = cell.outputs.find((each) => each.name === name)!;
    const link = this.#link("output", cell, output.descriptor, name);
    link.writer = cell;
    output.attach(link);
    this.outputs.set(name, { link, taken: [] });
    if (cell.opened) cell.seal();
  }

  /** Ends the link of an element that goes, and drops what is queued on it. */
  disconnect(direction: "input" | "output", name: string): void {
    if (direction === "input") {
      const input = this.inputs.get(name);
      input?.link.end();
      input?.discard();
      this.inputs.delete(name);
      return;
    }
    const link = this.outputs.get(name)?.link;
    link?.end();
    for (let frame = link?.take(); frame !== undefined; frame = link!.take()) drop(frame);
    this.outputs.delete(name);
  }

  /** Frames that the test has pushed and the node has not read. */
  unread(): number {
    let count = 0;
    for (const input of this.inputs.values()) count += input.pushed;
    return count;
  }

  /** Gives the node what the test has pushed and its links have room for. */
  feed(): void {
    for (const input of this.inputs.values()) input.feed();
  }

  /**
   * Copies what the outputs have written, so that they never stay full.
   *
   * @throws {SluiceError} `NodeFailed` if a frame was changed after it was written
   */
  collect(): void {
    for (const [port, { link, taken }] of this.outputs) {
      for (let frame = link.take(); frame !== undefined; frame = link.take()) {
        try {
          if (this.development) assertSealed(frame, { nodeId: this.#id, port });
          taken.push(copyOf(frame));
        } finally {
          drop(frame);
        }
      }
    }
  }

  /** Drops what the node has not read. */
  discard(): void {
    for (const input of this.inputs.values()) input.discard();
  }

  /** The pools that were asked for. */
  pools(): Iterable<Pool> {
    return this.#pools.values();
  }

  leaked(): number {
    this.collect();
    let leaked = 0;
    for (const pool of this.#pools.values()) {
      pool.flushMagazine();
      leaked += pool.slotCount - pool.freeInBitmap();
    }
    return leaked - this.unread();
  }

  /**
   * A link as a graph makes it, lossless and, from an output, as small as the graph takes it: what the node may rely
   * on under every option.
   */
  #link(direction: "input" | "output", cell: NodeCell, port: PortDescriptor, name: string): LocalLink {
    const index = this.#links++;
    const test = nodeId("test");
    const isOutput = direction === "output";
    const [fromNode, toNode] = isOutput ? [cell.id, test] : [test, cell.id];
    const attempt = `Cannot link "${fromNode}.${name}" to "${toNode}.${name}"`;
    const given = this.#linkOptions[name] ?? {};
    const policy = given.policy ?? "lossless";
    const smallest = isOutput && POLICY_FACTS[policy]?.whenFull === "wait" ? { capacity: port.burst } : {};
    const ends = { from: portAddress(fromNode, name), to: portAddress(toNode, name) };
    const options = linkOptions(attempt, { ...smallest, ...given, policy }, port, this.mode, ends);
    return new LocalLink({
      id: nthLinkId(index),
      index,
      ...options,
      kind: port.kind,
      fromNode,
      fromPort: name,
      toNode,
      toPort: name,
      readerBit: 0,
      writerBit: 0,
    }, this.page);
  }
}

function drop(frame: Frame): void {
  frame.dropValue();
  frame.pool.release(frame.slot);
}
