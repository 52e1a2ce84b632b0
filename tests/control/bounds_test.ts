/** Bounds of `/rpc`, logins and `/metrics` that only a client beyond them meets. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import parsePrometheusTextFormat from "parse-prometheus-text-format";
import { renderMetrics } from "../../control/answers/metrics.ts";
import { serveControl } from "../../control/server/server.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { Runtime } from "../../mod.ts";
import { ask, closed, openSocket, serveLive } from "./served.ts";

const PING = { jsonrpc: "2.0", id: 1, method: "ping" };

Deno.test("/rpc takes a batch of 32 calls, and none of 33", async () => {
  await using served = await serveLive("off");
  const socket = await openSocket(served.server);
  const batch = (count: number) => JSON.stringify(Array(count).fill(PING));
  equal((await ask(socket, batch(32)) as unknown[]).length, 32);
  const { error } = await ask(socket, batch(33)) as { error: { message: string } };
  equal(error.message, "Cannot answer a batch of 33 calls, wanted 1 to 32");
  socket.close();
  await served.stopAndCheck();
});

Deno.test("/rpc cuts off a connection that has 64 calls under way and makes another one", async () => {
  const runtime = new Runtime();
  const never = Promise.withResolvers<void>();
  Object.defineProperty(runtime, "pause", { value: () => never.promise });
  await using server = serveControl(runtime, { port: 0 });
  const pause = '{"jsonrpc":"2.0","id":1,"method":"graph.pause"}';
  const within = await openSocket(server);
  for (let k = 0; k < 63; k++) within.send(pause);
  equal((await ask(within, JSON.stringify(PING)) as { id: number }).id, 1);
  const end = closed(within);
  for (let k = 0; k < 2; k++) within.send(pause);
  equal(await end, 1008);
  never.resolve();
});

Deno.test("a login is tried five times a second of an address", async () => {
  await using server = serveControl(new Runtime(), { port: 0, hostname: "0.0.0.0" });
  const url = server.url.replace("0.0.0.0", "127.0.0.1");
  const logIn = async (token: string) => {
    const body = new URLSearchParams({ token });
    const response = await fetch(url, { method: "POST", body, redirect: "manual" });
    await response.body?.cancel();
    return { status: response.status, cookie: response.headers.get("set-cookie")?.split(";")[0] ?? "" };
  };
  const startMs = performance.now();
  const statuses: number[] = [];
  for (let k = 0; k < 12; k++) statuses.push((await logIn("wrong")).status);
  const allowed = 5 + Math.ceil((performance.now() - startMs) / 200);
  deepEqual(statuses.slice(0, 5), Array(5).fill(401));
  ok(statuses.filter((status) => status === 401).length <= allowed, String(statuses));
});

Deno.test("files of the page and requests without the token are in the time budget; those with it keep a share", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/index.html`, "<p>page</p>");
  // Takes more of the thread than all that is saved up.
  await Deno.writeFile(`${folder}/large.js`, new Uint8Array(32 << 20));
  const limits = { mainShare: 0, connectionShare: 0, requestsPerSecond: 1e6 };
  const page = new URL(`file://${folder}/`);
  await using server = serveControl(new Runtime(), { port: 0, token: "a-token-of-this-test", page, limits });
  const status = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(server.url + path, { headers });
    await response.body?.cancel();
    return response.status;
  };
  const known = { authorization: `Bearer ${server.token}` };
  equal(await status("/", known), 200);
  equal(await status("/large.js", known), 200);
  deepEqual([await status("/", known), await status("/large.js", known), await status("/api/graph", known)], [
    503,
    503,
    503,
  ]);
  equal(await status("/healthz", known), 200);
  // What they have of their own is 800 requests.
  const found: number[] = [];
  for (let k = 0; k < 850; k++) found.push(await status("/"));
  deepEqual([found.indexOf(503), found.at(-1), await status("/login.css"), await status("/healthz")], [
    800,
    503,
    503,
    200,
  ]);
  await Deno.remove(folder, { recursive: true });
});

/** A text that would end a label, were it not escaped. */
const HOSTILE = 'a"} 1\nb\\';

Deno.test("renderMetrics() tells every figure of stats() under a name of its own, whatever names are in it", async () => {
  await using served = await serveLive("off");
  await served.stopAndCheck();
  const found = served.runtime.stats();
  const stats = {
    ...found,
    nodes: found.nodes.map((node) => ({ ...node, lane: HOSTILE, restarts: 3, errors: 2 })),
    pools: found.pools.map((pool, k) => ({ ...pool, name: HOSTILE + k, exhausted: 4, quarantined: 1 })),
  };
  const text = renderMetrics(stats, viewRuntime(served.runtime));
  const families: { name: string; metrics: { value: string }[] }[] = parsePrometheusTextFormat(text);
  const values = (name: string) => families.find((each) => each.name === name)!.metrics.map(({ value }) => +value);
  const { nodes, links, lanes, pools } = stats;
  const wanted: [string, number[]][] = [
    ["sluice_elapsed_seconds", [stats.elapsedNs / 1e9]],
    ["sluice_node_ticks_total", nodes.map(({ ticks }) => ticks)],
    ["sluice_node_busy_seconds_total", nodes.map(({ busyNs }) => busyNs / 1e9)],
    ["sluice_node_errors_total", nodes.map(({ errors }) => errors)],
    ["sluice_node_restarts_total", nodes.map(({ restarts }) => restarts)],
    ["sluice_node_frames_in_total", nodes.map(({ framesIn }) => framesIn)],
    ["sluice_node_frames_out_total", nodes.map(({ framesOut }) => framesOut)],
    ["sluice_node_state", nodes.map(() => 1)],
    ["sluice_node_stuck_seconds", nodes.map(() => 0)],
    ["sluice_node_figure", nodes.flatMap(({ figures }) => Object.values(figures ?? {}))],
    ["sluice_link_written_total", links.map(({ written }) => written)],
    ["sluice_link_read_total", links.map(({ read }) => read)],
    ["sluice_link_dropped_total", links.flatMap(({ dropped }) => Object.values(dropped))],
    ["sluice_link_queued", links.map(({ queued }) => queued)],
    ["sluice_link_capacity", links.map(({ capacity }) => capacity)],
    ["sluice_link_age_seconds", links.map(({ ageNs }) => ageNs / 1e9)],
    ["sluice_lane_rounds_total", lanes.map(({ rounds }) => rounds)],
    ["sluice_lane_parks_total", lanes.map(({ parks }) => parks)],
    ["sluice_pool_slots", pools.map(({ slots }) => slots)],
    ["sluice_pool_free", pools.map(({ free }) => free)],
    ["sluice_pool_exhausted_total", pools.map(({ exhausted }) => exhausted)],
    ["sluice_pool_quarantined", pools.map(({ quarantined }) => quarantined)],
  ];
  // The parser knows no labels of histograms.
  const histograms = ["sluice_node_tick_seconds", "sluice_node_frame_age_seconds"];
  deepEqual(families.map(({ name }) => name).sort(), [...wanted.map(([name]) => name), ...histograms].sort());
  for (const [name, figures] of wanted) deepEqual(values(name), figures, name);
  const plain = renderMetrics(found, viewRuntime(served.runtime));
  for (const { id, tick, busyNs, age } of nodes) {
    const lines = (name: string) =>
      [...plain.matchAll(new RegExp(`^${name}\\{node="${id}",[^}]*?(?:,le="([^"]*)")?\\} (.*)$`, "gm"))]
        .map(([, bound, value]) => [bound === "+Inf" ? Infinity : Number(bound), Number(value)]);
    const buckets = lines("sluice_node_tick_seconds_bucket");
    const counts = buckets.map(([, count]) => count);
    deepEqual(counts, counts.toSorted((a, b) => a - b));
    deepEqual([buckets.at(-1), counts.at(-1)], [
      [Infinity, tick.samples],
      lines("sluice_node_tick_seconds_count")[0][1],
    ]);
    equal(lines("sluice_node_frame_age_seconds_count")[0][1], age.samples);
    // Half of all ticks lie below the first bound after the median, and at most half below the one before it.
    const medianS = tick.p50Ns / 1e9;
    ok(counts[buckets.findIndex(([bound]) => bound >= medianS)] >= tick.samples / 2, `${id}: ${buckets}`);
    ok((counts[buckets.findLastIndex(([bound]) => bound < medianS)] ?? 0) <= tick.samples / 2, `${id}: ${buckets}`);
    const sumS = lines("sluice_node_tick_seconds_sum")[0][1];
    ok(Math.abs(sumS - busyNs / 1e9) <= busyNs / 1e9 * 0.06, `${id}: ${sumS} s for ${busyNs} ns`);
  }
  ok(text.includes('lane="a\\"} 1\\nb\\\\"'), text);
  ok(text.split("\n").every((line) => /^(# (HELP|TYPE) sluice_|sluice_\w+(\{.*\})? -?[\d.e+-]+$|$)/.test(line)), text);
});

Deno.test("the token is compared by node:crypto's timingSafeEqual, over its whole length", () => {
  const source = readFileSync(new URL("../../control/server/access.ts", import.meta.url), "utf8");
  const body = /function isSameToken\(text: string, token: string\): boolean \{([^]*?)\n\}/.exec(source)![1];
  ok(/isToken\(text: string\): boolean \{[^]{0,120}isSameToken\(text, token\)/.test(source));
  ok(body.includes("timingSafeEqual(padded, wanted)"), body);
  ok(!/\b(text|token)\s*[!=]==?\s*(text|token)\b/.test(body), body);
});
