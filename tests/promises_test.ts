/** What the interface of a runtime promises to those who build a graph step by step while it runs. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { type AudioFrame, linkId, type LinkRef } from "../mod.ts";
import type { NodeActivity } from "../core/stats.ts";
import { Runtime } from "../core/runtime.ts";
import { nodes } from "../sluice.gen.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { flow } from "./fixtures/waiting.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a runtime tells of a node's activity, and a wait for the next that is told. */
function listen(runtime: Runtime, node: string) {
  const told: NodeActivity[] = [];
  let wake = () => {};
  runtime.events.on(`node:${node}`, (event) => {
    if (event.group !== "node" || event.kind !== "activity") return;
    told.push(event.activity);
    wake();
  });
  const until = async (count: number) => {
    while (told.length < count) await new Promise<void>((resolve) => wake = resolve);
    return told;
  };
  return { until };
}

/** Settles when a node has ended. */
function ending(runtime: Runtime, node: string): Promise<void> {
  return new Promise((resolve) =>
    runtime.events.on(`node:${node}`, (event) => {
      if (event.group === "node" && event.kind === "state" && event.state === "ended") resolve();
    })
  );
}

const activities = (runtime: Runtime) =>
  Object.fromEntries(runtime.stats().nodes.map(({ id, activity }) => [id, activity]));

eachDriver("typed look-up of connections", async (native) => {
  await using runtime = new Runtime({ native });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const mixer = runtime.add(nodes.mixer(), { id: "mixer" });
  const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
  const [first, second] = mixer.inputs.audioIn;
  const toMixer = await runtime.connect(tone.outputs.audio, first, { capacity: 5 });
  const toMeter = await runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
  // The type of a link's ends is that of the port, which the type checker holds the next line to.
  const links: readonly LinkRef<AudioFrame>[] = runtime.links(tone.outputs.audio);
  const shown = links.map(({ id, from, to, policy, capacity }) => [id, from.address, to.address, policy, capacity]);
  deepEqual(shown, [
    [toMixer, "tone.audio", "mixer.audioIn_0", "roll-off", 5],
    [toMeter, "tone.audio", "meter.audioIn", "roll-off", 8],
  ]);
  deepEqual(runtime.links(), links);
  deepEqual(runtime.links(first), [links[0]]);
  deepEqual(runtime.links(second), []);
  deepEqual(runtime.links("meter.audioIn"), [links[1]]);
  deepEqual(runtime.link(toMeter), links[1]);
  deepEqual(runtime.link(linkId(String(toMixer))), links[0]);
  await runtime.start();
  await runtime.disconnect(toMixer);
  // What was found leads on: a link is made of the ends of another.
  const again = await runtime.connect(links[1].from, second);
  deepEqual(runtime.links(second).map(({ id, from }) => [id, from.node]), [[again, "tone"]]);
  throws(() => runtime.link(toMixer), { code: "LinkNotFound", available: [toMeter, again] });
  throws(() => runtime.links("nobody.audio"), { code: "NodeNotFound" });
  throws(() => runtime.links("tone.audoi"), {
    code: "PortNotFound",
    message: 'Cannot find port "tone.audoi" (did you mean "audio"?); ports: "audio"',
  });
  const wanted = 'wanted a port, such as handle.outputs.audio, or an address, such as "mic.audio"';
  for (const [port, kind] of [[5, "a number"], [null, "null"], [mixer.inputs.audioIn, "a list"]] as const) {
    throws(() => runtime.links(port as unknown as string), {
      code: "PortNotFound",
      message: `Cannot find the links of what is ${kind}: ${wanted}`,
    });
  }
  await using other = new Runtime({ native });
  throws(() => other.links(tone.outputs.audio), { code: "InvalidGraph", message: /of another runtime/ });
});

eachDriver("one link per destination", async (native) => {
  await using runtime = new Runtime({ native });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const other = runtime.add(nodes.toneSource(), { id: "other" });
  const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
  const link = await runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
  const taken = {
    code: "DestinationOccupied",
    message:
      `Cannot link "other.audio" to "meter.audioIn": the input is taken by ${link} from "tone.audio"; an input ` +
      "takes one link",
    nodeId: "meter",
    port: "audioIn",
    linkId: link,
  };
  throws(() => runtime.connect(other.outputs.audio, meter.inputs.audioIn), taken);
  await runtime.start();
  await rejects(async () => await runtime.connect(other.outputs.audio, meter.inputs.audioIn), taken);
  deepEqual(runtime.links(meter.inputs.audioIn).map(({ from }) => from.node), ["tone"]);
  await runtime.disconnect(runtime.link(link).id);
  await runtime.connect(other.outputs.audio, meter.inputs.audioIn);
  deepEqual(runtime.links(meter.inputs.audioIn).map(({ from }) => from.node), ["other"]);
});

eachDriver("an unconnected write", async (native) => {
  await using runtime = new Runtime({ native, mode: "offline" });
  const tone = runtime.add(nodes.toneSource({ durationSeconds: 1 }));
  await runtime.start();
  const { outcome, nodes: figures, links, pools } = await runtime.finished;
  equal(outcome, "completed");
  deepEqual(links, []);
  ok(figures.find(({ id }) => id === tone.id)!.framesOut > 0, "it has written");
  for (const { free, slots } of pools) equal(free, slots, "and nothing is kept of that");
});

eachDriver("connect and disconnect while running", async (native) => {
  await using runtime = new Runtime({ native });
  const tone = runtime.add(nodes.toneSource());
  const mixer = runtime.add(nodes.mixer());
  await runtime.start();
  const link = await runtime.connect(tone.outputs.audio, mixer.inputs.audioIn[0]);
  await sleep(100);
  equal(runtime.stats().links[0].id, link);
  await runtime.disconnect(link);
  const { nodes: figures, links } = runtime.stats();
  deepEqual(links, []);
  deepEqual(figures.map(({ state }) => state), ["running", "running"]);
  const summary = (await runtime.stop())!;
  equal(summary.outcome, "stopped");
  deepEqual(summary.nodes.map(({ state }) => state), ["ended", "ended"]);
  ok(summary.nodes[1].framesIn > 0, "the mixer has read what the tone wrote");
});

eachDriver(
  "a node without its links waits, says for which input, runs once linked, and may lose the link",
  async (native) => {
    await using runtime = new Runtime({ native });
    const { until } = listen(runtime, "gain");
    const tone = runtime.add(nodes.toneSource({ blockSize: 64 }), { id: "tone" });
    const gain = runtime.add(nodes.gain(), { id: "gain", lane: "far" });
    runtime.add(nodes.mixer(), { id: "mixer" });
    await runtime.start();
    const waiting = { kind: "waiting", input: "audioIn" };
    deepEqual(await until(1), [waiting]);
    const { gain: first, mixer } = activities(runtime);
    deepEqual([first, mixer], [waiting, { kind: "waiting", input: "audioIn_0" }]);
    for (const count of [2, 4]) {
      const link = await runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
      await flow(runtime, "gain", 3);
      equal((await until(count))[count - 1].kind === "waiting", false);
      await runtime.disconnect(link);
      deepEqual((await until(count + 1))[count], waiting);
      deepEqual(activities(runtime).gain, waiting);
    }
    assertSpent((await runtime.stop())!);
  },
);

eachDriver("the input that a node waits for is one that can be linked, also of an array port", async (native) => {
  await using runtime = new Runtime({ native });
  runtime.add(nodes.toneSource({ blockSize: 64 }), { id: "tone" });
  runtime.add(nodes.mixer(), { id: "mixer" });
  runtime.add(nodes.dynamicMixer(), { id: "dynamic" });
  await runtime.addInput("dynamic", "audioIn");
  await runtime.start();
  for (const id of ["mixer", "dynamic"]) {
    const { [id]: activity } = activities(runtime);
    ok(activity.kind === "waiting", `${id}: ${activity.kind}`);
    await runtime.connectByName("tone.audio", `${id}.${activity.input}`);
    await flow(runtime, id, 3);
  }
  assertSpent((await runtime.stop())!);
});

eachDriver(
  "a live graph may start empty, is built from nothing and taken down again, and ends when it is told to",
  async (native) => {
    await using runtime = new Runtime({ native });
    await runtime.start();
    for (let round = 0; round < 2; round++) {
      await runtime.add(nodes.levelMeter(), { id: "meter" });
      await runtime.add(nodes.toneSource({ blockSize: 64 }), { id: "tone", lane: "near" });
      await runtime.connectByName("tone.audio", "meter.audioIn");
      await flow(runtime, "meter", 3);
      await runtime.remove("tone");
      await runtime.remove("meter");
      deepEqual(runtime.stats().nodes, []);
    }
    const summary = (await runtime.stop())!;
    equal(summary.outcome, "stopped");
    for (const { free, slots } of summary.pools) equal(free, slots);
  },
);

eachDriver("a live source is not linked to a node that has ended, and goes on", async (native) => {
  await using runtime = new Runtime({ native });
  const ended = ending(runtime, "meter");
  const brief = runtime.add(nodes.toneSource({ durationSeconds: 0.01 }), { id: "brief" });
  const tone = runtime.add(nodes.toneSource({ blockSize: 64 }), { id: "tone" });
  const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
  const gain = runtime.add(nodes.gain(), { id: "gain" });
  const link = await runtime.connect(brief.outputs.audio, meter.inputs.audioIn);
  runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
  await runtime.start();
  await ended;
  await runtime.disconnect(link);
  const mend = "has ended; remove it and add another, or start the graph anew";
  await rejects(async () => await runtime.connect(tone.outputs.audio, meter.inputs.audioIn), {
    code: "Busy",
    nodeId: "meter",
    message: `Cannot link "tone.audio" to "meter.audioIn": node "meter" ${mend}`,
  });
  await rejects(
    async () => await runtime.connectByName("brief.audio", `${runtime.add(nodes.levelMeter()).id}.audioIn`),
    {
      code: "Busy",
      nodeId: "brief",
    },
  );
  const message = `Cannot replace, reconfigure or restart node "brief": node "brief" ${mend}`;
  for (
    const attempt of [
      () => runtime.replace("brief", nodes.toneSource()),
      () => runtime.configure("brief", { durationSeconds: 2 }),
      () => runtime.restartNode("brief"),
    ]
  ) {
    await rejects(async () => await attempt(), { code: "Busy", nodeId: "brief", message });
  }
  await flow(runtime, "gain", 3);
  equal(runtime.stats().nodes.find(({ id }) => id === "tone")!.state, "running");
});

eachDriver("a node that has ended gives nothing to others: no link is made from it", async (native) => {
  await using runtime = new Runtime({ native, endsWithSources: false });
  runtime.add(nodes.toneSource({ durationSeconds: 0.01 }), { id: "brief" });
  runtime.add(nodes.gain(), { id: "gain" });
  const ended = ending(runtime, "brief");
  await runtime.start();
  await ended;
  const refused = {
    code: "Busy",
    nodeId: "brief",
    message:
      'Cannot link "brief.audio" to "gain.audioIn": node "brief" has ended; remove it and add another, or start ' +
      "the graph anew",
  };
  await rejects(async () => await runtime.connectByName("brief.audio", "gain.audioIn"), refused);
  deepEqual(runtime.links(), []);
  deepEqual(activities(runtime).gain, { kind: "waiting", input: "audioIn" });
  await runtime.add(nodes.toneSource({ blockSize: 64 }), { id: "tone" });
  await runtime.connectByName("tone.audio", "gain.audioIn");
  await flow(runtime, "gain", 3);
  assertSpent((await runtime.stop())!);
});

eachDriver("a live graph that started empty goes on when the sources that came later have ended", async (native) => {
  await using runtime = new Runtime({ native });
  await runtime.start();
  for (const name of ["first", "second"]) {
    const over = ending(runtime, `${name}-meter`);
    await runtime.edit((edit) => {
      const brief = edit.add(nodes.toneSource({ durationSeconds: 0.01 }), { id: name });
      const meter = edit.add(nodes.levelMeter(), { id: `${name}-meter` });
      edit.connect(brief.outputs.audio, meter.inputs.audioIn);
    });
    await over;
    equal(runtime.running, true);
    equal(runtime.summary(), undefined);
  }
  // So do later runs, which begin with sources.
  const over = ["first-meter", "second-meter"].map((meter) => ending(runtime, meter));
  await runtime.restart();
  await Promise.all(over);
  equal(runtime.running, true);
  equal((await runtime.stop())!.outcome, "stopped");
});

eachDriver(
  "a live graph ends with its sources, though nodes wait for links; or goes on, where that is chosen",
  async (native) => {
    const build = (endsWithSources?: boolean) => {
      const runtime = new Runtime({ native, endsWithSources });
      const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.01 }), { id: "tone" });
      const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
      const mixer = runtime.add(nodes.mixer(), { id: "mixer" });
      const last = runtime.add(nodes.levelMeter(), { id: "last" });
      runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
      runtime.connect(mixer.outputs.audioOut, last.inputs.audioIn);
      return runtime;
    };
    await using passing = build();
    await passing.start();
    const { outcome, nodes: figures } = await passing.finished;
    equal(outcome, "completed");
    deepEqual(figures.map(({ state }) => state), ["ended", "ended", "ended", "ended"]);

    await using staying = build(false);
    const over = ending(staying, "meter");
    await staying.start();
    await over;
    await staying.add(nodes.toneSource({ blockSize: 64 }), { id: "other" });
    await staying.connectByName("other.audio", "mixer.audioIn_0");
    await flow(staying, "last", 3);
    equal((await staying.stop())!.outcome, "stopped");
  },
);

eachDriver("an offline graph says what is missing, at the start and when it is edited", async (native) => {
  await using empty = new Runtime({ native, mode: "offline" });
  await rejects(empty.start(), { code: "InvalidGraph", message: "Cannot start: the graph has no nodes; add one" });
  await using runtime = new Runtime({ native, mode: "offline" });
  const tone = runtime.add(nodes.toneSource({ durationSeconds: 1e6 }));
  const gain = runtime.add(nodes.gain());
  await rejects(runtime.start(), { code: "InvalidGraph", message: /input "gain.audioIn" .* has no link/ });
  const link = await runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.disconnect(link), { code: "InvalidGraph", message: /input "gain.audioIn" .* has no link/ });
  await runtime.stop();
});

eachDriver("connect() before the start gives the id at once, and refuses at once", async (native) => {
  await using runtime = new Runtime({ native });
  const tone = runtime.add(nodes.toneSource());
  const gain = runtime.add(nodes.gain());
  match(runtime.connect(tone.outputs.audio, gain.inputs.audioIn) as string, /^link\d+$/);
  await rejects(async () => await runtime.connectByName("nobody.audio", "gain.audioIn"), { code: "NodeNotFound" });
});

eachDriver(
  "add() while running gives the handle at once, and await the node; what fails comes by await",
  async (native) => {
    await using runtime = new Runtime({ native });
    await runtime.start();
    // Calls follow one another: none of them needs to be awaited for the next.
    const tone = runtime.add(nodes.toneSource({ blockSize: 64 }));
    const other = runtime.add(nodes.toneSource({ blockSize: 64 }), { lane: "near" });
    const mixer = runtime.add(nodes.mixer());
    deepEqual([tone.id, other.id], ["tone-source", "tone-source-2"]);
    const links = [
      runtime.connect(tone.outputs.audio, mixer.inputs.audioIn[0]),
      runtime.connect(other.outputs.audio, mixer.inputs.audioIn[1]),
    ];
    equal((await Promise.all(links)).length, 2);
    equal((await mixer).id, mixer.id);
    await flow(runtime, "mixer", 3);
    throws(() => runtime.add(nodes.gain(), { id: "mixer" }), { code: "InvalidGraph" });
    throws(() => runtime.add(nodes.gain({ gainDb: 1e9 })), { code: "InvalidConfig" });
    const missing = runtime.add(nodes.wavSource({ path: "/no/such/file.wav" }));
    await rejects(async () => await missing, { code: "InvalidConfig", nodeId: "wav-source" });
    await rejects(async () => await runtime.connect(missing.outputs.audio, mixer.inputs.audioIn[2]), {
      code: "NodeNotFound",
    });
    assertSpent((await runtime.stop())!);
  },
);
