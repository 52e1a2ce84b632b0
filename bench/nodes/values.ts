/**
 * Nodes that send small values between lanes: as data frames, and in the way that data frames went before, as bytes of
 * `node:v8` in a slot.
 *
 * @module
 */
import { deserialize, serialize } from "node:v8";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { PacketFrame } from "../../core/frames/packet_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import { definePackage, type NodePackage, type NodeType } from "../../core/registry/node_type.ts";
import { port } from "./describe.ts";
import { nodeType } from "./node_type.ts";

/** A small value. */
export interface Reading {
  readonly id: number;
  readonly sensor: string;
  readonly x: number;
  readonly y: number;
  readonly ok: boolean;
}

/** What a sink has seen of the values. */
export interface ValuesSeen {
  readonly received: number;
  /** Values that were not what the source had sent. */
  readonly wrong: number;
  /** When the first timed value and the last one came, on the runtime's clock. */
  readonly fromNs: number;
  readonly toNs: number;
}

type None = Record<never, never>;
type Bytes = { readonly byte: "u8" };
const BYTES: Bytes = { byte: "u8" };

/** The most bytes that `node:v8` makes of a reading. */
const MAX_BYTES = 256;

const SENSORS = ["north", "east", "south", "west"];

class ValueSource {
  data!: StreamOutput<DataFrame<Reading>>;
  count = 1;
  /** 0: as fast as the links take them. */
  perSecond = 0;
  #sent = 0;
  #startNs = -1;

  process(context: ProcessorContext): void {
    if (this.perSecond > 0 && this.#isEarly(context)) return;
    const frame = this.data.tryAcquire({ value: reading(this.#sent) });
    if (frame === undefined) return;
    this.data.write(frame);
    if (++this.#sent === this.count) context.finish();
  }

  /** A value in 64 asks the clock, so that they come in batches. */
  #isEarly(context: ProcessorContext): boolean {
    if (this.#sent % 64 !== 0) return false;
    const nowNs = context.nowNs();
    if (this.#startNs < 0) this.#startNs = nowNs;
    const dueNs = this.#startNs + this.#sent / this.perSecond * 1e9;
    if (nowNs >= dueNs) return false;
    context.waitUntilNs(dueNs);
    return true;
  }
}

class V8Source {
  packet!: StreamOutput<PacketFrame<Bytes>>;
  count = 1;
  #sent = 0;

  process(context: ProcessorContext): void {
    const frame = this.packet.tryAcquire({ fields: BYTES, capacity: MAX_BYTES });
    if (frame === undefined) return;
    const bytes = serialize(reading(this.#sent));
    frame.batchSize = bytes.length;
    frame.column("byte").set(bytes);
    this.packet.write(frame);
    if (++this.#sent === this.count) context.finish();
  }
}

abstract class Sink {
  seen!: StreamOutput<DataFrame<ValuesSeen>>;
  /** Values before the clock starts, and in all. */
  warmup = 0;
  count = 1;
  #received = 0;
  #wrong = 0;
  #fromNs = 0;
  #toNs = 0;

  flush(): void {
    const value = { received: this.#received, wrong: this.#wrong, fromNs: this.#fromNs, toNs: this.#toNs };
    this.seen.write(this.seen.tryAcquire({ value })!);
  }

  protected take({ id, sensor, x, y, ok }: Reading, context: ProcessorContext): void {
    if (this.#received === this.warmup) this.#fromNs = context.nowNs();
    const is = id === this.#received && sensor === SENSORS[id % 4] && x === id / 4 && y === -id &&
      ok === (id % 2 === 0);
    if (!is) this.#wrong++;
    if (++this.#received === this.count) this.#toNs = context.nowNs();
  }
}

class ValueSink extends Sink {
  data!: StreamInput<DataFrame<Reading>>;

  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.data.read())) this.take(frame.value, context);
  }
}

class V8Sink extends Sink {
  packet!: StreamInput<PacketFrame<Bytes>>;

  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.packet.read())) this.take(deserialize(frame.column("byte").slice()) as Reading, context);
  }
}

class ValueReport {
  data!: StreamInput<DataFrame<ValuesSeen>>;

  process(): void {
    let frame;
    while ((frame = this.data.read())) valuesReported.push(frame.value);
  }
}

/** What `valueReport` nodes on main have received. */
export const valuesReported: ValuesSeen[] = [];

/** A source of `count` readings, one a tick. */
export const valueSource: NodeType<
  { count: number; perSecond?: number },
  NodeHandle<None, { data: DataFrame<Reading> }>
> = nodeType(
  () => new ValueSource(),
  {
    type: "value-source",
    mode: "loop",
    keys: ["count", "perSecond"],
    ports: [port({ name: "data", direction: "output", kind: "data" })],
  },
);

/** The same in the old way. */
export const v8Source: NodeType<{ count: number }, NodeHandle<None, { packet: PacketFrame<Bytes> }>> = nodeType(
  () => new V8Source(),
  {
    type: "v8-source",
    mode: "loop",
    keys: ["count"],
    ports: [port({ name: "packet", direction: "output", kind: "packet" })],
  },
);

/** Checks readings and times them. */
export const valueSink: NodeType<
  { warmup: number; count: number },
  NodeHandle<{ data: DataFrame<Reading> }, { seen: DataFrame<ValuesSeen> }>
> = sinkType(() => new ValueSink(), "value-sink", "data");

/** The same in the old way. */
export const v8Sink: NodeType<
  { warmup: number; count: number },
  NodeHandle<{ packet: PacketFrame<Bytes> }, { seen: DataFrame<ValuesSeen> }>
> = sinkType(() => new V8Sink(), "v8-sink", "packet");

/** Puts what sinks have seen into {@linkcode valuesReported}, on main. */
export const valueReport: NodeType<None, NodeHandle<{ data: DataFrame<ValuesSeen> }, None>> = nodeType(
  () => new ValueReport(),
  { type: "value-report", lane: "main", ports: [port({ name: "data", direction: "input", kind: "data" })] },
);

export const nodePackage: NodePackage = definePackage({
  name: "bench-values",
  url: import.meta.url,
  nodes: [valueSource, v8Source, valueSink, v8Sink, valueReport],
  sources: {},
});

function reading(id: number): Reading {
  return { id, sensor: SENSORS[id % 4], x: id / 4, y: -id, ok: id % 2 === 0 };
}

// deno-lint-ignore no-explicit-any -- the bound of every handle
function sinkType<H extends NodeHandle<any, any>>(
  make: () => Sink & { process(context: ProcessorContext): void },
  type: string,
  kind: "data" | "packet",
) {
  return nodeType<{ warmup: number; count: number }, H>(make, {
    type,
    keys: ["warmup", "count"],
    ports: [
      port({ name: kind, direction: "input", kind }),
      port({ name: "seen", direction: "output", kind: "data" }),
    ],
  });
}
