/** What the log says, where it is asked to, of what a runtime does. */
import { deepEqual, equal, fail, match, ok } from "node:assert/strict";
import { nodes, Runtime } from "../mod.ts";
import { configureLog, type LogSetting } from "../core/log.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

/** Collects the lines of this thread, without their times, while `body` runs. */
async function linesOf(setting: LogSetting, body: (lines: string[]) => Promise<void>): Promise<void> {
  const lines: string[] = [];
  configureLog({ setting, write: (line) => lines.push(line.slice(13).trimEnd()), terminal: false, colors: false });
  try {
    await body(lines);
  } finally {
    configureLog();
  }
}

eachDriver("level debug tells of pools, of lanes and of what an edit does on which lanes", async (native) => {
  await linesOf({ level: "debug", json: false }, async (lines) => {
    await using runtime = new Runtime({ native });
    const tone = runtime.add(nodes.toneSource(), { id: "tone", lane: "near" });
    await runtime.start();
    match(
      lines.find((line) => line.includes("Pool"))!,
      /^debug runtime: Pool "audio" is made with \d+ slots slotBytes=65536$/,
    );
    ok(lines.includes('debug lane: Lane "near" has opened its nodes kind="worker" thread=1'), lines.join("\n"));
    lines.length = 0;
    await runtime.edit((edit) => {
      const gain = edit.add(nodes.gain(), { id: "gain", lane: "far" });
      edit.connect(tone.outputs.audio, gain.inputs.audioIn);
    });
    deepEqual(lines.filter((line) => line.includes("Edit")), [
      'debug runtime: Edit 1 is in effect: added "gain" (gain) on lane "far"; linked "tone.audio" to "gain.audioIn" ' +
      '(link0) lanes=["far","near"]',
    ]);
    ok(lines.includes('debug lane: Lane "far" has opened its nodes kind="worker" thread=1'), lines.join("\n"));
    lines.length = 0;
    await runtime.remove("gain");
    const absent = nodes.wavSource({ path: "no/such/file.wav" });
    const { message } = await Promise.resolve(runtime.add(absent, { lane: "near" })).then(
      () => fail("it was added"),
      (error: Error) => error,
    );
    deepEqual(lines.filter((line) => line.includes("Edit")), [
      'debug runtime: Edit 2 is in effect: unlinked "tone.audio" to "gain.audioIn" (link0); removed "gain" ' +
      'lanes=["far","near"]',
      `debug runtime: Edit 3 was refused: ${message}`,
    ]);
  });
});

eachDriver("a part of its own level tells of that part alone", async (native) => {
  await linesOf({ level: "info", json: false, parts: { lane: "trace" } }, async (lines) => {
    await using runtime = new Runtime({ native });
    runtime.add(nodes.toneSource(), { id: "tone", lane: "near" });
    await runtime.start();
    await runtime.stop();
    deepEqual(new Set(lines.map((line) => line.split(/[ :]+/)[1])), new Set(["lane"]));
    ok(lines.includes('trace lane: Lane "near" was starting and is running'), lines.join("\n"));
    ok(lines.includes('debug lane: Lane "near" has closed'), lines.join("\n"));
  });
});

eachDriver("level info tells nothing of an edit", async (native) => {
  await linesOf({ level: "info", json: false }, async (lines) => {
    await using runtime = new Runtime({ native });
    runtime.add(nodes.toneSource(), { id: "tone" });
    await runtime.start();
    await runtime.add(nodes.gain(), { id: "gain" });
    await runtime.stop();
    equal(lines.find((line) => /Edit|Pool|opened|closed/.test(line)), undefined);
  });
});
