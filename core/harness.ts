/**
 * Runs one processor with no lanes, no native library and a clock that the test moves.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { assertConfig } from "./config_check.ts";
import { controlBytes, ControlPage } from "./control_page.ts";
import { PortableDriver } from "./driver/portable.ts";
import { listNames, SluiceError } from "./errors.ts";
import type { AudioFrame } from "./frames/audio_frame.ts";
import { CheckedLedger } from "./frames/checked_ledger.ts";
import { DataFrame } from "./frames/data_frame.ts";
import type { FormatField, FrameFormat, FrameKind } from "./frames/format.ts";
import type { Frame } from "./frames/frame.ts";
import { blankFrame } from "./frames/frame_of.ts";
import { Ledger } from "./frames/ledger.ts";
import {
  type AnyOutput,
  type AudioOutput,
  copyOf,
  type EncodedOutput,
  type PacketOutput,
  type VideoOutput,
} from "./harness_copies.ts";
import { linkId, nodeId } from "./ids.ts";
import { runCell, type RunHost } from "./lanes/cell_runner.ts";
import { explain } from "./lanes/explain.ts";
import { addPort, removePort } from "./harness_elements.ts";
import { EventRelay } from "./lanes/event_relay.ts";
import { buildCell, type CellSite } from "./lanes/lane_builder.ts";
import type { NodeCell } from "./lanes/node_cell.ts";
import { LocalLink } from "./links/local_link.ts";
import type { GraphMode } from "./links/policy.ts";
import { CheckedPool } from "./memory/checked_pool.ts";
import { createPool, Pool } from "./memory/pool.ts";
import type { ShapeOf } from "./ports/stream.ts";
import type { Figures, NodeProgress } from "./stats.ts";
import { type NodeDescriptor, sizePorts } from "./registry/descriptor.ts";
import { addElement, elementsByPort, nameElements, removeElement } from "./registry/dynamic_ports.ts";
import { resolveSecrets } from "./secrets.ts";
import type { AnyNodeType, NodeSpec } from "./registry/node_type.ts";
import { ownConfig } from "./registry/own_config.ts";

/** Frames that a link of the harness holds. */
const CAPACITY = 4096;

/** Ticks after which `run()` gives up on a node that never settles. */
const MAX_TICKS = 100_000;

/** Options of {@linkcode ProcessorHarness.create}. */
export interface HarnessOptions {
  /** By default `offline`. */
  readonly mode?: GraphMode;
  /**
   * Inputs to connect before `setup()`; one that is an element of a dynamic port is made. Required ones always are
   * connected; others are when the first frame is pushed.
   */
  readonly connect?: readonly string[];
  /** Outputs to leave without a link. */
  readonly disconnect?: readonly string[];
  /** The node's id in messages; by default `node`. */
  readonly id?: string;
  /** Payload of a slot of the audio pool, bytes; by default 65,536. */
  readonly slotBytes?: number;
  /** Check frames as development mode does. */
  readonly development?: boolean;
}

/** Audio to push. */
export interface AudioInput {
  /** Hertz. */
  readonly sampleRateHz: number;
  /** One array a channel, all of one length. */
  readonly channels: readonly Float32Array[];
  /** Presentation time, nanoseconds; by default that of the end of the block pushed before. */
  readonly ptsNs?: number;
  /** Whether samples are missing before the block. */
  readonly discontinuity?: boolean;
}

/**
 * One processor under test.
 *
 * @example
 * ```ts
 * import { nodes } from "@sluice/sluice";
 * import { ProcessorHarness } from "@sluice/sluice/testing";
 *
 * await using harness = await ProcessorHarness.create(nodes.gain({ gainDb: -20 }));
 * harness.pushAudio("audioIn", { sampleRateHz: 48_000, channels: [new Float32Array([1, 0.5])] });
 * await harness.run();
 * const [block] = harness.takeAudio("audioOut");
 * if (Math.abs(block.channels[0][0] - 0.1) > 1e-6) throw new Error("not -20 dB");
 * ```
 */
export class ProcessorHarness implements AsyncDisposable {
  readonly #bench: Bench;
  readonly #cell: NodeCell;
  readonly #endPtsNs = new Map<string, number>();
  /** With the elements that its dynamic ports have now. */
  #descriptor: NodeDescriptor;
  #tornDown = false;

  private constructor(bench: Bench, cell: NodeCell) {
    this.#bench = bench;
    this.#cell = cell;
    this.#descriptor = cell.descriptor;
  }

  /**
   * Makes the node and calls its `setup()`.
   *
   * @param node what `nodes.gain({ gainDb: 3 })` gives, or a type and its configuration
   * @throws {SluiceError} `InvalidConfig`, and what `setup()` throws
   */
  static async create(
    node: NodeSpec | AnyNodeType,
    config: Record<string, unknown> = {},
    options: HarnessOptions = {},
  ): Promise<ProcessorHarness> {
    const { type, config: values } = isType(node) ? { type: node, config } : node;
    const id = nodeId(options.id ?? "node");
    const { descriptor } = type;
    const checked = assertConfig(descriptor, id, ownConfig(descriptor, id, values));
    const bench = new Bench(options);
    const elements = elementsByPort(nameElements(sizePorts(descriptor, checked), "input", options.connect ?? []));
    const plan = {
      id,
      index: 0,
      type: descriptor.type,
      packageUrl: "",
      ...resolveSecrets(descriptor, id, checked),
      elements,
    };
    const cell = buildCell(bench, plan, descriptor, (await type.load())());
    for (const input of cell.inputs) {
      const { optional, array } = input.descriptor;
      if ((!optional && array === undefined) || options.connect?.includes(input.name)) {
        bench.connectInput(cell, input.name);
      }
    }
    for (const output of cell.outputs) {
      if (!options.disconnect?.includes(output.name)) bench.connectOutput(cell, output.name);
    }
    cell.seal();
    const harness = new ProcessorHarness(bench, cell);
    cell.opened = true;
    try {
      await cell.instance.processor.setup?.(cell.context);
    } catch (error) {
      const failure = explain(error, cell, "setup()");
      cell.abort("setup() failed");
      await harness.teardown();
      throw failure;
    }
    cell.wake();
    return harness;
  }

  /** Whether the node came to its end: everything was flushed and its outputs ended. */
  get finished(): boolean {
    return this.#cell.ended;
  }

  /** What the node reported last by `context.progress()`. */
  get progress(): NodeProgress | undefined {
    return this.#bench.reported;
  }

  /** What the node reported last by `context.report()`. */
  get figures(): Figures | undefined {
    return this.#bench.figures;
  }

  /** What the node emitted by `context.emit()`, in order. */
  get emitted(): readonly { readonly name: string; readonly data: unknown }[] {
    return this.#bench.emitted;
  }

  /** The harness's clock, nanoseconds. */
  get nowNs(): number {
    return this.#bench.clockNs;
  }

  /** Moves the clock on. */
  advance(ns: number): void {
    this.#bench.clockNs += ns;
    this.#cell.wake();
  }

  /**
   * Queues a block of audio on an input.
   *
   * @throws {SluiceError} `PortNotFound`
   * @throws {RangeError} if more than 4,096 blocks are queued, or the block does not fit a slot
   */
  pushAudio(port: string, audio: AudioInput): void {
    const { sampleRateHz, channels } = audio;
    const link = this.#bench.connectInput(this.#cell, port);
    const shape = { sampleRateHz, channels: channels.length, sampleCount: channels[0]?.length ?? 0 };
    const frame = this.#acquire("audio", shape, port) as AudioFrame;
    for (const [at, samples] of channels.entries()) frame.channel(at).set(samples);
    frame.ptsNs = audio.ptsNs ?? this.#endPtsNs.get(port) ?? 0;
    frame.discontinuity = audio.discontinuity ?? false;
    this.#endPtsNs.set(port, frame.ptsNs + frame.durationNs);
    link.write(frame);
  }

  /** Queues a value on a data input. @throws {SluiceError} `PortNotFound` */
  pushData(port: string, value: unknown, ptsNs = 0): void {
    const link = this.#bench.connectInput(this.#cell, port);
    const frame = this.#acquire("data", { value }, port);
    frame.ptsNs = ptsNs;
    link.write(frame);
  }

  /**
   * Queues a frame of any kind on an input.
   *
   * @param shape what the kind's frames are acquired with
   * @param fill writes the payload and the times
   * @throws {SluiceError} `PortNotFound`
   * @throws {RangeError} if the frame does not fit a slot
   */
  push<F extends Frame>(port: string, shape: ShapeOf<F>, fill: (frame: F) => void = () => {}): void {
    const link = this.#bench.connectInput(this.#cell, port);
    const frame = this.#acquire(link.plan.kind, shape, port) as F;
    fill(frame);
    link.write(frame);
  }

  /** Ends the stream of an input; without a name, of all that are connected. */
  end(port?: string): void {
    const ports = port === undefined ? [...this.#bench.inputs.keys()] : [port];
    for (const name of ports) this.#bench.connectInput(this.#cell, name).end();
  }

  /** Tells a `loop` node that the graph stops. */
  stop(): void {
    this.#cell.finishing = true;
    this.#cell.wake();
  }

  /** Changes configuration values of the node, as `runtime.setConfig()` does. */
  configure(values: Record<string, unknown>): void {
    const { descriptor, id, plan } = this.#cell;
    const changed = ownConfig(descriptor, id, values);
    const checked = assertConfig(descriptor, id, { ...plan.config, ...changed });
    this.#cell.instance.configure(Object.fromEntries(Object.keys(changed).map((key) => [key, checked[key]])));
    for (const key of Object.keys(changed)) this.#cell.instance.processor.configChanged?.(key);
  }

  /**
   * Adds an element to a dynamic input, calls `portsChanged()` and connects the element.
   *
   * @param port the port as a whole: `inputs`
   * @returns the element's name: `inputs_2`
   * @throws {SluiceError} `PortNotFound`, `InvalidGraph` if the port is full, and what `portsChanged()` throws
   */
  addInput(port: string): string {
    const name = this.#add("input", port);
    this.#bench.connectInput(this.#cell, name);
    return name;
  }

  /** As {@linkcode addInput}, for an output. */
  addOutput(port: string): string {
    const name = this.#add("output", port);
    this.#bench.connectOutput(this.#cell, name);
    return name;
  }

  /**
   * Removes an element of a dynamic input with what is queued on it, and calls `portsChanged()`.
   *
   * @param element such as `inputs_2`
   * @throws {SluiceError} `PortNotFound`, and what `portsChanged()` throws
   */
  removeInput(element: string): void {
    this.#remove("input", element);
  }

  /** As {@linkcode removeInput}, for an output. What it has written and was not taken is lost. */
  removeOutput(element: string): void {
    this.#remove("output", element);
  }

  /**
   * Runs the node until nothing moves: no frames to read, its time not come, or its end.
   *
   * @param ticks ticks at most, for sources that never end
   * @throws what the node throws
   */
  async run(ticks: number = MAX_TICKS): Promise<void> {
    const bench = this.#bench;
    this.#cell.wake();
    for (let k = 0; bench.queued && !this.#cell.ended; k++) {
      if (k === ticks) {
        if (ticks < MAX_TICKS) return;
        throw new Error(`The node did not settle within ${MAX_TICKS} ticks: give run() a number of ticks`);
      }
      bench.queued = false;
      this.#cell.queued = false;
      runCell(bench, this.#cell);
      while (this.#cell.pending) await new Promise((resolve) => setImmediate(resolve));
      if (bench.failure !== undefined) {
        const failure = bench.failure;
        bench.failure = undefined;
        throw failure;
      }
      bench.collect();
    }
  }

  /** The audio that an output has written since the last call, copied. */
  takeAudio(port: string): AudioOutput[] {
    return this.#take(port).map((taken) => taken as AudioOutput);
  }

  /** The pictures that a video output has written since the last call, copied. */
  takeVideo(port: string): VideoOutput[] {
    return this.#take(port).map((taken) => taken as VideoOutput);
  }

  /** What an encoded output has written since the last call, copied. */
  takeEncoded(port: string): EncodedOutput[] {
    return this.#take(port).map((taken) => taken as EncodedOutput);
  }

  /** The batches that a packet output has written since the last call, copied. */
  takePackets(port: string): PacketOutput[] {
    return this.#take(port).map((taken) => taken as PacketOutput);
  }

  /** The values that a data output has written since the last call. */
  takeData<T = unknown>(port: string): T[] {
    return this.#take(port).map((taken) => (taken as { value: T }).value);
  }

  /** What an output announced. */
  announced(port: string): FrameFormat | undefined {
    return this.#cell.outputs.find((output) => output.name === port)?.format;
  }

  /** Whether an output's stream has ended. */
  ended(port: string): boolean {
    return this.#bench.outputs.get(port)?.link.ended() ?? false;
  }

  /** Calls `teardown()`, once. Without an end before it, the node's signal is aborted. */
  async teardown(): Promise<void> {
    if (this.#tornDown) return;
    this.#tornDown = true;
    if (!this.#cell.ended) this.#cell.abort("the harness was disposed");
    await this.#cell.instance.processor.teardown?.(this.#cell.context);
    this.#cell.ledger.settle();
  }

  /** Slots that are not free, once the node was torn down: frames that it kept. */
  get leakedSlots(): number {
    return this.#bench.leaked();
  }

  /** As `teardown()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.teardown();
  }

  #add(direction: "input" | "output", port: string): string {
    const { descriptor, added } = addElement(this.#cell.id, this.#descriptor, direction, port);
    this.#descriptor = descriptor;
    addPort(this.#bench, this.#cell, descriptor, direction, added);
    this.#tellPorts();
    return added;
  }

  #remove(direction: "input" | "output", element: string): void {
    this.#descriptor = removeElement(this.#cell.id, this.#descriptor, direction, element);
    this.#bench.disconnect(direction, element);
    removePort(this.#cell, direction, element);
    this.#tellPorts();
  }

  #tellPorts(): void {
    try {
      this.#cell.instance.processor.portsChanged?.(this.#cell.context);
    } catch (error) {
      throw explain(error, this.#cell, "portsChanged()");
    }
    this.#cell.wake();
  }

  #acquire(kind: FrameKind, shape: unknown, port: string): Frame {
    const pool = this.#bench.poolOf(kind);
    const slot = pool.takeSlot();
    if (slot < 0) throw new RangeError("Cannot push: the harness has no free slot; call run() more often");
    try {
      const frame = blankFrame(pool, slot, kind);
      if (frame instanceof DataFrame) {
        frame.structType = this.#cell.inputs.find((input) => input.name === port)?.structType;
      }
      return frame.shape(shape);
    } catch (error) {
      pool.release(slot);
      throw error;
    }
  }

  #take(port: string): AnyOutput[] {
    this.#bench.collect();
    const output = this.#bench.outputs.get(port);
    if (output !== undefined) return output.taken.splice(0);
    const available = [...this.#bench.outputs.keys()];
    throw new SluiceError("PortNotFound", `Cannot take from "${port}"; connected outputs: ${listNames(available)}`, {
      port,
      available,
    });
  }
}

/** What the node under test runs on. */
class Bench implements CellSite, RunHost {
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

function isType(node: NodeSpec | AnyNodeType): node is AnyNodeType {
  return "load" in node;
}
