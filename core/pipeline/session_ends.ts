/**
 * The nodes at the exposed ports of a session's graph.
 *
 * The source of an input is a node like `appSource`, with the format of its first item; values have no format.
 *
 * The sink of an output copies each frame and offers the copy to the reader. It reads the next frame once the reader has
 * taken that copy; until then the link follows its policy. If a graph is torn down because a node has failed, frames
 * that have come out stay with the reader.
 *
 * @module
 */
import { appNode, type AppProcessor } from "../app/app_node.ts";
import { FrameMaker, type FramePayload, payloadOf } from "../app/payload_frames.ts";
import { portOf } from "../app/source_items.ts";
import { AppSource, type AppSourceHandle } from "../app/source_node.ts";
import type { FrameKind } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import { takeTurns } from "../lanes/cells/event_loop.ts";
import type { StreamInput } from "../ports/stream.ts";
import type { ProcessorContext } from "../processor.ts";
import type { NodeHandle } from "../registry/handle.ts";
import type { NodeSpec } from "../registry/node_type.ts";
import type { Outbox } from "./outbox.ts";
import { TransportData } from "./transport_data.ts";

/** Most fruitless turns that a sink gives to other nodes while it waits for the rest. */
const MAX_TURNS = 64;

const SOURCE = {
  type: "session-input",
  className: "SessionInput",
  description: "Gives a graph what a client sends.",
  mode: "external",
} as const;

const SINK = {
  type: "session-output",
  className: "SessionOutput",
  description: "Gives a client what comes in.",
  mode: "push",
} as const;

/** Makes a source of checked payloads. */
export function sessionSource(kind: FrameKind): NodeSpec<AppSourceHandle<FramePayload, unknown>> {
  const maker = new FrameMaker();
  const processor = new AppSource<FramePayload, Frame, unknown>({
    kind,
    make: (output, payload) => maker.make(output, payload),
  });
  const port = { ...portOf(kind), direction: "output" } as const;
  return appNode(SOURCE, port, processor, (handle, side) => processor.extend(handle, side));
}

/** The sink of a session. */
export interface SessionSinkHandle extends NodeHandle {
  /** Closes the sink: nodes that feed only it end with it. */
  close(): void;
}

/** Makes a sink of one kind of frames. @param name the name under which the graph exposes the output */
export function sessionSink(name: string, kind: FrameKind, outbox: Outbox<TransportData>): NodeSpec<SessionSinkHandle> {
  const sink = new SessionSink(name, outbox);
  const port = { ...portOf(kind), direction: "input" } as const;
  return appNode(SINK, port, sink, (handle) => Object.assign(handle, { close: () => sink.close() }));
}

class SessionSink implements AppProcessor<StreamInput<Frame>> {
  readonly #port: string;
  readonly #outbox: Outbox<TransportData>;
  #input!: StreamInput<Frame>;
  #context: ProcessorContext | undefined;
  #sequence = 0;
  /** Ends the tick, which waits for the reader. */
  #endTick: (() => void) | undefined;
  #isClosed = false;

  constructor(port: string, outbox: Outbox<TransportData>) {
    this.#port = port;
    this.#outbox = outbox;
  }

  wire(port: StreamInput<Frame>): void {
    this.#input = port;
  }

  setup(context: ProcessorContext): void {
    this.#context = context;
    if (this.#isClosed) context.finish();
  }

  async process(): Promise<void> {
    if (this.#isClosed) return;
    const frame = this.#input.read();
    if (frame === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#endTick = resolve;
    this.#offer(frame);
    await promise;
    this.#endTick = undefined;
  }

  awaitsScript(): boolean {
    return this.#endTick !== undefined;
  }

  async teardown(): Promise<void> {
    for (let turns = 0; turns < MAX_TURNS && !this.#isClosed && this.#input.queued > 0;) {
      const frame = this.#input.read();
      if (frame !== undefined) this.#offer(frame);
      else turns++, await takeTurns();
    }
    this.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#context?.finish();
    this.#endTick?.();
  }

  #offer(frame: Frame): void {
    const data = new TransportData(payloadOf(frame), { port: this.#port, sequence: this.#sequence++ });
    this.#outbox.put(data, () => this.#endTick?.());
    frame.release();
  }
}
