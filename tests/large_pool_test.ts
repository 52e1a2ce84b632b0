/** Graphs whose pools reach beyond 2 and 4 GiB: the slots at the far end are as good as any. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { index32 } from "../core/element_index.ts";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../core/ports/stream.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import { Runtime } from "../core/runtime.ts";
import { POOL } from "../ffi/layout.gen.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { fixture, port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink, collect, collected, numberedSource, pass } from "./fixtures/numbered.ts";

const BLOCKS = 10_000;

const SLOT_BYTES = 65_536;

/** Slots that are left to the graph, at the end of its pool. */
const LEFT = 1_024;

/** Most slots that were taken before the lower ones were out of reach. */
const TAKEN_BEFORE = 256;

/**
 * A node on main that passes frames on, and while the graph runs has all slots of their pool but the last ones: as if
 * it had acquired them, but that their pages stay untouched.
 */
class Hoarder {
  audioIn!: StreamInput<AudioFrame>;
  audioOut!: StreamOutput<AudioFrame>;
  /** The bits of those that it has, by word of the bitmap. */
  #taken = new Map<number, number>();
  #words: Int32Array | undefined;
  /** Lower ones that were in use then. */
  readonly #kept: AudioFrame[] = [];
  far = 0;

  process(): void {
    let frame;
    while ((frame = this.audioIn.read())) {
      const { pool } = frame;
      if (this.#words === undefined) {
        this.#words = pool.i32;
        const bitmap = index32(pool.u32[POOL.bitmapOffset >> 2]);
        for (let word = 0; word < (pool.slotCount - LEFT) / 32; word++) {
          this.#taken.set(bitmap + word, Atomics.exchange(pool.i32, bitmap + word, 0));
        }
      }
      if (frame.slot >= pool.slotCount - LEFT) this.far++;
      else this.#kept.push(frame.retain());
      this.audioOut.write(frame);
    }
  }

  flush(): void {
    for (const [word, bits] of this.#taken) Atomics.or(this.#words!, word, bits);
    this.#taken.clear();
    for (const frame of this.#kept.splice(0)) frame.release();
  }
}

for (const [size, slots] of [["2.4 GiB", 40_000], ["8 GiB", 131_072]] as const) {
  eachDriver(`frames pass from lane to lane through the far end of a pool of ${size}`, async (native) => {
    const hoarder = new Hoarder();
    const hoard = fixture<NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>>(() => hoarder, {
      type: "hoarder",
      lane: "main",
      ports: [
        port({ name: "audioIn", direction: "input", kind: "audio" }),
        port({ name: "audioOut", direction: "output", kind: "audio" }),
      ],
    });
    await using runtime = new Runtime({
      mode: "offline",
      native,
      pools: { audio: { slotBytes: SLOT_BYTES, slots } },
    });
    const source = runtime.add(numberedSource({ count: BLOCKS, perTick: 8 }), { lane: "a" });
    const between = runtime.add(hoard());
    const passed = runtime.add(pass(), { lane: "b" });
    runtime.connect(source.outputs.audio, between.inputs.audioIn);
    runtime.connect(source.outputs.audio, passed.inputs.audioIn);
    for (const output of [between.outputs.audioOut, passed.outputs.audioOut]) {
      const checked = runtime.add(checkingSink(), { lane: "c" });
      const found = runtime.add(collect());
      runtime.connect(output, checked.inputs.audio);
      runtime.connect(checked.outputs.findings, found.inputs.data);
    }
    collected.length = 0;
    await runtime.start();
    const summary = await runtime.finished;
    equal(summary.outcome, "completed");
    assertSpent(summary);
    ok(hoarder.far > BLOCKS - TAKEN_BEFORE - LEFT, `${hoarder.far} frames lay at the end`);
    deepEqual(
      collected.map(({ received, corrupt, missing }) => [received, corrupt, missing]),
      [[BLOCKS, 0, 0], [BLOCKS, 0, 0]],
    );
  });
}
