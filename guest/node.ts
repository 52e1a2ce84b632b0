/**
 * A processor in a process of its own: its ports, its context, and what the runtime calls of it.
 *
 * @module
 */
import { ENTRY, KIND } from "../ffi/layout.gen.ts";
import { type NodeDescriptor, sizePorts } from "../core/descriptor/descriptor.ts";
import { SluiceError } from "../core/errors.ts";
import type { Frame } from "../core/frames/frame.ts";
import type { NodeId } from "../core/ids.ts";
import { asPromise } from "../core/lanes/cells/call_outcome.ts";
import { callCommand } from "../core/lanes/cells/cell_command.ts";
import { wirePorts } from "../core/lanes/cells/cell_builder.ts";
import type { GraphMode } from "../core/links/policy.ts";
import { Ledger } from "../core/memory/ledger.ts";
import { type InputHost, InputPort } from "../core/ports/input_port.ts";
import { type OutputHost, OutputPort } from "../core/ports/output_port.ts";
import type { NodeInstance } from "../core/registry/node_type.ts";
import { readValue } from "../core/values/value_reader.ts";
import { measureValue, writeValue } from "../core/values/value_writer.ts";
import { GuestContext } from "./context.ts";
import { library } from "./library.ts";
import { GuestReader, GuestWriter, portsOf } from "./links.ts";
import { GuestPool } from "./pool.ts";

/** How long a tick that waits for a slot sleeps between two attempts, milliseconds. */
const RETRY_MS = 1;

/** How a node is made: what the runtime sends as JSON. */
export interface GuestPlan {
  readonly id: NodeId;
  readonly mode: GraphMode;
  readonly config: { readonly [key: string]: unknown };
}

/** A node of this process. */
export class GuestNode implements InputHost, OutputHost {
  readonly id: NodeId;
  readonly type: string;
  readonly descriptor: NodeDescriptor;
  readonly instance: NodeInstance;
  readonly context: GuestContext;
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly OutputPort[];
  /** True if the event loop goes on while the node waits for a call. */
  readonly waitsAside: boolean;
  readonly #ledger = new Ledger();
  readonly #pools: GuestPool[] = [];
  readonly #outputPools: readonly GuestPool[];
  readonly #optional: readonly { readonly port: InputPort; readonly link: GuestReader; readonly index: number }[];
  #ingressNs = 0;
  #ptsNs = 0;

  constructor(plan: GuestPlan, descriptor: NodeDescriptor, instance: NodeInstance) {
    this.id = plan.id;
    this.type = descriptor.type;
    this.descriptor = sizePorts(descriptor, plan.config);
    this.instance = instance;
    this.context = new GuestContext(plan.id, plan.mode);
    this.waitsAside = descriptor.isAsync || descriptor.usesEventLoop === true;
    const readers = portsOf(this.descriptor.inputs).map(({ name, port }, index) => ({
      port: new InputPort(name, port, this, () => []),
      link: new GuestReader(index, name, plan.id, port, (entry) => this.#poolOf(entry)),
      index,
    }));
    this.inputs = readers.map(({ port, link }) => {
      port.attach(link);
      return port;
    });
    this.#optional = readers.filter(({ port: { descriptor: { optional, array } } }) => optional || array !== undefined);
    const outputs = portsOf(this.descriptor.outputs);
    this.#outputPools = outputs.map(({ port }, index) =>
      new GuestPool(port.kind, this.#ledger, { index, kind: KIND[port.kind] })
    );
    this.outputs = outputs.map(({ name, port }, index) => {
      const output = new OutputPort(name, port, this, this.#outputPools[index].asPool);
      output.attach(new GuestWriter(index, name, plan.id, port));
      return output;
    });
    for (const port of [...this.inputs, ...this.outputs]) {
      port.structType = instance.structs?.[port.descriptor.schema ?? ""];
    }
    wirePorts(this);
    instance.configure(plan.config);
  }

  setup(): Promise<void> | void {
    return asPromise(this.instance.processor.setup?.(this.context));
  }

  /** Runs one tick, unless it is to wait for frames of all inputs. */
  process(): Promise<void> | void {
    this.#begin();
    if (this.descriptor.trigger === "all" && this.inputs.some(isWaiting)) return;
    return this.#over(asPromise(this.instance.tick(this.context)));
  }

  /** @returns whether `flush()` is to be called again */
  flush(): Promise<boolean> | boolean {
    this.#begin();
    const outcome = this.instance.processor.flush?.(this.context);
    const later = asPromise(outcome);
    if (later !== undefined) return later.then((more) => this.#ended(more === true));
    return this.#ended(outcome === true);
  }

  /** Gives the node live values. Keeps the old ones if it refuses. */
  configure(values: { readonly [key: string]: unknown }): void {
    const { processor } = this.instance;
    const fields = processor as unknown as Record<string, unknown>;
    const before = Object.keys(values).map((key) => [key, fields[key]] as const);
    this.instance.configure(values);
    try {
      for (const [key] of before) processor.configChanged?.(key);
    } catch (error) {
      for (const [key, value] of before) fields[key] = value;
      throw error;
    }
  }

  /** @returns the answer as JSON, empty for none */
  async command(name: string, json: string): Promise<string> {
    const answer = await callCommand(this, name, json === "" ? {} : JSON.parse(json));
    return answer === undefined ? "" : JSON.stringify(answer);
  }

  /** @returns the state as bytes, none for a processor without `snapshot()` */
  snapshot(): Uint8Array<ArrayBuffer> {
    const state = this.instance.processor.snapshot?.();
    if (state === undefined) return new Uint8Array(0);
    const u8 = new Uint8Array(measureValue(state));
    return u8.subarray(0, writeValue(state, { u8, view: new DataView(u8.buffer) }, 0, u8.length));
  }

  restore(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const u8 = bytes.slice();
    this.instance.processor.restore?.(readValue({ u8, view: new DataView(u8.buffer) }, 0, u8.length));
  }

  teardown(): Promise<void> | void {
    this.context.abort();
    return asPromise(this.instance.processor.teardown?.(this.context));
  }

  /** Ends a tick that has failed. */
  drop(): void {
    this.#endTick();
  }

  // The ports' side.

  mayRead(): boolean {
    return true;
  }

  took(): void {}

  received(frame: Frame): Frame {
    this.#ingressNs = frame.ingressNs;
    this.#ptsNs = frame.ptsNs;
    this.#ledger.add(frame);
    return frame;
  }

  shown(frame: Frame): Frame {
    return frame;
  }

  acquires(): void {}

  acquired(frame: Frame): Frame {
    this.#ledger.add(frame);
    return frame;
  }

  written(frame: Frame): Frame {
    this.#ledger.dropLast(frame);
    return frame;
  }

  ingressNs(): number {
    return this.inputs.length > 0 ? this.#ingressNs : library.nowNs();
  }

  ptsNs(): number {
    return this.#ptsNs;
  }

  turn(): undefined {
    return undefined;
  }

  /** The runtime's process wakes nobody here: the tick tries again. */
  admitted(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }

  usedLate(): void {}

  #begin(): void {
    for (const { port, link, index } of this.#optional) {
      const isLinked = library.stateOf(index) !== "unlinked";
      if (isLinked === port.connected) continue;
      if (isLinked) port.attach(link);
      else port.detach();
    }
  }

  #over(tick: Promise<void> | undefined): Promise<void> | void {
    return tick === undefined ? this.#ended(undefined) : tick.then(() => this.#ended(undefined));
  }

  #ended<T>(answer: T): T {
    if (!this.#endTick()) return answer;
    throw new SluiceError(
      "NodeFailed",
      "a frame was kept by retain() beyond its tick, which a node in a process of its own cannot do; copy what it needs",
    );
  }

  /** Gives the tick's frames back. @returns whether it has kept any, which it cannot */
  #endTick(): boolean {
    this.#ledger.releaseAll();
    return [...this.#pools, ...this.#outputPools].filter((pool) => pool?.endTick()).length > 0;
  }

  #poolOf(entry: number): GuestPool {
    const index = (entry >>> ENTRY.poolShift) & ENTRY.poolMask;
    return this.#pools[index] ??= new GuestPool(`pool ${index}`, this.#ledger);
  }
}

/** True if frames may still come of an input that has none. */
function isWaiting({ connected, queued, ended }: InputPort): boolean {
  return connected && queued === 0 && !ended;
}
