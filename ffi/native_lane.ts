/**
 * Native lanes: threads of the library that run its built-in stages. A lane is drafted, started, commanded and asked
 * for its reports by one isolate. None of this happens per frame.
 *
 * @module
 */
import { lastNativeError } from "./loader.ts";
import type { NativeSymbols } from "./symbols.ts";

/** In the order of the numbers by which the library knows them. */
const POLICIES = ["lossless", "roll-off", "latest", "drop-newest"] as const;
const PRIORITIES = ["normal", "high", "realtime"] as const;
const COMMANDS = ["start", "stop", "close", "pause", "resume"] as const;

/** What a link does when it is full. */
export type NativePolicy = typeof POLICIES[number];

/** How urgent a lane's thread is. */
export type NativePriority = typeof PRIORITIES[number];

/** A node of a lane. */
export interface NativeNode {
  /** Index of its record in the control arena. */
  readonly index: number;
  /** Name of its stage. */
  readonly stage: string;
  /** Index of the pool that its outputs take slots from; for a node without outputs, any number. */
  readonly pool: number;
  /** Its configuration. */
  readonly values: NativeValues;
}

/** Configuration values by key; truth values as 0 and 1. */
export type NativeValues = ReadonlyMap<string, number>;

/** A port: the node's place in the lane, and the port's place among its inputs or outputs. */
export type NativePort = readonly [node: number, port: number];

/** The end or ends of a link that a lane has. */
export interface NativeLink {
  /** Index of its record in the control arena. */
  readonly index: number;
  readonly policy: NativePolicy;
  readonly capacity: number;
  /** Whether it carries encoded frames: then dropping one drops on to the next key frame. */
  readonly encoded: boolean;
  readonly end:
    | { readonly kind: "local"; readonly from: NativePort; readonly to: NativePort }
    | {
      readonly kind: "writer";
      readonly from: NativePort;
      /** From `slu_ring_new`; freed after the lane was finished. */
      readonly ring: Deno.PointerObject;
      /** Inbox bit of this lane that tells of freed places, and of the end of the reader. */
      readonly bit: number;
      readonly otherLane: number;
      readonly otherBit: number;
    }
    | {
      readonly kind: "reader";
      readonly to: NativePort;
      /** As above. */
      readonly ring: Deno.PointerObject;
      /** Inbox bit of this lane that tells of frames. */
      readonly bit: number;
      readonly otherLane: number;
      /** Inbox bit of the other lane that tells of the end of the reader. */
      readonly otherBit: number;
    };
}

/** What a lane is made from. */
export interface NativeLaneSpec {
  /** The control arena. */
  readonly control: Deno.PointerObject;
  readonly lane: number;
  readonly generation: number;
  /** Whether sources keep to the clock. */
  readonly live: boolean;
  /** The pools' arenas, by index. */
  readonly pools: readonly Deno.PointerObject[];
  readonly nodes: readonly NativeNode[];
  readonly links: readonly NativeLink[];
  readonly priority: NativePriority;
  /** Processors that the thread may run on; none: any. */
  readonly cpus: readonly number[];
}

/** What a lane has to say. Nodes are named by their place in the lane. */
export type NativeReport =
  | { readonly kind: "opened" | "closed" }
  | { readonly kind: "failed"; readonly node: number | undefined; readonly text: string; readonly panicked: boolean }
  | { readonly kind: "ended"; readonly node: number; readonly figures: readonly number[] }
  | { readonly kind: "progress"; readonly node: number; readonly doneNs: number; readonly totalNs: number }
  | { readonly kind: "configured"; readonly request: number; readonly error: string | undefined }
  | { readonly kind: "warning"; readonly text: string };

/** A native lane that was started. */
export class NativeLane implements Disposable {
  readonly #symbols: NativeSymbols;
  #pointer: Deno.PointerValue;
  #closed = false;

  /**
   * Starts a lane. It reports `opened`, or `failed`.
   *
   * @throws {RangeError} if the library refuses the description
   */
  constructor(symbols: NativeSymbols, spec: NativeLaneSpec) {
    this.#symbols = symbols;
    const live = spec.live ? 1 : 0;
    const draft = symbols.slu_native_draft(spec.control, spec.lane, spec.generation, live);
    if (draft === null) throw this.#refusal();
    // A draft that is refused half way stays behind: some bytes, and holds on arenas that end with the process.
    for (const pool of spec.pools) this.#check(symbols.slu_native_add_pool(draft, pool));
    for (const node of spec.nodes) {
      const stage = new TextEncoder().encode(node.stage);
      const [keys, values] = encode(node.values);
      this.#check(symbols.slu_native_add_node(
        draft,
        node.index,
        node.pool,
        Deno.UnsafePointer.of(stage),
        stage.length,
        Deno.UnsafePointer.of(keys),
        keys.length,
        Deno.UnsafePointer.of(values),
        values.length,
      ));
    }
    for (const link of spec.links) {
      this.#check(addLink(symbols, draft, link));
      if (link.encoded) this.#check(symbols.slu_native_link_encoded(draft));
    }
    const cpus = new Uint32Array(spec.cpus);
    const priority = PRIORITIES.indexOf(spec.priority);
    this.#check(symbols.slu_native_schedule(draft, priority, Deno.UnsafePointer.of(cpus), cpus.length));
    this.#pointer = symbols.slu_native_spawn(draft);
    if (this.#pointer === null) throw this.#refusal();
  }

  /** Gives a command; nothing happens after the lane was finished. */
  command(command: typeof COMMANDS[number]): void {
    if (this.#pointer !== null) this.#symbols.slu_native_command(this.#pointer, COMMANDS.indexOf(command));
  }

  /** Gives the stage of a node live values. The answer names `request` again. */
  configure(request: number, node: number, values: NativeValues): void {
    if (this.#pointer === null) return;
    const [keys, numbers] = encode(values);
    this.#check(this.#symbols.slu_native_configure(
      this.#pointer,
      request,
      node,
      Deno.UnsafePointer.of(keys),
      keys.length,
      Deno.UnsafePointer.of(numbers),
      numbers.length,
    ));
  }

  /**
   * Takes the oldest report, if there is one.
   *
   * @param figures how many figures the stage of a node has
   */
  nextReport(figures: (node: number) => number): NativeReport | undefined {
    if (this.#pointer === null) return undefined;
    const kind = this.#symbols.slu_native_report(this.#pointer);
    switch (kind) {
      case 1:
        return { kind: "opened" };
      case 2: {
        const node = this.#number(0);
        return {
          kind: "failed",
          node: node < 0 ? undefined : node,
          text: this.#text(),
          panicked: this.#number(1) === 1,
        };
      }
      case 3: {
        const node = this.#number(0);
        return { kind: "ended", node, figures: Array.from({ length: figures(node) }, (_, k) => this.#number(k + 1)) };
      }
      case 4:
        return { kind: "progress", node: this.#number(0), doneNs: this.#number(1), totalNs: this.#number(2) };
      case 5:
        return { kind: "configured", request: this.#number(0), error: this.#text() || undefined };
      case 6:
        return { kind: "warning", text: this.#text() };
      case 7:
        this.#closed = true;
        return { kind: "closed" };
      default:
        return undefined;
    }
  }

  /** Lets go of the lane: waits for the end of a thread that has reported `closed`; leaves any other to itself. */
  [Symbol.dispose](): void {
    if (this.#pointer === null) return;
    this.#symbols.slu_native_finish(this.#pointer, this.#closed ? 1 : 0);
    this.#pointer = null;
  }

  #number(index: number): number {
    return this.#symbols.slu_native_report_number(this.#pointer, index);
  }

  #text(): string {
    const text = this.#symbols.slu_native_report_text(this.#pointer);
    return text === null ? "" : Deno.UnsafePointerView.getCString(text);
  }

  #check(done: number): void {
    if (done === 0) throw this.#refusal();
  }

  #refusal(): RangeError {
    return new RangeError(`Cannot make a native lane: ${lastNativeError(this.#symbols)}`);
  }
}

function addLink(symbols: NativeSymbols, draft: Deno.PointerObject, link: NativeLink): number {
  const { index, capacity, end } = link;
  const policy = POLICIES.indexOf(link.policy);
  switch (end.kind) {
    case "local":
      return symbols.slu_native_add_local(draft, index, policy, capacity, ...end.from, ...end.to);
    case "writer": {
      const { from, ring, bit, otherLane, otherBit } = end;
      return symbols.slu_native_add_writer(draft, index, policy, capacity, ...from, ring, bit, otherLane, otherBit);
    }
    case "reader": {
      const { to, ring, bit, otherLane, otherBit } = end;
      return symbols.slu_native_add_reader(draft, index, policy, capacity, ...to, ring, bit, otherLane, otherBit);
    }
  }
}

/** Keys, each followed by a line feed, and their values. */
function encode(values: NativeValues): [keys: Uint8Array<ArrayBuffer>, values: Float64Array<ArrayBuffer>] {
  const keys = new TextEncoder().encode([...values.keys()].map((key) => `${key}\n`).join(""));
  return [keys, Float64Array.from(values.values())];
}
