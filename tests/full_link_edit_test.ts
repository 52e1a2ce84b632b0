/** Edits of a node that waits for room within its tick, together with those that give it the room. */
import { equal } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { bursting, slow } from "./fixtures/bursting.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { gate } from "./fixtures/gate.ts";
import { filter, gathering, type Script, sink } from "./fixtures/scripted.ts";
import { grow, sleep } from "./fixtures/waiting.ts";

/** For how long a lane is kept from taking part in an edit, milliseconds: some ticks of a node. */
const KEPT_MS = 200;
const TICK_EVERY_MS = 40;

/** Where the writer and the slow nodes run, and where the edit takes each; absent: it replaces it in its place. */
const EDITS: readonly { readonly from: readonly string[]; readonly to: readonly (string | undefined)[] }[] = [
  { from: ["near", "near"], to: [undefined, undefined] },
  { from: ["near", "far"], to: [undefined, undefined] },
  { from: ["far", "main", "near"], to: [undefined, undefined, undefined] },
  { from: ["near", "near"], to: ["far", "far"] },
  { from: ["near", "far"], to: ["far", "near"] },
  { from: ["near", "near"], to: ["far", undefined] },
  { from: ["near", "far"], to: [undefined, "near"] },
];

for (const { from, to } of EDITS) {
  const told = to.map((lane, k) => lane === undefined ? `replaced on ${from[k]}` : `moved from ${from[k]} to ${lane}`);
  eachDriver(`edit() waits for a tick that waits for room, and loses nothing (${told.join(", ")})`, async (native) => {
    const runtime = new Runtime({ mode: "live", native });
    const got: number[] = [];
    let end = runtime.add(bursting({}), { id: "node-0", lane: from[0] }).outputs.audioOut;
    for (const [k, lane] of from.entries()) {
      if (k === 0) continue;
      const node = runtime.add(slow({}), { id: `node-${k}`, lane });
      runtime.connect(end, node.inputs.audioIn, { policy: "lossless", capacity: 4 });
      end = node.outputs.audioOut;
    }
    const last = runtime.add(
      sink(gathering(got)),
      { id: "sink" },
    );
    runtime.connect(end, last.inputs.audioIn, { policy: "lossless" });
    await runtime.start();
    await grow(got, 50);
    await runtime.edit((edit) => {
      for (const [k, lane] of to.entries()) {
        if (lane !== undefined) edit.move(`node-${k}`, lane);
        else if (k === 0) edit.replace("node-0", bursting({}));
        else edit.replace(`node-${k}`, slow({}));
      }
    });
    await grow(got, 100);
    await runtime.stop();
    equal(got.findIndex((number, place) => number !== place), -1);
  });
}

/** Hands a frame on after a millisecond. @param restored the edit has brought to rest what it holds */
function handing(restored: () => void = () => {}) {
  return filter({
    async process(this: Script) {
      const frame = this.audioIn!.read();
      if (frame === undefined) return;
      await sleep(1);
      this.audioOut!.write(frame);
    },
    snapshot: () => true,
    restore: restored,
  }, { isAsync: true });
}

eachDriver(
  "a node that moves is not run once nodes after it stand still, however late another's lane is",
  async (native) => {
    const runtime = new Runtime({ mode: "live", native });
    const got: number[] = [];
    const hold = Deno.makeTempFileSync();
    Deno.removeSync(hold);
    const late = runtime.add(bursting({}), { id: "late", lane: "kept" });
    const aside = runtime.add(sink(gathering([])), { id: "aside" });
    runtime.connect(late.outputs.audioOut, aside.inputs.audioIn, { policy: "lossless" });
    runtime.add(gate({ hold }), { id: "gate", lane: "kept" });
    const from = runtime.add(bursting({ everyMs: TICK_EVERY_MS }), { id: "from", lane: "near" });
    const middle = runtime.add(handing(), { id: "middle" });
    const to = runtime.add(sink(gathering(got)), { id: "to" });
    runtime.connect(from.outputs.audioOut, middle.inputs.audioIn, { policy: "lossless", capacity: 4 });
    runtime.connect(middle.outputs.audioOut, to.inputs.audioIn, { policy: "lossless" });
    await runtime.start();
    await grow(got, 50);
    await runtime.edit((edit) => {
      edit.move("late", "there");
      edit.move("from", "far");
      edit.replace(
        "middle",
        handing(() => {
          Deno.writeTextFileSync(hold, "");
          setTimeout(() => Deno.removeSync(hold), KEPT_MS);
        }),
      );
    });
    await grow(got, 100);
    await runtime.stop();
    equal(got.findIndex((number, place) => number !== place), -1);
  },
);
