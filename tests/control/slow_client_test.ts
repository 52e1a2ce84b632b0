/** Clients that never read: what waits for them is bounded, others notice nothing, and the newest is what they get. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { ControlClient } from "../../control/client/client.ts";
import { logger } from "../../core/log.ts";
import { decodeStats, type StatsFrame } from "../../control/schemas/stats_frame.ts";
import { RawClient } from "./raw_client.ts";
import { deserted, serveLive } from "./served.ts";

const TYPES = '{"jsonrpc":"2.0","method":"types.list","id":1}';

/** Asks for long answers and reads none until so much waits on the server's side. */
async function stall(client: RawClient, waits: () => number, bytes: number): Promise<void> {
  for (let k = 0; waits() < bytes; k++) {
    ok(k < 10_000, `${waits()} bytes wait after ${k} answers`);
    await client.send(TYPES);
    if (k % 10 === 0) await sleep(1);
  }
}

Deno.test("a client that never reads misses statistics and lines; once it reads it gets the newest, and is told", async () => {
  const limits = { callsPerSecond: 1e6, burst: 1e6, mainShare: 1, waitingBytes: 100_000, maxWaitingBytes: 64e6 };
  await using served = await serveLive("off", { limits });
  const { server, runtime } = served;
  const healthy = new ControlClient({ url: `${server.url.replace("http", "ws")}/rpc` });
  let frames = 0;
  healthy.on("stats", () => frames++);
  healthy.watch({ statsHz: 60 });
  const snapshot = await healthy.ready();
  using slow = await RawClient.open(server.url);
  await slow.send('{"jsonrpc":"2.0","method":"stats.subscribe","params":{"hz":60},"id":"stats"}');
  await slow.send('{"jsonrpc":"2.0","method":"logs.subscribe","params":{},"id":"logs"}');
  // The system may take what waits, for a client that reads nothing, and then some more.
  while (server.waitingBytes < limits.waitingBytes) {
    await stall(slow, () => server.waitingBytes, 1e6);
    // What it has asked for is answered first.
    for (let waiting = 0; waiting !== server.waitingBytes;) {
      waiting = server.waitingBytes;
      await sleep(200);
    }
  }
  const before = { waiting: server.waitingBytes, frames };
  for (let k = 0; k < 50; k++) logger("harness").warn(`line ${k}`);
  for (let k = 0; frames - before.frames < 50; k++) {
    ok(k < 600, `${frames - before.frames} frames for the other client`);
    await sleep(100);
  }
  // A message to the other client may be on its way; as many for this one, and the lines, are ten times that.
  ok(server.waitingBytes - before.waiting < 3_000, `${server.waitingBytes - before.waiting} more bytes wait`);
  await healthy.call("graph.stop", {});
  healthy.close();
  await slow.send('{"jsonrpc":"2.0","method":"ping","id":"end"}');
  let last: StatsFrame | undefined;
  let missed = 0;
  let dropped = 0;
  let ended = false;
  while (!ended || missed === 0 || dropped === 0 || last?.state !== "stopped") {
    const message = await slow.read();
    ok(message !== undefined, "the server has closed the connection");
    if (message.text) {
      const { id, method, params } = JSON.parse(new TextDecoder().decode(message.bytes));
      if (method === "resync") dropped = params.dropped;
      ended ||= id === "end";
      continue;
    }
    const before = last?.reading ?? 0;
    last = decodeStats(message.bytes.buffer, snapshot);
    missed = Math.max(missed, last.missed);
    ok(last.reading > before);
  }
  ok(missed > 20, `${missed} missed`);
  equal(dropped, 50);
  const { links } = runtime.stats();
  deepEqual([...last.links.written], links.map(({ written }) => written));
  await served.stopAndCheck();
});

Deno.test("a client that asks and never reads is cut off, keeps its place until it reads, and is closed with 1008", async () => {
  // More than the system takes of it for a client that reads nothing.
  const limits = { callsPerSecond: 1e6, burst: 1e6, mainShare: 1, maxWaitingBytes: 16e6, connections: 1 };
  await using served = await serveLive("off", { limits });
  const { server } = served;
  const answerBytes = (await (await fetch(`${server.url}/api/types`)).text()).length;
  using slow = await RawClient.open(server.url);
  let most = 0;
  for (let k = 0; most <= limits.maxWaitingBytes; k++) {
    ok(k < 2_000, `${most} bytes waited after ${k} answers`);
    await slow.send(TYPES);
    await sleep(1);
    most = Math.max(most, server.waitingBytes);
  }
  for (let k = 0; k < 50; k++) {
    await slow.send(TYPES);
    await sleep(1);
    most = Math.max(most, server.waitingBytes);
  }
  ok(most < limits.maxWaitingBytes + 2 * answerBytes, `${most} bytes waited`);
  // What waits for it is in memory still: none who comes meanwhile may have as much.
  equal(server.connections, 1);
  await rejects(RawClient.open(server.url), /503/);
  while (await slow.read() !== undefined);
  equal(slow.closeCode, 1008);
  await deserted(server);
  await served.stopAndCheck();
});
