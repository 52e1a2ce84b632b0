/**
 * Runs one processor with no lanes, no native library and a clock that the test moves.
 *
 * @module
 */
import { assertCommand } from "../core/descriptor/command_check.ts";
import { assertConfig, ownConfig } from "../core/descriptor/config_check.ts";
import { listNames, SluiceError } from "../core/errors.ts";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import { DataFrame } from "../core/frames/data_frame.ts";
import { sealPayload } from "../core/frames/checked_frame.ts";
import type { FrameFormat, FrameKind } from "../core/frames/format.ts";
import type { Frame } from "../core/frames/frame.ts";
import { blankFrame } from "../core/frames/frame_of.ts";
import type { AnyOutput, AudioOutput, EncodedOutput, PacketOutput, VideoOutput } from "./copies.ts";
import { addPort, removePort } from "./elements.ts";
import { assertAudio, type AudioInput, type HarnessInput } from "./input.ts";
import { findLeaks } from "./leaks.ts";
import { assertOptions, assertPorts, chosenKind, type HarnessOptions, TIMEOUT_MS } from "./options.ts";
import { HarnessSite } from "./site.ts";
import { whileCalled, whilePending } from "./wait.ts";
import { describeThrown } from "../core/errors/thrown.ts";
import { nodeId } from "../core/ids.ts";
import { buildCell, makeInstance } from "../core/lanes/cells/cell_builder.ts";
import { callCommand } from "../core/lanes/cells/cell_command.ts";
import { runCell } from "../core/lanes/cells/cell_runner.ts";
import { explain } from "../core/lanes/cells/call_outcome.ts";
import type { NodeCell } from "../core/lanes/cells/node_cell.ts";
import { logger } from "../core/log.ts";
import type { ShapeOf } from "../core/ports/stream.ts";
import type { Figures, NodeProgress } from "../core/stats.ts";
import { type NodeDescriptor, sizePorts } from "../core/descriptor/descriptor.ts";
import { elementsByPort, nameElements, removeElement } from "../core/descriptor/dynamic_ports.ts";
import { addAnyElement } from "../core/descriptor/named_ports.ts";
import { resolveSecrets } from "../core/descriptor/secrets.ts";
import type { AnyNodeType, NodeSpec } from "../core/registry/node_type.ts";

/** Ticks in which a node reads nothing of what was pushed, after which `run()` gives up on a node that never settles. */
const MAX_TICKS = 10_000;

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
  readonly #site: HarnessSite;
  readonly #cell: NodeCell;
  readonly #endPtsNs = new Map<string, number>();
  /** With the elements that its dynamic ports have now. */
  #descriptor: NodeDescriptor;
  readonly #timeoutMs: number;
  #tornDown = false;
  /** It has failed, and what it kept is no wonder. */
  #failed = false;

  private constructor(site: HarnessSite, cell: NodeCell, timeoutMs: number) {
    this.#site = site;
    this.#timeoutMs = timeoutMs;
    this.#cell = cell;
    this.#descriptor = cell.descriptor;
  }

  /**
   * Makes the node and calls its `setup()`.
   *
   * @param node what `nodes.gain({ gainDb: 3 })` gives, or a type and its configuration
   * @throws {SluiceError} `InvalidConfig`, `PortNotFound` for a port that `options` names, `Timeout`, and what `setup()`
   * throws
   */
  static async create(
    node: NodeSpec | AnyNodeType,
    config: Record<string, unknown> = {},
    options: HarnessOptions = {},
  ): Promise<ProcessorHarness> {
    const { type, config: values } = isType(node) ? { type: node, config } : node;
    assertOptions(options);
    const id = nodeId(options.id ?? "node");
    const { descriptor } = type;
    const checked = assertConfig(descriptor, id, ownConfig(descriptor, id, values));
    const site = new HarnessSite(id, options);
    const elements = elementsByPort(nameElements(sizePorts(descriptor, checked), "input", options.connect ?? []));
    const plan = {
      id,
      index: 0,
      type: descriptor.type,
      packageUrl: "",
      ...resolveSecrets(descriptor, id, checked),
      elements,
      told: chosenKind(descriptor, options),
    };
    const cell = buildCell(site, plan, descriptor, await makeInstance(type, plan));
    assertPorts(cell, options);
    for (const input of cell.inputs) {
      const { optional, array } = input.descriptor;
      if ((!optional && array === undefined) || options.connect?.includes(input.name)) {
        site.connectInput(cell, input.name);
      }
    }
    for (const output of cell.outputs) {
      if (!options.disconnect?.includes(output.name)) site.connectOutput(cell, output.name);
    }
    cell.seal();
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    const harness = new ProcessorHarness(site, cell, timeoutMs);
    cell.opened = true;
    try {
      await whileCalled(cell, "setup()", cell.instance.processor.setup?.(cell.context), timeoutMs);
    } catch (error) {
      const failure = explain(error, cell, "setup()");
      harness.#failed = true;
      cell.abort("setup() failed");
      await harness.teardown();
      throw failure;
    }
    cell.wake();
    return harness;
  }

  /** True if the node has ended: everything was flushed and its outputs ended. */
  get finished(): boolean {
    return this.#cell.ended;
  }

  /** The last report of the node by `context.progress()`. */
  get progress(): NodeProgress | undefined {
    return this.#site.reported;
  }

  /** The last report of the node by `context.report()`. */
  get figures(): Figures | undefined {
    return this.#site.figures;
  }

  /** The events that the node emitted by `context.emit()`, in order. */
  get emitted(): readonly { readonly name: string; readonly data: unknown }[] {
    return this.#site.emitted;
  }

  /** The harness's clock, nanoseconds. */
  get nowNs(): number {
    return this.#site.clockNs;
  }

  /** Moves the clock on. */
  advance(ns: number): void {
    this.#site.clockNs += ns;
    this.#cell.wake();
  }

  /**
   * Queues a block of audio on an input.
   *
   * @throws {SluiceError} `PortNotFound`
   * @throws {RangeError} if more than 2,048 frames are queued, or the block does not fit a slot
   * @throws {TypeError} for what is no audio, an input that takes none, or a time that is no finite number
   */
  pushAudio(port: string, audio: AudioInput): void {
    const input = this.#connect(port, "audio");
    assertAudio(port, audio);
    const { sampleRateHz, channels } = audio;
    const shape = { sampleRateHz, channels: channels.length, sampleCount: channels[0]?.length ?? 0 };
    const frame = this.#acquire("audio", shape, port) as AudioFrame;
    for (const [at, samples] of channels.entries()) frame.channel(at).set(samples);
    frame.ptsNs = audio.ptsNs ?? this.#endPtsNs.get(port) ?? 0;
    frame.discontinuity = audio.discontinuity ?? false;
    this.#push(input, port, frame);
    this.#endPtsNs.set(port, frame.ptsNs + frame.durationNs);
  }

  /**
   * Queues a value on a data input.
   *
   * @throws {SluiceError} `PortNotFound`
   * @throws {TypeError} for an input that takes no values, or a time that is no finite number
   */
  pushData(port: string, value: unknown, ptsNs = 0): void {
    const input = this.#connect(port, "data");
    const frame = this.#acquire("data", { value }, port);
    frame.ptsNs = ptsNs;
    this.#push(input, port, frame);
  }

  /**
   * Queues a frame of any kind on an input.
   *
   * @param shape what the kind's frames are acquired with
   * @param fill writes the payload and the times
   * @throws {SluiceError} `PortNotFound`
   * @throws {RangeError} if the frame does not fit a slot
   * @throws {TypeError} for a time that is no finite number
   */
  push<F extends Frame>(port: string, shape: ShapeOf<F>, fill: (frame: F) => void = () => {}): void {
    const input = this.#site.connectInput(this.#cell, port);
    const frame = this.#acquire(input.link.plan.kind, shape, port) as F;
    fill(frame);
    this.#push(input, port, frame);
  }

  /** Ends the stream of an input; without a name, of all that are connected. */
  end(port?: string): void {
    const ports = port === undefined ? [...this.#site.inputs.keys()] : [port];
    for (const name of ports) this.#site.connectInput(this.#cell, name).end();
  }

  /** Tells a source that the graph stops; the signal of an external node aborts. */
  stop(): void {
    this.#cell.beginFinish("the graph is stopping");
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
   * Gives the node a command, as `runtime.command()` does.
   *
   * @returns what the method answers
   * @throws {SluiceError} `InvalidConfig` for a command that the node does not have, and arguments that do not fit; what
   * the method throws
   */
  async command(name: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const { descriptor, id } = this.#cell;
    return await callCommand(this.#cell, name, assertCommand(descriptor, id, name, args));
  }

  /**
   * Adds an element to a dynamic input, calls `portsChanged()` and connects the element.
   *
   * @param port the port as a whole, `inputs`; with a kind the element's own name, `side`
   * @returns the element's name: `inputs_2`, or `side`
   * @throws {SluiceError} `PortNotFound`, `TypeMismatch` for a kind that the node does not take, `InvalidGraph` for a name
   * that is taken and if the port is full, and what `portsChanged()` throws
   */
  addInput(port: string, options: { readonly kind?: FrameKind } = {}): string {
    const name = this.#add("input", port, options.kind);
    this.#site.connectInput(this.#cell, name);
    return name;
  }

  /** As {@linkcode addInput}, for an output. */
  addOutput(port: string, options: { readonly kind?: FrameKind } = {}): string {
    const name = this.#add("output", port, options.kind);
    this.#site.connectOutput(this.#cell, name);
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

  /** As {@linkcode removeInput}, for an output. Frames that were not taken are lost. */
  removeOutput(element: string): void {
    this.#remove("output", element);
  }

  /**
   * Runs the node until nothing moves: no frames to read, its time not come, or its end.
   *
   * @param ticks ticks at most, for sources that never end; without it, a node that goes on for 10,000 in
   * which it reads nothing fails
   * @throws what the node throws, and what it does wrong with its frames
   * @throws {SluiceError} `Busy` if it writes more than its links have room for; `Timeout` for a promise of the node's
   * that does not settle
   */
  async run(ticks?: number): Promise<void> {
    const site = this.#site;
    this.#cell.wake();
    let unread = site.unread();
    let sinceRead = 0;
    for (let k = 0; site.queued && !this.#cell.ended; k++) {
      if (k === ticks) return;
      if (ticks === undefined && sinceRead === MAX_TICKS) {
        const { id, type } = this.#cell;
        throw new Error(
          `Node "${id}" (${type}) is still ready after ${MAX_TICKS} ticks; give run() a number of ticks`,
        );
      }
      site.queued = false;
      this.#cell.queued = false;
      runCell(site, this.#cell);
      try {
        await whilePending(this.#cell, () => this.#move(), () => site.systemNowNs(), this.#timeoutMs);
        if (site.failure !== undefined) throw site.failure;
        this.#move();
      } catch (error) {
        this.#failed = true;
        site.failure = undefined;
        throw error;
      }
      const left = site.unread();
      sinceRead = left < unread ? 0 : sinceRead + 1;
      unread = left;
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

  /** The frames that an encoded output has written since the last call, copied. */
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

  /** The format that an output announced. */
  announced(port: string): FrameFormat | undefined {
    return this.#cell.outputs.find((output) => output.name === port)?.format;
  }

  /** True if an output's stream has ended. */
  ended(port: string): boolean {
    return this.#site.outputs.get(port)?.link.ended() ?? false;
  }

  /**
   * Calls `teardown()`, once. Without an end before it, the node's signal is aborted.
   *
   * @throws what the node throws
   * @throws {SluiceError} `NodeFailed` if the node has frames still, naming how many and the ports that they came by,
   * unless it has failed before; `Timeout`
   */
  async teardown(): Promise<void> {
    if (this.#tornDown) return;
    this.#tornDown = true;
    const cell = this.#cell;
    if (!cell.ended) cell.abort("the harness was disposed");
    await whileCalled(cell, "teardown()", cell.instance.processor.teardown?.(cell.context), this.#timeoutMs);
    cell.ledger.releaseAll();
    if (this.#failed || !this.#site.development) return;
    this.#site.collect();
    this.#site.discard();
    const leaks = findLeaks(cell, this.#site.pools());
    if (leaks !== undefined) throw leaks;
  }

  /** Slots that are not free, once the node was torn down: frames that it kept. */
  get leakedSlots(): number {
    return this.#site.leaked();
  }

  /**
   * As `teardown()`, and logs what that throws: where the test has failed already, its error and this one become a
   * `SuppressedError`, of which test runners show neither message.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.teardown();
    } catch (error) {
      logger("harness").error(describeThrown(error).message);
      throw error;
    }
  }

  #add(direction: "input" | "output", port: string, kind?: FrameKind): string {
    const { descriptor, added } = addAnyElement(this.#cell.id, this.#descriptor, direction, port, kind);
    this.#descriptor = descriptor;
    addPort(this.#site, this.#cell, descriptor, direction, added);
    this.#tellPorts();
    return added;
  }

  #remove(direction: "input" | "output", element: string): void {
    this.#descriptor = removeElement(this.#cell.id, this.#descriptor, direction, element);
    this.#site.disconnect(direction, element);
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

  /** The link into an input that takes frames of a kind. */
  #connect(port: string, kind: FrameKind): HarnessInput {
    const input = this.#site.connectInput(this.#cell, port);
    const takes = input.link.plan.kind;
    if (takes === kind) return input;
    const call = takes === "audio" ? "pushAudio()" : takes === "data" ? "pushData()" : "push()";
    throw new TypeError(`Cannot push ${kind} to "${port}": it takes ${takes}; call ${call}`);
  }

  /** Takes what the node has written, and gives it what it may read. */
  #move(): void {
    this.#site.collect();
    this.#site.feed();
  }

  #push(input: HarnessInput, port: string, frame: Frame): void {
    for (const key of ["ptsNs", "durationNs", "dtsNs"] as const) {
      const given = (frame as Frame & { readonly dtsNs?: number })[key];
      if (given === undefined || Number.isFinite(given)) continue;
      frame.pool.release(frame.slot);
      throw new TypeError(`Cannot push to "${port}": ${key} is ${given}, wanted a finite number of nanoseconds`);
    }
    if (this.#site.development) sealPayload(frame);
    input.push(frame);
  }

  #acquire(kind: FrameKind, shape: unknown, port: string): Frame {
    const pool = this.#site.poolOf(kind);
    const slot = pool.takeSlot();
    if (slot < 0) throw new RangeError("Cannot push: the harness has no free slot; call run() more often");
    try {
      const frame = blankFrame(pool, slot, kind);
      if (frame instanceof DataFrame) {
        frame.structType = this.#cell.inputs.find((input) => input.name === port)?.structType;
      }
      frame.shape(shape).stamp(0, 0, 0);
      return frame;
    } catch (error) {
      pool.release(slot);
      throw error;
    }
  }

  #take(port: string): AnyOutput[] {
    this.#site.collect();
    const output = this.#site.outputs.get(port);
    if (output !== undefined) return output.taken.splice(0);
    const available = [...this.#site.outputs.keys()];
    throw new SluiceError("PortNotFound", `Cannot take from "${port}"; connected outputs: ${listNames(available)}`, {
      port,
      available,
    });
  }
}

function isType(node: NodeSpec | AnyNodeType): node is AnyNodeType {
  return "load" in node;
}
