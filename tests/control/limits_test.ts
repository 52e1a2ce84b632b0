/** ControlLimits of the server that a client alone cannot be kept to: places of connections, what is under way. */
import { equal, ok, rejects } from "node:assert/strict";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { upgradeRequest } from "./raw_client.ts";
import { type ControlServer, serveControl } from "../../control/server/server.ts";
import { nodes, Runtime } from "../../mod.ts";
import { ask, closed, deserted, openSocket, serveLive } from "./served.ts";

/** Upgrades that are broken off, and attempts at one that is not. */
const ABORTED = 50;
const ATTEMPTS = 20;

Deno.test("an upgrade that its client breaks off keeps no place for ever", async () => {
  await using served = await serveLive("off", { limits: { openMs: 200 } });
  const { hostname, port, host } = new URL(served.server.url);
  for (let k = 0; k < ABORTED; k++) {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    await new Promise((resolve) => socket.write(upgradeRequest(host), resolve));
    socket.resetAndDestroy();
  }
  await deserted(served.server);
  const socket = await openInTime(served.server);
  await sleep(400);
  ok(socket.readyState === WebSocket.OPEN, "one that has opened stays");
  equal(served.server.connections, 1);
  socket.close();
  await served.stopAndCheck();
});

Deno.test("a client that has asked for nothing for a second gives its place to one that wants it", async () => {
  await using server = serveControl(new Runtime(), { port: 0, limits: { connections: 4 } });
  const asking = await openSocket(server);
  await ask(asking, '{"jsonrpc":"2.0","method":"ping","id":1}');
  const silent = [await openSocket(server), await openSocket(server), await openSocket(server)];
  await rejects(openSocket(server), "all places are taken, by clients that have just come");
  const first = closed(silent[0]);
  const next = await openInTime(server, 100);
  equal(await first, 1013);
  equal((await ask(next, '{"jsonrpc":"2.0","method":"ping","id":2}') as { id: number }).id, 2);
  equal((await ask(asking, '{"jsonrpc":"2.0","method":"ping","id":3}') as { id: number }).id, 3);
  equal(server.connections, 4);
});

/** Opens a connection: on a busy machine it may take more than one attempt until one has opened in time. */
async function openInTime(server: ControlServer, waitMs = 0): Promise<WebSocket> {
  for (let left = ATTEMPTS;; left--) {
    try {
      return await openSocket(server);
    } catch (error) {
      if (left === 0) throw error;
      await sleep(waitMs);
    }
  }
}

/** Clients that want as much as they may, and the length of a batch. */
const GREEDY = 31;
const BATCH = 25;

/** How long it may take until clients are answered, and then mostly refused, milliseconds. */
const PATIENCE_MS = 60_000;

/** Time that clients can save up together, milliseconds. */
const BURST_MS = 500;

Deno.test("clients that ask for all that they may hold up neither a node on main nor other requests", async () => {
  await using runtime = new Runtime({ mode: "live", native: "off" });
  const tone = runtime.add(nodes.toneSource(), { id: "tone", lane: "main" });
  const level = runtime.add(nodes.levelMeter(), { id: "level", lane: "main" });
  runtime.connect(tone.outputs.audio, level.inputs.audioIn);
  await runtime.start();
  await using server = serveControl(runtime, { port: 0 });
  const batch = JSON.stringify(
    Array.from({ length: BATCH }, (_, id) => ({ jsonrpc: "2.0", id, method: "types.list" })),
  );
  const quiet = await lookAround(runtime, server.url);
  const greedy = new Worker(new URL("../fixtures/greedy_clients.ts", import.meta.url), { type: "module" });
  greedy.postMessage({ url: server.url, clients: GREEDY, batch, everyMs: 250 });
  let told = { answered: 0, refused: 0 };
  const ended = new Promise<void>((resolve) => {
    greedy.onmessage = ({ data }) => data === "ended" ? resolve() : told = data;
  });
  const heard = async (fits: () => boolean) => {
    for (let k = 0; !fits(); k++) {
      ok(k < PATIENCE_MS / 50, JSON.stringify(told));
      await sleep(50);
    }
  };
  await heard(() => told.answered > 0);
  const busy = await lookAround(runtime, server.url);
  await heard(() => told.refused > told.answered);
  greedy.postMessage("end");
  await ended;
  greedy.terminate();
  // Without a budget there was no tick, and an answer took half a minute.
  const seen = JSON.stringify({ quiet, busy });
  ok(busy.ticksPerSecond >= quiet.ticksPerSecond / 2, seen);
  // What clients may save up, and what other programs take of the machine meanwhile.
  ok(busy.answerMs < quiet.answerMs + 5 * BURST_MS, seen);
  await runtime.stop();
});

/**
 * What a graph and other requests get of the thread for a second or more: half of the answers took that long or less.
 */
async function lookAround(
  runtime: Runtime,
  url: string,
): Promise<{ readonly answerMs: number; readonly ticksPerSecond: number }> {
  const before = runtime.stats().nodes[1].ticks;
  const startMs = performance.now();
  const answersMs: number[] = [];
  for (let k = 0; k < 20; k++) {
    const askedMs = performance.now();
    await (await fetch(`${url}/healthz`)).text();
    answersMs.push(performance.now() - askedMs);
    await sleep(50);
  }
  const seconds = (performance.now() - startMs) / 1e3;
  const answerMs = answersMs.toSorted((a, b) => a - b)[answersMs.length / 2];
  return { answerMs, ticksPerSecond: (runtime.stats().nodes[1].ticks - before) / seconds };
}
