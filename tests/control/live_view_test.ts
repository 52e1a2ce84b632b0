/** What a client that follows sees: figures of nodes, formats, log lines, edits, lost connections, lanes that hang. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { type ClientEvents, ControlClient } from "../../control/client/client.ts";
import type { ControlEvent, LogLine } from "../../control/schemas/feed.ts";
import { serveControl } from "../../control/server/server.ts";
import type { StatsFrame } from "../../control/schemas/stats_frame.ts";
import { readTop } from "../../cli/commands/top_table.ts";
import { logger } from "../../core/log.ts";
import { nodes, Runtime } from "../../mod.ts";
import { eachDriver } from "../fixtures/each_driver.ts";
import { Hold } from "../fixtures/hold.ts";
import { talkative } from "../fixtures/talkative.ts";
import { serveLive } from "./served.ts";
import { rare } from "../fixtures/rare.ts";

function connect(url: string): ControlClient {
  return new ControlClient({ url: `${url.replace("http", "ws")}/rpc`, minRetryMs: 20, maxRetryMs: 50 });
}

/** How long a client may take to tell something, milliseconds. */
const PATIENCE_MS = 60_000;

/** Settles once `fits()`, which may be so already. */
function until(client: ControlClient, event: keyof ClientEvents, fits: () => boolean): Promise<void> {
  return fits() ? Promise.resolve() : next(client, event, fits);
}

/** Settles at the next such event after which `fits()`. */
function next(client: ControlClient, event: keyof ClientEvents, fits = () => true): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no "${event}" as wanted: ${fits}`)), PATIENCE_MS);
    const end = client.on(event, () => {
      if (!fits()) return;
      clearTimeout(timer);
      end();
      resolve();
    });
  });
}

eachDriver("a level meter's figures and the links' formats follow a slider", async (native) => {
  await using served = await serveLive(native);
  const client = connect(served.server.url);
  client.watch({ statsHz: 20 });
  const graph = await client.ready();
  const peak = () => client.figures.get("level")?.peakDb_0 ?? NaN;
  const describe = () => client.call("node.describe", { node: "level" });
  await until(client, "figures", () => Math.abs(peak() + 12.04) < 0.1);
  await client.call("node.setConfig", { node: "gain", key: "gainDb", value: -20 });
  await until(client, "figures", () => Math.abs(peak() + 26.02) < 0.1);
  ok(Math.abs((await describe()).figures!.peakDb_0 + 26.02) < 0.1);
  deepEqual(graph.links.map(({ id }) => client.formats.get(id)), Array(2).fill("audio 48000 Hz, 1 channel"));
  const { nodes } = served.runtime.stats();
  deepEqual(Object.keys(nodes[2].figures!), ["peakDb_0", "rmsDb_0", "peakHoldDb_0", "notFinite"]);
  client.close();
  await served.stopAndCheck();
});

eachDriver("log lines of a worker lane reach /api/logs and subscriptions, with the node's id", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const tone = runtime.add(nodes.toneSource({ durationSeconds: 1 }), { id: "tone" });
  const ears = runtime.add(talkative({ lines: 1 }), { id: "ears", lane: "far" });
  runtime.connect(tone.outputs.audio, ears.inputs.audio);
  await using server = serveControl(runtime, { port: 0 });
  const client = connect(server.url);
  const lines: LogLine[] = [];
  client.on("logs", (news) => lines.push(...news));
  client.watch({ logs: { node: "ears", level: "info" } });
  await client.ready();
  await runtime.start();
  await runtime.finished;
  const frames = runtime.stats().links[0].read;
  const last = `line 0 of frame ${frames}`;
  await until(client, "logs", () => lines.at(-1)?.message === last);
  equal(lines.length, frames + 1);
  deepEqual(
    new Set(lines.map(({ nodeId, level, category }) => `${nodeId} ${level} ${category}`)),
    new Set(["ears warn node"]),
  );
  const get = async (query: string) => await (await fetch(`${server.url}/api/logs?${query}`)).json() as LogLine[];
  deepEqual(await get("node=ears"), lines);
  deepEqual(await get(`after=${lines[0].seq}&node=ears&level=warn`), lines.slice(1));
  deepEqual(await get("node=ears&level=error"), []);
  client.close();
});

eachDriver("an edit of the graph is pushed at once, also to a client that follows slowly", async (native) => {
  await using served = await serveLive(native);
  const { runtime, server } = served;
  const client = connect(server.url);
  client.watch({ statsHz: 0.1 });
  const graph = await client.ready();
  await next(client, "stats");
  const startMs = performance.now();
  const told = until(client, "graph", () => client.graph!.nodes.some(({ id }) => id === "second"));
  const stats = next(client, "stats");
  await runtime.edit((edit) => {
    const second = edit.add(nodes.levelMeter(), { id: "second", lane: "main" });
    edit.connectByName("gain.audioOut", second.inputs.audioIn.address);
  });
  await told;
  await stats;
  ok(performance.now() - startMs < 9_000, "sooner than the period of ten seconds");
  ok(client.graph!.version > graph.version);
  equal(client.graph!.links.length, 3);
  await runtime.edit((edit) => edit.remove("second"));
  await until(client, "graph", () => client.graph!.nodes.length === 3);
  client.close();
  await served.stopAndCheck();
});

Deno.test("a client that lost its connection gets a snapshot, then changes, and each event and line once", async () => {
  await using served = await serveLive("off");
  const { runtime, server } = served;
  await using way = cuttable(Number(new URL(server.url).port));
  const client = connect(`http://127.0.0.1:${way.port}`);
  const events: ControlEvent[] = [];
  const told: string[] = [];
  client.on("events", (news) => events.push(...news));
  const lines: string[] = [];
  client.on("logs", (news) => lines.push(...news.map(({ message }) => message).filter((text) => /^marker/.test(text))));
  for (const kind of ["graph", "stats"] as const) {
    client.on(kind, () => told.push(kind));
  }
  client.on("status", (status) => told.push(status));
  client.watch({ statsHz: 50, events: {}, logs: {} });
  await client.ready();
  await next(client, "stats");
  for (let k = 0; k < 3; k++) {
    told.length = 0;
    way.cut();
    await client.call("ping", {}).then(() => ok(false), () => {});
    await runtime.pause();
    await runtime.resume();
    logger("harness").warn(`marker ${k}`);
    const resumed = () => events.filter(({ kind }) => kind === "resumed").length === k + 1;
    await until(client, "events", resumed);
    await until(client, "logs", () => lines.length > k);
    await next(client, "stats");
    deepEqual(told.slice(told.indexOf("waiting"), told.lastIndexOf("open") + 2).slice(-2), ["open", "graph"]);
  }
  const seqs = events.map(({ seq }) => seq);
  deepEqual(seqs, seqs.map((_, k) => seqs[0] + k));
  deepEqual(events.filter(({ kind }) => kind === "paused").length, 3);
  deepEqual(lines, ["marker 0", "marker 1", "marker 2"]);
  client.close();
  await served.stopAndCheck();
});

Deno.test("a client that was told that lines were left out asks for them, and has each once", async () => {
  await using served = await serveLive("off");
  const client = connect(served.server.url);
  const lines: LogLine[] = [];
  client.on("logs", (news) => lines.push(...news.filter(({ category }) => category === "harness")));
  client.watch({ logs: {} });
  await client.ready();
  logger("harness").warn("line 0");
  await until(client, "logs", () => lines.length === 1);
  // More than are gathered for one message.
  for (let k = 1; k < 600; k++) logger("harness").warn(`line ${k}`);
  await until(client, "logs", () => lines.at(-1)?.message === "line 599");
  deepEqual(lines.map(({ message }) => message), Array.from({ length: 600 }, (_, k) => `line ${k}`));
  client.watch({ logs: { level: "error" } });
  logger("harness").error("the end");
  await until(client, "logs", () => lines.at(-1)?.message === "the end");
  client.watch({ logs: { level: "warn" } });
  await until(client, "logs", () => lines.length === 601 + 601);
  client.close();
  await served.stopAndCheck();
});

Deno.test("a client finds the next run at the same address: it is told of the restart, and counts begin anew", async () => {
  const first = await serveLive("off");
  const { port } = new URL(first.server.url);
  const client = connect(first.server.url);
  client.watch({ statsHz: 20, events: {} });
  const { run } = await client.ready();
  await until(client, "figures", () => client.figures.has("level"));
  const restarted = next(client, "restart");
  await first.stopAndCheck();
  await first[Symbol.asyncDispose]();
  await using second = await serveLive("off", { port: Number(port) });
  await restarted;
  ok(client.graph!.run !== run);
  await next(client, "stats");
  client.close();
  await second.stopAndCheck();
});

rare(eachDriver)("figures of all lanes go on while one hangs, and say which node hangs", async (native) => {
  using hold = new Hold();
  await using runtime = new Runtime({ mode: "live", native });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const level = runtime.add(nodes.levelMeter(), { id: "level" });
  const ears = runtime.add(talkative({ hold: hold.path }), { id: "ears", lane: "far" });
  runtime.connect(tone.outputs.audio, level.inputs.audioIn);
  runtime.connect(tone.outputs.audio, ears.inputs.audio);
  await using server = serveControl(runtime, { port: 0 });
  const client = connect(server.url);
  await runtime.start();
  client.watch({ statsHz: 20 });
  const graph = await client.ready();
  const at = (id: string) => graph.nodes.findIndex((node) => node.id === id);
  const found: { ticks: number; read: number; stuckMs: number; current: number }[] = [];
  client.on("stats", ({ nodes, lanes, links }) => {
    const stuckMs = nodes.inCallMs[at("ears")];
    // An edit may put lanes before it.
    const lane = client.graph!.lanes.findIndex(({ name }) => name === "far");
    found.push({ ticks: nodes.ticks[at("level")], read: links.written[0], stuckMs, current: lanes.currentNode[lane] });
  });
  await until(client, "stats", () => (found.at(-1)?.stuckMs ?? 0) > 1_500);
  const { stuckMs } = found.at(-1)!;
  await runtime.edit((edit) => edit.add(nodes.toneSource(), { id: "zzz", lane: "main" }));
  await until(client, "graph", () => client.graph!.nodes.length === 4);
  await next(client, "stats");
  ok(found.at(-1)!.stuckMs > stuckMs, "an edit makes it hang no less");
  const [one, two] = [found[Math.floor(found.length / 2)], found.at(-1)!];
  ok(two.ticks > one.ticks && two.read > one.read, JSON.stringify({ one, two }));
  equal(graph.nodes[two.current - 1].id, "ears");
  hold.release();
  client.close();
  await runtime.stop();
});

/** How long the graph is held, milliseconds. */
const PAUSE_MS = 1_500;

rare(eachDriver)("ages of links leave pauses out, in statistics and in /metrics alike", async (native) => {
  await using served = await serveLive(native);
  const { runtime, server } = served;
  const client = connect(server.url);
  let ageMs = 0;
  client.on("stats", ({ links }) => ageMs = Math.max(...links.ageNs) / 1e6);
  client.watch({ statsHz: 50 });
  await client.ready();
  await runtime.pause();
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  await runtime.resume();
  // A lane may be late for a while; what counts the pause in says more for good.
  await next(client, "stats", () => ageMs < PAUSE_MS / 2);
  let ages: number[] = [];
  for (const untilMs = performance.now() + PATIENCE_MS; ages.length === 0 || Math.max(...ages) >= PAUSE_MS / 2_000;) {
    ok(performance.now() < untilMs, `${ages} s in /metrics`);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    ages = [...metrics.matchAll(/^sluice_link_age_seconds\{.*\} (.+)$/gm)].map(([, value]) => Number(value));
    equal(ages.length, 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  client.close();
  await served.stopAndCheck();
});

Deno.test("a node that hangs is stuck in /metrics, in the statistics and in sluice top, from the first reading on", async () => {
  using hold = new Hold();
  await using runtime = new Runtime({ mode: "live", native: "off", stuckAfterMs: 700 });
  const tone = runtime.add(nodes.toneSource(), { id: "tone" });
  const ears = runtime.add(talkative({ hold: hold.path }), { id: "ears", lane: "far" });
  runtime.connect(tone.outputs.audio, ears.inputs.audio);
  await using server = serveControl(runtime, { port: 0 });
  await runtime.start();
  const stuckFor = async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    ok(/^sluice_node_state\{node="ears",.*,state="running"\} 1$/m.test(metrics), metrics);
    return Number(/^sluice_node_stuck_seconds\{node="ears",.*\} (.+)$/m.exec(metrics)![1]);
  };
  for (const untilMs = performance.now() + PATIENCE_MS; await stuckFor() < 1;) {
    ok(performance.now() < untilMs, "the node is not told as stuck");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const client = connect(server.url);
  const first = Promise.withResolvers<StatsFrame>();
  client.on("stats", first.resolve);
  client.watch({ statsHz: 1 });
  const graph = await client.ready();
  const frame = await first.promise;
  equal(graph.stuckAfterMs, 700);
  ok(frame.nodes.inCallMs[1] >= 1_000, String(frame.nodes.inCallMs));
  const { nodes: rows } = readTop(graph, frame, frame);
  deepEqual(rows.map(({ id, state }) => [id, state.replace(/[\d.]+/, "…")]), [
    ["tone", "running"],
    ["ears", "stuck for … s"],
  ]);
  hold.release();
  client.close();
  await runtime.stop();
});

Deno.test("the graph and sluice top name the input that a node waits for, until it is linked", async () => {
  await using runtime = new Runtime({ mode: "live", native: "off" });
  runtime.add(nodes.toneSource(), { id: "tone" });
  runtime.add(nodes.gain(), { id: "gain" });
  await using server = serveControl(runtime, { port: 0 });
  await runtime.start();
  const client = connect(server.url);
  let frame: StatsFrame | undefined;
  client.on("stats", (news) => frame = news);
  client.watch({ statsHz: 50 });
  await client.ready();
  const shown = async (isWaiting: boolean) => {
    const isCurrent = () => frame !== undefined && frame.version === client.graph!.version;
    await until(client, "stats", () => isCurrent() && (client.graph!.nodes[1].awaits !== undefined) === isWaiting);
    return [client.graph!.nodes[1].awaits, readTop(client.graph!, frame!, frame!).nodes[1].state];
  };
  deepEqual(await shown(true), ["audioIn", "waiting for audioIn"]);
  await runtime.connectByName("tone.audio", "gain.audioIn");
  deepEqual(await shown(false), [undefined, "running"]);
  client.close();
  await runtime.stop();
});

/** A way to a port that can be cut. */
function cuttable(target: number): AsyncDisposable & { readonly port: number; cut(): void } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const pass = async (from: Deno.Conn, to: Deno.Conn) => {
    await from.readable.pipeTo(to.writable).catch(() => {});
  };
  const accept = (async () => {
    for await (const inner of listener) {
      const outer = await Deno.connect({ hostname: "127.0.0.1", port: target });
      for (const each of [inner, outer]) open.add(each);
      void pass(inner, outer);
      void pass(outer, inner);
    }
  })().catch(() => {});
  const cut = () => {
    for (const each of open) {
      try {
        each.close();
      } catch { /* its stream has closed it */ }
    }
    open.clear();
  };
  return {
    port: listener.addr.port,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      listener.close();
      await accept;
    },
  };
}
