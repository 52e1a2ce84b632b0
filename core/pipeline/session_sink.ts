/**
 * The sink behind an output of a session: it copies each frame and offers it to the reader. The next frame is read once
 * the reader has taken it; until then the link does what its policy says. A graph that is torn down, because one of its
 * nodes has failed, leaves the frames that have come out of it with the reader.
 *
 * @module
 */
import { appNode, type AppProcessor } from "../app/app_node.ts";
import type { FrameKind } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import { takeTurns } from "../lanes/cells/turn.ts";
import type { StreamInput } from "../ports/stream.ts";
import type { ProcessorContext } from "../processor.ts";
import type { NodeHandle } from "../registry/handle.ts";
import type { NodeSpec } from "../registry/node_type.ts";
import { payloadOf } from "./frame_payload.ts";
import type { Outbox } from "./outbox.ts";
import { FRAME_TYPES } from "./session_source.ts";
import { TransportData } from "./transport_data.ts";

/** How often the rest may be asked for in vain, when a node gives way to others. */
const MAX_TURNS = 64;

/** The sink of a session. */
export interface SessionSinkHandle extends NodeHandle {
  /** Takes no more: nodes that only feed it end with it. */
  close(): void;
}

/** A sink of one kind of frames. @param port by which name the graph exposes the output */
export function sessionSink(port: string, kind: FrameKind, outbox: Outbox<TransportData>): NodeSpec<SessionSinkHandle> {
  const sink = new SessionSink(port, outbox);
  return appNode(
    {
      type: "session-output",
      className: "SessionOutput",
      description: "Gives a client what comes in.",
      mode: "push",
    },
    {
      name: kind,
      kind,
      type: FRAME_TYPES[kind],
      direction: "input",
      ...(kind === "data" && { schema: "unknown" }),
    },
    sink,
    (handle) => Object.assign(handle as unknown as NodeHandle, { close: () => sink.close() }),
  );
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
