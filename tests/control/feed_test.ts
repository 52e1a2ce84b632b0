import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { logger } from "../../core/log.ts";
import { nodeId } from "../../core/ids.ts";
import { nodes, Runtime } from "../../mod.ts";
import { eventWords } from "../../web/model/event_words.ts";
import { Feed } from "../../control/answers/feed.ts";

Deno.test("Feed keeps the end of a graph that failed as an error", async () => {
  await using runtime = new Runtime({ mode: "live", native: "off" });
  const tone = runtime.add(nodes.toneSource());
  const sink = runtime.add(nodes.wavSink({ path: "/no-such-folder/out.wav" }));
  runtime.connect(tone.outputs.audio, sink.inputs.audio);
  using feed = new Feed(runtime);
  await runtime.start().catch(() => {});
  await setImmediate();
  const ends = feed.events.filter(({ data }) => data?.outcome === "failed");
  assert.deepEqual(ends.map(({ level }) => level), ["error"]);
});

Deno.test("Feed keeps as many lines of no node as of all", () => {
  using feed = new Feed(new Runtime());
  for (let k = 0; k < 300; k++) logger("harness").warn(`line ${k}`);
  assert.equal(feed.lines.filter(({ category }) => category === "harness").length, 300);
});

Deno.test("Feed keeps 512 events, 2,000 lines, and 200 of a node, the newest", async () => {
  const runtime = new Runtime();
  using feed = new Feed(runtime);
  const says = async (count: number, of: number) => {
    for (let k = 0; k < count; k++) {
      const about = { group: "node", nodeId: nodeId(`n${k % of}`) } as const;
      runtime.events.publish({ ...about, kind: "log", level: "info", message: `line ${k}` });
      if (k % 1_000 === 999) await setImmediate();
    }
    await setImmediate();
  };
  for (let k = 0; k < 600; k++) {
    runtime.events.publish({ group: "node", nodeId: nodeId("n"), kind: "state", state: "running" });
  }
  await setImmediate();
  assert.deepEqual([feed.events.length, feed.events[0].seq, feed.events.at(-1)!.seq], [512, 89, 600]);
  await says(900, 3);
  const of = (id: string) => feed.lines.filter((line) => line.nodeId === id);
  assert.deepEqual(["n0", "n1", "n2"].map((id) => of(id).length), [200, 200, 200]);
  assert.equal(of("n2").at(-1)!.message, "line 899");
  await says(3_000, 30);
  assert.equal(feed.lines.length, 2_000);
  assert.equal(feed.lines[0].message, "line 1000");
});

Deno.test("Feed tells events of topics of a script's own by their topic", async () => {
  const runtime = new Runtime({ native: "off" });
  using feed = new Feed(runtime);
  runtime.events.emit("my:cue", { at: 3 });
  await setImmediate();
  const { timeMs: _timeMs, ...told } = feed.events[0];
  assert.deepEqual(told, {
    seq: 1,
    topic: "my:cue",
    kind: "emitted",
    level: "info",
    message: "my:cue: emitted",
    data: { name: "my:cue", data: { at: 3 } },
  });
  assert.equal(eventWords(feed.events[0]), 'my:cue: {"at":3}');
});
