import { deepEqual, rejects } from "node:assert/strict";
import { nodeId } from "../ids.ts";
import type { AnnouncedFormat } from "../lanes/messages.ts";
import { addBeside, addSecond, graph } from "./fixtures/three_lanes.ts";
import { draftRestart } from "./restart.ts";

/** Returns the format of frames that nodes write. */
function formatOf(sampleRateHz: number): AnnouncedFormat["format"] {
  return { kind: "audio", sampleRateHz, channels: 1 } as AnnouncedFormat["format"];
}

Deno.test("LiveEdits.run() has the formats checked that lanes say, and readers of the same outputs, and may be refused for them", async () => {
  const checked: [rates: number[], links: string[]][] = [];
  const run = graph({
    toldFormat: ({ toNode }) => toNode === "sink" ? formatOf(1) : undefined,
    checkFormats: (formats, links) => {
      checked.push([
        formats.map(({ format }) => (format as { sampleRateHz: number }).sampleRateHz),
        links.map(({ fromNode, toNode }) => `${fromNode} ${toNode}`),
      ]);
      if (checked.length > 1) throw new TypeError("wanted stereo, on purpose");
    },
  });
  run.lane("near").answers.prepare = ({ epoch }) => {
    const formats = [{ node: run.topology.node("middle").id, port: "audioOut", format: formatOf(2) }];
    return { kind: "prepared", epoch, formats };
  };
  await run.edit(addSecond);
  deepEqual(checked, [[[1, 2], ["middle second"]]]);
  await rejects(run.edit(addBeside), { name: "TypeError" });
  deepEqual([checked.length, run.epoch, run.topology.nodes.has(nodeId("beside"))], [2, 1, false]);
});

Deno.test("LiveEdits.run() has the formats checked of a node that is restarted, on the links that it has", async () => {
  const checked: string[] = [];
  const run = graph({
    checkFormats: (formats, links) => {
      checked.push(...formats.map(({ node, port }) => `${node}.${port}`), ...links.map(({ toNode }) => toNode));
    },
  });
  const middle = run.topology.node("middle");
  run.lane("near").answers.prepare = ({ epoch }) => (
    { kind: "prepared", epoch, formats: [{ node: middle.id, port: "audioOut", format: formatOf(1) }] }
  );
  await run.edits.run(() => draftRestart(run.topology, middle, false, () => {}), 1_000);
  deepEqual(checked, ["middle.audioOut", "sink"]);
});
