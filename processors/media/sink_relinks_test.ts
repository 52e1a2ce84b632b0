import assert from "node:assert/strict";
import { configureLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { FOLDER, probe } from "./fixtures/media_files.ts";

Deno.test("MediaSink goes on with its other tracks when a link is taken away and made again", async () => {
  const told: string[] = [];
  configureLog({ setting: { level: "warn", json: false }, write: (line) => told.push(line), terminal: false });
  using _log = { [Symbol.dispose]: () => configureLog() };
  for (const container of ["mkv", "mov"]) {
    const path = `${FOLDER}/relinked.${container}`;
    await using runtime = new Runtime({ mode: "live", native: "off" });
    const sources = [440, 880].map((frequencyHz) => runtime.add(nodes.toneSource({ frequencyHz })));
    const sink = runtime.add(nodes.mediaSink({ path }), { id: "rec", ports: ["pcm_0", "pcm_1"], lane: "main" });
    const connect = (k: number) => runtime.connectByName(`${sources[k].id}.audio`, `rec.pcm_${k}`);
    const links = await Promise.all([connect(0), connect(1)]);
    const figures = () =>
      runtime.stats().nodes.find(({ id }) => id === sink.id)!.figures ?? { durationSeconds: 0, lateFrames: 0 };
    const until = async (isThere: () => boolean) => {
      while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await runtime.start();
    await until(() => figures().durationSeconds > 0.5);
    await runtime.disconnect(links[1]);
    const atUnlink = figures().durationSeconds;
    await until(() => figures().durationSeconds > atUnlink + 0.3);
    await connect(1);
    await until(() => figures().lateFrames > 0);
    const atRelink = figures().durationSeconds;
    await until(() => figures().durationSeconds > atRelink + 0.3);
    await runtime.stop();
    assert.match(told.splice(0).join("\n"), /"pcm_1" had no link for a while, which ended its track in "/);
    const ends = [0, 1].map((k) => Number(probe(path, "packet=pts_time", "-select_streams", `a:${k}`).at(-1)));
    assert.ok(ends[0] > atRelink + 0.2 && ends[1] < atUnlink + 0.2, `${container}: the tracks end at ${ends}`);
  }
});
