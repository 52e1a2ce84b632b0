import { deepEqual, equal } from "node:assert/strict";
import { acquire, bench } from "../../tests/fixtures/slots.ts";
import { AudioFrame } from "../frames/audio_frame.ts";
import { framesOf } from "./entry_frames.ts";

Deno.test("framesOf() gives frames the layout that another lane has written, not that of their slots before", () => {
  const { pool } = bench(1);
  const { slot } = acquire<AudioFrame>(pool, "audio", { sampleRateHz: 1_000, channels: 1, sampleCount: 2 });
  const [{ frame: before }] = framesOf({}, [slot], [pool]);
  const number = before.layoutNumber();
  // The slot's object on the other lane.
  new AudioFrame(pool, slot, pool.ledger).shape({ sampleRateHz: 1_000, channels: 2, sampleCount: 2 });
  const [{ frame, gap }] = framesOf({}, [slot], [pool]);
  equal(frame.layoutNumber() === number, false);
  deepEqual([frame.format, gap], [{ kind: "audio", sampleRateHz: 1_000, channels: 2 }, false]);
});
