/**
 * Makes really different processor classes: each is a class text of its own, with hidden classes, code and feedback
 * of its own, as classes that people write have.
 *
 * @module
 */
import type { NodeHandle } from "../../core/registry/handle.ts";
import { defineNodeType, type NodeInstance, type NodeType } from "../../core/registry/node_type.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { describeNode, port } from "./describe.ts";

/** Number of classes that {@linkcode passTypes} makes. */
export const PASS_CLASSES = 20;

/** A node with one input and one output. */
export type PassType = NodeType<
  Record<never, never>,
  NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>
>;

/** What a pass node of class `k` (from 0) adds to the time stamp of each frame, nanoseconds. */
export function passStep(k: number): number {
  return k + 1;
}

/** One node type a class. All do the same in three ways that people write it. */
export function passTypes(): PassType[] {
  return Array.from({ length: PASS_CLASSES }, (_, k) => {
    const ports = [
      port({ name: "audioIn", direction: "input", kind: "audio" }),
      port({ name: "audioOut", direction: "output", kind: "audio" }),
    ];
    // One class for all instances, as a module that is loaded once has.
    let make: (() => NodeInstance) | undefined;
    return defineNodeType({
      descriptor: describeNode({ type: `bench-pass-${k}`, ports }),
      load: () => Promise.resolve(make ??= makerOf(k)),
    });
  });
}

/** A function that makes instances, with a class and a `tick` of its own: as the generator writes them. */
function makerOf(k: number): () => NodeInstance {
  const step = `frame.ptsNs += ${passStep(k)}; this.audioOut.write(frame); this.passed${k}++;`;
  const body = [
    `let frame; while ((frame = this.audioIn.read())) { ${step} }`,
    `for (const frame of this.audioIn.drain()) { ${step} }`,
    `for (let frame = this.audioIn.read(); frame !== undefined; frame = this.audioIn.read()) { ${step} }`,
  ][k % 3];
  return new Function(`
    class Pass${k} {
      passed${k} = 0;
      audioIn;
      audioOut;
      process() { ${body} }
    }
    return () => {
      const processor = new Pass${k}();
      return {
        processor,
        ports: {
          inputs: () => ({ audioIn: processor.audioIn }),
          outputs: () => ({ audioOut: processor.audioOut }),
          visit: () => {},
          wire: (wiring) => {
            processor.audioIn = wiring.input("audioIn");
            processor.audioOut = wiring.output("audioOut");
          },
        },
        tick: (context) => processor.process(context),
        configure: () => {},
      };
    };
  `)() as () => NodeInstance;
}
