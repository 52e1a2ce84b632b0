/**
 * A sink that collects the garbage of its lane on demand, so that the rest of its heap can be judged. The process must
 * run with `--v8-flags=--expose-gc`.
 *
 * @module
 */
import { getHeapSpaceStatistics } from "node:v8";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import { definePackage, type NodePackage, type NodeType } from "../../core/registry/node_type.ts";
import { fixture, port } from "../../tests/fixtures/define.ts";

/** The parts of a heap where what V8 has compiled stands: it levels off late, long after what the lane keeps. */
const CODE_SPACES = ["code_space", "trusted_space", "code_large_object_space", "trusted_large_object_space"];

class Sweeper {
  audio!: StreamInput<AudioFrame>;
  turn = 0;
  #swept = 0;

  process(context: ProcessorContext): void {
    while (this.audio.read());
    if (this.turn === this.#swept) return;
    this.#swept = this.turn;
    const { gc } = globalThis as unknown as { gc(options?: object): void };
    gc();
    // What the first has found to be of no use gives its native memory back by now. This one gives free pages back.
    gc({ type: "major", execution: "sync", flavor: "last-resort" });
    const { heapUsed } = Deno.memoryUsage();
    const codeBytes = getHeapSpaceStatistics().filter(({ space_name: name }) => CODE_SPACES.includes(name))
      .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0);
    context.report({ turn: this.turn, heapBytes: heapUsed, codeBytes });
  }
}

/**
 * Sweeps once each time its `turn` changes, and then reports that with `heapBytes` that are in use on its lane's heap
 * and `codeBytes` of them.
 */
export const sweeper: NodeType<Record<never, never>, NodeHandle<{ audio: AudioFrame }, Record<never, never>>> = fixture(
  () => new Sweeper(),
  {
    type: "sweeper",
    config: {
      type: "object",
      properties: { turn: { type: "integer", "x-live": true } },
      required: [],
      additionalProperties: false,
    },
    ports: [port({ name: "audio", direction: "input", kind: "audio" })],
  },
);

/** The package of this node. */
export const nodePackage: NodePackage = definePackage({
  name: "sweeper",
  url: import.meta.url,
  nodes: [sweeper],
  sources: {},
});
