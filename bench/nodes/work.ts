/**
 * Nodes that compute for a stated number of steps and go on where another instance of them was, so that the runtime may
 * move them.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import { definePackage, type NodePackage, type NodeType } from "../../core/registry/node_type.ts";
import { port } from "./describe.ts";
import { nodeType } from "./node_type.ts";

class WorkSource {
  audio!: StreamOutput<AudioFrame<1>>;
  #sent = 0;

  process(): void {
    const frame = this.audio.tryAcquire({ sampleRateHz: 48_000, channels: 1, sampleCount: 16 });
    if (frame === undefined) return;
    frame.ptsNs = this.#sent++;
    this.audio.write(frame);
  }

  snapshot(): number {
    return this.#sent;
  }

  restore(sent: number): void {
    this.#sent = sent;
  }
}

class Work {
  audioIn!: StreamInput<AudioFrame<1>>;
  audioOut!: StreamOutput<AudioFrame<1>>;
  /** Steps for each frame; each takes about a nanosecond. */
  steps = 1;
  /** Frames that did not follow the one before. */
  #state = { disordered: 0, last: -1, mixed: 1 };

  process(): void {
    let frame;
    while ((frame = this.audioIn.read())) {
      const state = this.#state;
      let mixed = state.mixed;
      for (let k = this.steps; k > 0; k--) mixed = (Math.imul(mixed, 1_103_515_245) + 12_345) | 0;
      state.mixed = mixed;
      if (frame.ptsNs !== state.last + 1) state.disordered++;
      state.last = frame.ptsNs;
      this.audioOut.write(frame);
    }
  }

  flush(): void {
    if (this.#state.disordered > 0) throw new Error(`${this.#state.disordered} frames came out of order or not at all`);
  }

  snapshot(): unknown {
    return this.#state;
  }

  restore(state: { disordered: number; last: number; mixed: number }): void {
    this.#state = { ...state };
  }
}

type None = Record<never, never>;

/** Numbers frames without an end. */
export const workSource: NodeType<None, NodeHandle<None, { audio: AudioFrame<1> }>> = nodeType(
  () => new WorkSource(),
  { type: "work-source", mode: "loop", ports: [port({ name: "audio", direction: "output", kind: "audio" })] },
);

/** Computes, and hands every frame on; fails at its end if a number was left out. */
export const work: NodeType<
  { steps?: number },
  NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>
> = nodeType(() => new Work(), {
  type: "work",
  keys: ["steps"],
  ports: [
    port({ name: "audioIn", direction: "input", kind: "audio" }),
    port({ name: "audioOut", direction: "output", kind: "audio" }),
  ],
});

/** The package of these nodes. */
export const nodePackage: NodePackage = definePackage({
  name: "bench-work",
  url: import.meta.url,
  nodes: [workSource, work],
  sources: {},
});
