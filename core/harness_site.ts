/**
 * What a node under test runs on: a memory of its own, links to and from the test, and a clock that the test moves.
 *
 * @module
 */
import { controlBytes, ControlPage } from "./control_page.ts";
import { PortableDriver } from "./driver/portable.ts";
import { listNames, SluiceError } from "./errors.ts";
import { CheckedLedger } from "./frames/checked_ledger.ts";
import type { FormatField, FrameKind } from "./frames/format.ts";
import { Ledger } from "./frames/ledger.ts";
import type { HarnessOptions } from "./harness.ts";
import { type AnyOutput, copyOf } from "./harness_copies.ts";
import { linkId, nodeId } from "./ids.ts";
import type { RunHost } from "./lanes/cell_runner.ts";
import { EventRelay } from "./lanes/event_relay.ts";
import { explain } from "./lanes/explain.ts";
import type { CellSite } from "./lanes/lane_builder.ts";
import type { NodeCell } from "./lanes/node_cell.ts";
import { LocalLink } from "./links/local_link.ts";
import type { GraphMode } from "./links/policy.ts";
import { CheckedPool } from "./memory/checked_pool.ts";
import { createPool, Pool } from "./memory/pool.ts";
import type { Figures, NodeProgress } from "./stats.ts";

/** Frames that a link of the harness holds. */
const CAPACITY = 4096;

/** See the module. */
export class HarnessSite implements CellSite, RunHost {
  readonly mode: GraphMode;
  readonly page: ControlPage;
  readonly ledger: Ledger;
  readonly development: boolean;
  readonly singly = true;
  readonly inputs = new Map<string, LocalLink>();
  readonly outputs = new Map<string, { link: LocalLink; taken: AnyOutput[] }>();
  readonly #driver = new PortableDriver();
  readonly #slotBytes: number;
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

  constructor(options: HarnessOptions) {
    this.mode = options.mode ?? "offline";
    this.development = options.development ?? false;
    this.ledger = this.development ? new CheckedLedger() : new Ledger();
    this.#slotBytes = options.slotBytes ?? 65_536;
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
      ? { slotBytes: 1024, slots: CAPACITY + 64 }
      : { slotBytes: this.#slotBytes, slots: 2048 };
    const token = createPool(this.#driver, this.#pools.size, { name: kind, ...size });
    const pool = new (this.development ? CheckedPool : Pool)(this.#driver, token, 0, this.ledger);
    this.#pools.set(kind, pool);
    return pool;
  }

  converters(field: FormatField): readonly string[] {
    return field === "channels" ? ["channel-mapper"] : field === "sampleRateHz" ? ["resampler"] : [];
  }

  nowNs(): number {
    return this.clockNs;
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

  /** The link into an input, made if there is none yet. */
  connectInput(cell: NodeCell, name: string): LocalLink {
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
    const link = this.#link(input.descriptor.kind, "test", name);
    link.reader = cell;
    input.attach(link);
    this.inputs.set(name, link);
    if (cell.opened) cell.seal();
    return link;
  }

  /** Leads an output to the test. */
  connectOutput(cell: NodeCell, name: string): void {
    const output = cell.outputs.find((each) => each.name === name)!;
    const link = this.#link(output.descriptor.kind, name, "test");
    link.writer = cell;
    output.attach(link);
    this.outputs.set(name, { link, taken: [] });
    if (cell.opened) cell.seal();
  }

  /** Ends the link of an element that goes, and drops what is queued on it. */
  disconnect(direction: "input" | "output", name: string): void {
    const link = direction === "input" ? this.inputs.get(name) : this.outputs.get(name)?.link;
    if (link === undefined) return;
    link.end();
    for (let frame = link.take(); frame !== undefined; frame = link.take()) {
      frame.dropValue();
      frame.pool.release(frame.slot);
    }
    (direction === "input" ? this.inputs : this.outputs).delete(name);
  }

  /** Copies what the outputs have written, so that they never fill up. */
  collect(): void {
    for (const { link, taken } of this.outputs.values()) {
      for (let frame = link.take(); frame !== undefined; frame = link.take()) {
        taken.push(copyOf(frame));
        frame.dropValue();
        frame.pool.release(frame.slot);
      }
    }
  }

  leaked(): number {
    this.collect();
    let leaked = 0;
    for (const pool of this.#pools.values()) {
      pool.flushMagazine();
      leaked += pool.slotCount - pool.freeInBitmap();
    }
    for (const link of this.inputs.values()) leaked -= link.available();
    return leaked;
  }

  #link(kind: FrameKind, fromPort: string, toPort: string): LocalLink {
    const index = this.#links++;
    const id = linkId(index);
    const node = nodeId("test");
    return new LocalLink({
      id,
      index,
      policy: "lossless",
      capacity: CAPACITY,
      kind,
      fromNode: node,
      fromPort,
      toNode: node,
      toPort,
      readerBit: 0,
      writerBit: 0,
    }, this.page);
  }
}
