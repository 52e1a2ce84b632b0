/** How urgent lanes are and where they run: read back from the system, for lanes of both kinds. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { Runtime, type RuntimeOptions } from "../mod.ts";
import { nativeNodes } from "../core/registry/fixtures/test_stages.ts";
import type { LaneStats } from "../core/stats.ts";
import type { LanePriority } from "../core/placement/lane_options.ts";
import { nodes } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { looseSink, numberedSource, urgentSink } from "./fixtures/numbered.ts";
import { gathering, sink } from "./fixtures/scripted.ts";
import { flow, until } from "./fixtures/waiting.ts";

/** What the system has of a thread. */
function readThread({ threadId }: LaneStats) {
  const folder = `/proc/self/task/${threadId}`;
  const cpus = /^Cpus_allowed_list:\t(.*)$/m.exec(Deno.readTextFileSync(`${folder}/status`))![1];
  // The name of the command, in brackets, may hold spaces.
  const fields = Deno.readTextFileSync(`${folder}/stat`).replace(/^.*\) /, "").split(" ");
  const [nice, realtimePriority, policy] = [fields[16], fields[37], fields[38]].map(Number);
  return { cpus, nice, realtimePriority, policy };
}

const ownNice = () => Number(Deno.readTextFileSync("/proc/self/stat").replace(/^.*\) /, "").split(" ")[16]);

/** Asserts that a lane has what it was to have, or has said that the system refuses it. */
function assertScheduled(lane: LaneStats, priority: LanePriority, cpus?: string): void {
  const thread = readThread(lane);
  const isRefused = lane.warnings.some((text) => text.includes(`priority "${priority}" was refused`));
  if (priority === "realtime") {
    deepEqual([thread.policy, thread.realtimePriority], isRefused ? [0, 0] : [2, 10]);
  } else {
    deepEqual([thread.policy, thread.nice], [0, priority === "high" && !isRefused ? -10 : ownNice()]);
  }
  const isPinned = !lane.warnings.some((text) => text.includes("processors [0] were refused"));
  if (cpus !== undefined && isPinned) equal(thread.cpus, cpus);
  ok(lane.warnings.length <= 1, String(lane.warnings));
  if (priority === "normal" && isPinned) deepEqual(lane.warnings, []);
}

const isLinux = Deno.build.os === "linux";

/** A test with the native driver, of a system whose threads can be looked at. */
function native(name: string, body: () => Promise<void>): void {
  Deno.test({ name: `native: ${name}`, ignore: !isLinux || Deno.env.get("SLUICE_NATIVE") === "off", fn: body });
}

const laneOf = (runtime: Runtime, name: string) => runtime.stats().lanes.find((lane) => lane.name === name)!;

for (const kind of ["native", "worker"] as const) {
  native(`priority and processors of a ${kind} lane are read back from /proc, or it warns once`, async () => {
    for (const priority of ["realtime", "high", "normal"] as const) {
      const options: RuntimeOptions = { native: "require", lanes: { fast: { priority, cpus: [0] } } };
      await using runtime = new Runtime(options);
      const at = { id: "to", lane: "fast" };
      if (kind === "native") {
        const from = runtime.add(nativeNodes.nativeSource({ blockSize: 480, paced: true }), { lane: "fast" });
        runtime.connect(from.outputs.audio, runtime.add(nativeNodes.nativeSink(), at).inputs.audio);
      } else {
        const from = runtime.add(nodes.toneSource({ blockSize: 480 }), { lane: "fast" });
        runtime.connect(from.outputs.audio, runtime.add(nodes.gain(), at).inputs.audioIn);
      }
      await runtime.start();
      await flow(runtime, "to", 1);
      assertScheduled(laneOf(runtime, "fast"), priority, "0");
      await runtime.stop();
    }
  });
}

native("nodes that name no lane and ask for the same share one, which has what they ask for", async () => {
  await using runtime = new Runtime({ native: "require" });
  runtime.add(nodes.gain(), { id: "plain" });
  runtime.add(urgentSink(), { id: "typed" });
  runtime.add(nodes.gain(), { id: "asked", priority: "high", cpus: [0] });
  runtime.add(nodes.gain(), { id: "other", priority: "high" });
  runtime.add(urgentSink(), { id: "calmed", priority: "normal" });
  runtime.add(nodes.gain(), { id: "normal", priority: "normal" });
  runtime.add(nativeNodes.nativeSink(), { id: "stage", cpus: [0] });
  await runtime.start();
  deepEqual(runtime.stats().nodes.map(({ id, lane }) => [id, lane]), [
    ["plain", "worker"],
    ["typed", "worker-high-cpus-0"],
    ["asked", "worker-high-cpus-0"],
    ["other", "worker-high"],
    ["calmed", "worker-cpus-0"],
    ["normal", "worker"],
    ["stage", "native-cpus-0"],
  ]);
  assertScheduled(laneOf(runtime, "worker"), "normal");
  assertScheduled(laneOf(runtime, "worker-high-cpus-0"), "high", "0");
  assertScheduled(laneOf(runtime, "native-cpus-0"), "normal", "0");
  const { nodes: written } = runtime.graph();
  deepEqual([written.typed.priority, written.asked.priority, written.asked.cpus], [undefined, "high", [0]]);
  await runtime.stop();
});

native("a running lane is as urgent as the most urgent of its nodes, unless its options say otherwise", async () => {
  await using runtime = new Runtime({ native: "require", lanes: { set: { priority: "normal" } } });
  runtime.add(nodes.gain(), { id: "first", lane: "near" });
  runtime.add(nodes.gain(), { id: "second", lane: "set" });
  runtime.add(nativeNodes.nativeSink(), { id: "third", lane: "stages" });
  await runtime.start();
  assertScheduled(laneOf(runtime, "near"), "normal");
  await runtime.add(nodes.gain(), { id: "urgent", lane: "near", priority: "high" });
  await runtime.add(nodes.gain(), { id: "calm", lane: "set", priority: "realtime" });
  await runtime.add(nativeNodes.nativeSink(), { id: "stage", lane: "stages", cpus: [0] });
  await runtime.add(nodes.gain(), { id: "new", lane: "later", cpus: [0] });
  const isHigh = () => readThread(laneOf(runtime, "near")).nice === -10 || laneOf(runtime, "near").warnings.length > 0;
  await until(isHigh);
  assertScheduled(laneOf(runtime, "near"), "high");
  assertScheduled(laneOf(runtime, "set"), "normal");
  await until(() => readThread(laneOf(runtime, "stages")).cpus === "0");
  await until(() => readThread(laneOf(runtime, "later")).cpus === "0");
  await runtime.stop();
});

Deno.test("portable mode says once that it has neither priorities nor sets of processors", async () => {
  await using runtime = new Runtime({ native: "off", lanes: { near: { priority: "high", cpus: [0] } } });
  const warned: string[] = [];
  runtime.events.on("lane:near", (event) => {
    if (event.group === "lane" && event.kind === "warning") warned.push(event.message);
  });
  runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "from", lane: "near" });
  await runtime.start();
  await until(() => warned.length > 0);
  const text = 'Lane "near": portable mode has neither priorities nor sets of processors; it runs as any thread';
  deepEqual([warned, laneOf(runtime, "near").warnings], [[text], [text]]);
  await runtime.stop();
});

eachDriver("what nodes ask for is checked when they are added, moved and replaced", async (native) => {
  const runtime = new Runtime({ native });
  const add = (options: Record<string, unknown>) => runtime.add(nodes.gain(), { id: "gain", ...options });
  throws(() => add({ priority: "urgent" }), {
    code: "InvalidConfig",
    nodeId: "gain",
    key: "priority",
    message: 'Cannot schedule node "gain": priority is "urgent", wanted "realtime", "high" and "normal"',
  });
  throws(() => add({ cpus: [0, 0] }), {
    code: "InvalidConfig",
    message: 'Cannot schedule node "gain": cpus is [0,0], wanted a list of different processor numbers from 0 to 1023',
  });
  throws(() => add({ lane: "main", priority: "high" }), {
    code: "InvalidGraph",
    message: 'Cannot place node "gain" (gain) on lane "main": it asks for a priority or processors, and that lane is ' +
      "the program's own thread; give it another",
  });
  runtime.add(nodes.gain(), { id: "first", lane: "near", cpus: [1, 2] });
  const clash = {
    code: "InvalidGraph",
    nodeId: "second",
    message:
      'Cannot place node "second" (gain) on lane "near": it asks for processors 0, and the others of that lane ' +
      "for 1, 2; give one of them a lane of another name",
  };
  throws(() => runtime.add(nodes.gain(), { id: "second", lane: "near", cpus: [0] }), clash);
  runtime.add(nodes.gain(), { id: "second", lane: "far", cpus: [0] });
  await rejects(runtime.move("second", "near"), clash);
  await rejects(runtime.move("second", "main"), { code: "InvalidGraph" });
  runtime.add(looseSink(), { id: "sink", lane: "near" });
  await rejects(runtime.replace("sink", urgentSink()), { code: "InvalidGraph", nodeId: "sink" });
  // On lane main what a type asks for is not to be had, and it runs there all the same.
  const typed = { priority: "high" } as const;
  runtime.add(sink(gathering([]), undefined, typed), { id: "control", lane: "main" });
  equal(runtime.graph().nodes.control.lane, "main");
});

native("processors that the machine lacks are refused at the start, with the node", async () => {
  await using runtime = new Runtime({ native: "require" });
  runtime.add(nodes.gain(), { id: "gain", cpus: [1_023] });
  await rejects(runtime.start(), (error: Error) => {
    match(error.message, /^Cannot start: node "gain": cpus names 1023, and this machine has \d+ processors, 0 to \d+$/);
    return true;
  });
});
