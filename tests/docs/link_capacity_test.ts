/** The page about links says the capacities that links have. */
import { deepEqual, ok } from "node:assert/strict";
import { FRAME_KINDS } from "../../core/frames/format.ts";
import { defaultCapacity } from "../../core/links/policy.ts";

Deno.test("docs/links.md says the default capacity of each kind of frame", async () => {
  const page = (await Deno.readTextFile(new URL("../../docs/links.md", import.meta.url))).replaceAll(/\s+/g, " ");
  const said = /holds (\d+) frames of audio, (\d+) of video, (\d+) encoded frames or packets, and (\d+) of data/.exec(
    page,
  );
  ok(said !== null, "the sentence is there");
  const [audio, video, encoded, data] = said.slice(1).map(Number);
  deepEqual(FRAME_KINDS.map(defaultCapacity), [audio, video, encoded, encoded, data]);
});
