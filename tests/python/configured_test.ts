/** Nodes in Python have their configuration as the types of its fields say, and their state goes along with an edit. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { tapLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { appSink, appSource, pythonTest as test } from "../fixtures/python/graph.ts";
import { until } from "../fixtures/waiting.ts";

const LOSSLESS = { policy: "lossless", capacity: 4 } as const;

test("values of the configuration have the types of the fields", async (registry) => {
  await using runtime = new Runtime({ registry });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  const usual = "com.example.py-configured";
  runtime.addByType(usual, {}, { id: "usual" });
  const config = {
    whole: 7,
    number: 3,
    truth: true,
    text: "5",
    choice: "b",
    size: 2,
    colour: "red",
    path: "a/b",
    bands: [{ low_hz: 2, names: ["y"] }, { low_hz: 0.5 }],
    weights: {},
    free: { any: [true] },
    maybe: 0.25,
  };
  runtime.addByType(usual, config, { id: "other" });
  for (const id of ["usual", "other"]) runtime.connectByName("source.audio", `${id}.audio_in`, LOSSLESS);
  await runtime.start();
  deepEqual(await runtime.command("usual", "tell"), {
    whole: "1",
    number: "0.5",
    truth: "False",
    text: "'é'",
    choice: "'a'",
    size: "1",
    colour: "<Colour.BLUE: 'blue'>",
    path: "None",
    bands: "[Band(low_hz=1.0, names=['x'])]",
    weights: "{'a': 1.0}",
    free: "{'deep': [1, None]}",
    maybe: "None",
    changes: [],
    ticks: true,
  });
  deepEqual(await runtime.command("other", "tell"), {
    whole: "7",
    number: "3.0",
    truth: "True",
    text: "'5'",
    choice: "'b'",
    size: "2",
    colour: "<Colour.RED: 'red'>",
    path: "PosixPath('a/b')",
    bands: "[Band(low_hz=2.0, names=['y']), Band(low_hz=0.5, names=[])]",
    weights: "{}",
    free: "{'any': [True]}",
    maybe: "0.25",
    changes: [],
    ticks: true,
  });
  await runtime.configure("usual", { bands: [], maybe: 4 });
  const { bands, maybe, changes } = await runtime.command("usual", "tell") as Record<string, unknown>;
  deepEqual({ bands, maybe, changes }, { bands: "[]", maybe: "4.0", changes: [["bands", "maybe"]] });
  await rejects(runtime.configure("usual", { bands: [{ low_hz: "x" }] }), { code: "InvalidConfig" });
  source.end();
  await runtime.finished;
});

test("a state of bytes goes along; one that new code refuses leaves the old node, and a snapshot that fails is told", async (registry) => {
  await using runtime = new Runtime({ registry });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.addByType("com.example.py-stateful", {}, { id: "node" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "node.audio_in", LOSSLESS);
  runtime.connectByName("node.audio", "sink.audio", LOSSLESS);
  await runtime.start();
  const become = (how: string) =>
    runtime.edit((edit) => void edit.replaceByType("node", "com.example.py-stateful", { how }));
  await become("good");
  equal(await runtime.command("node", "look"), "kept good");
  await rejects(
    become("no-restore"),
    /restore\(\) failed: ValueError: it is of another version \(configured\.py:\d+\)/,
  );
  equal(await runtime.command("node", "look"), "kept good");
  await become("no-snapshot");
  await rejects(become("no-teardown"), /ValueError: it is half written \(configured\.py:\d+\)/);
  equal(await runtime.command("node", "look"), "none");
  const lines: string[] = [];
  using taps = new DisposableStack();
  taps.defer(tapLog(({ message }) => void lines.push(message)));
  source.end();
  let blocks = 0;
  for await (const frame of sink) blocks += frame.sampleCount;
  equal(blocks, 1, "flush() has written one sample");
  await runtime.finished;
  await until(() => lines.some((line) => line.includes("ValueError: the device is gone")), () => lines.join("; "));
  ok(lines.some((line) => /destroy/.test(line)), lines.join("; "));
  match(lines.join("\n"), /Traceback/);
});
