/** `/rpc`: JSON-RPC by the standard, live statistics, and clients that mean harm. The graph's counts stay exact. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { ControlClient } from "../../control/client/client.ts";
import type { StatsFrame } from "../../control/schemas/stats_frame.ts";
import { framesRead } from "../../control/schemas/stats_frame.ts";
import { eachDriver } from "../fixtures/each_driver.ts";
import { flow } from "../fixtures/waiting.ts";
import { ask, closed, deserted, openSocket, serveLive } from "./served.ts";
import { rare } from "../fixtures/rare.ts";

/** Mutated messages that are sent. */
const MUTATIONS = 10_000;

type Answer = { id: unknown; error?: { code: number; data?: { code: string } }; result?: unknown };

eachDriver("/rpc answers calls, batches and mistakes as JSON-RPC 2.0 says", async (native) => {
  await using served = await serveLive(native);
  const socket = await openSocket(served.server);
  const call = async (text: string) => await ask(socket, text) as Answer & Answer[];
  const code = async (text: string) => (await call(text)).error?.code;
  equal(await code("{"), -32700);
  for (const bad of ["null", "1", "[]", "{}", '{"jsonrpc":"1.0","method":"ping","id":1}']) {
    equal(await code(bad), -32600);
  }
  equal(await code('{"jsonrpc":"2.0","method":"__proto__","id":1}'), -32601);
  equal(await code('{"jsonrpc":"2.0","method":"ping","params":{"x":1},"id":1}'), -32602);
  equal(await code('{"jsonrpc":"2.0","method":"ping","params":[1],"id":1}'), -32602);
  equal(await code('{"jsonrpc":"2.0","method":"ping","params":{"__proto__":1},"id":1}'), -32602);
  const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
  const set = (value: string) =>
    `{"jsonrpc":"2.0","method":"node.setConfig","params":{"node":"gain","key":"gainDb","value":${value}},"id":1}`;
  equal(await code(set(deep)), -32602);
  equal(await code(set('{"a":{"__proto__":1}}')), -32602);
  const large = await call('{"jsonrpc":"2.0","method":"ping","id":9007199254740993}');
  deepEqual([large.id, large.error!.code], [null, -32600]);
  equal((await call('{"jsonrpc":"2.0","method":"ping","id":-9007199254740991}')).id, -9007199254740991);
  const nobody = await call('{"jsonrpc":"2.0","method":"logs.subscribe","params":{"node":"nobody"},"id":5}');
  deepEqual([nobody.error!.code, nobody.error!.data!.code], [-32000, "NodeNotFound"]);
  const unknown = await call('{"jsonrpc":"2.0","method":"node.describe","params":{"node":"x"},"id":7}');
  deepEqual([unknown.id, unknown.error!.code, unknown.error!.data!.code], [7, -32000, "NodeNotFound"]);
  const batch = await call(
    '[null,{"jsonrpc":"2.0","method":"ping","id":1},{"jsonrpc":"2.0","method":"ping"},{"jsonrpc":"2.0","method":"no","id":2}]',
  );
  deepEqual(batch.map(({ id, error }) => [id, error?.code]), [[null, -32600], [1, undefined], [2, -32601]]);
  // A batch of one is answered by an array; a notification is not answered, so the next answer is the ping's.
  ok(Array.isArray(await call('[{"jsonrpc":"2.0","method":"ping","id":1}]')));
  socket.send('{"jsonrpc":"2.0","method":"no"}');
  equal((await call('{"jsonrpc":"2.0","method":"ping","id":"last"}')).id, "last");
  await served.stopAndCheck();
  const late = await call('{"jsonrpc":"2.0","method":"graph.resume","id":8}');
  deepEqual([late.error!.code, late.error!.data!.code], [-32000, "Busy"]);
  socket.close();
});

eachDriver("ControlClient follows statistics that equal the runtime's counts once it stands", async (native) => {
  await using served = await serveLive(native);
  const client = new ControlClient({ url: `${served.server.url.replace("http", "ws")}/rpc` });
  const frames: StatsFrame[] = [];
  const several = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  client.on("stats", (frame) => {
    frames.push(frame);
    if (frames.length > 4 && frames[0].links.written[0] < frame.links.written[0]) several.resolve();
    if (frame.state === "stopped") done.resolve();
  });
  client.watch({ statsHz: 50, events: {} });
  const graph = await client.ready();
  deepEqual(await client.call("node.setConfig", { node: "gain", key: "gainDb", value: -20 }), { value: -20 });
  equal((await client.call("node.describe", { node: "gain" })).config.gainDb, -20);
  await several.promise;
  await client.call("graph.stop", {});
  await done.promise;
  const last = frames[frames.length - 1];
  const links = served.runtime.stats().links;
  deepEqual(
    graph.links.map((_, k) => [last.links.written[k], framesRead(last, k)]),
    links.map((l) => [l.written, l.read]),
  );
  client.close();
  await served.stopAndCheck();
});

eachDriver("graph.restart begins another run, which clients are told of and follow", async (native) => {
  await using served = await serveLive(native);
  const { runtime } = served;
  const client = new ControlClient({ url: `${served.server.url.replace("http", "ws")}/rpc` });
  const runs: string[] = [];
  const told: string[] = [];
  const stopped = Promise.withResolvers<StatsFrame>();
  client.on("restart", ({ run }) => runs.push(run));
  client.on(
    "events",
    (events) => told.push(...events.filter(({ topic }) => topic === "runtime").map(({ kind }) => kind)),
  );
  client.on("stats", (frame) => frame.state === "stopped" && runs.length === 2 && stopped.resolve(frame));
  client.watch({ statsHz: 50, events: {} });
  const before = await client.ready();
  for (const params of [{}, { resume: true }]) {
    deepEqual(await client.call("graph.restart", params), { state: "running" });
    await flow(runtime, "level", 3);
    const { run } = await client.call("ping", {});
    while (runs.at(-1) !== run) await sleep(5);
    equal((await client.call("history.get", { kind: "node", id: "gain" })).run, run);
    ok(client.graph!.version > before.version);
  }
  equal(new Set([before.run, ...runs]).size, 3);
  await client.call("graph.stop", {});
  deepEqual([...(await stopped.promise).links.written], runtime.stats().links.map(({ written }) => written));
  while (told.filter((kind) => kind === "ended").length < 3) await sleep(5);
  const run = ["stopping", "ended", "started"];
  deepEqual(told, [...run, ...run, "stopping", "ended"]);
  deepEqual(await client.call("graph.restart", {}), { state: "running" });
  await flow(runtime, "level", 3);
  client.close();
  await served.stopAndCheck();
});

/** So few calls a second that none more is taken while a test runs. */
const NO_MORE = 0.001;

Deno.test("/rpc counts what it cannot read as calls", async () => {
  await using served = await serveLive("off", { limits: { callsPerSecond: NO_MORE, burst: 5 } });
  const socket = await openSocket(served.server);
  const codes: unknown[] = [];
  for (const text of ["{", "[]", "{}", "[1]", '{"jsonrpc":"2.0","method":"ping","id":1}', "{", "[]", "{}", "[1]"]) {
    const answer = await ask(socket, text) as Answer | Answer[];
    codes.push([answer].flat()[0].error?.code);
  }
  deepEqual(codes, [-32700, -32600, -32600, -32600, undefined, -32001, -32001, -32001, -32001]);
  socket.close();
  await served.stopAndCheck();
});

/** Messages that a client sends at most until it is cut off. */
const MOST_SENT = 100_000;

for (const callsPerSecond of [NO_MORE, 100]) {
  Deno.test(`/rpc closes a connection that does not stop while ${callsPerSecond} calls a second are taken`, async () => {
    await using served = await serveLive("off", { limits: { callsPerSecond, burst: 5 } });
    const socket = await openSocket(served.server);
    socket.onerror = () => {};
    const end = closed(socket);
    let sent = 0;
    for (; sent < MOST_SENT && socket.readyState === WebSocket.OPEN; sent++) {
      socket.send("{");
      if (sent % 20 === 0) await sleep(0);
    }
    ok(sent > 1_000 && sent < MOST_SENT, `${sent} messages`);
    await end;
    await deserted(served.server);
    await served.stopAndCheck();
  });
}

Deno.test("/rpc closes on a message of 100 MB, on one over its limit, and on binary ones", async () => {
  await using served = await serveLive("off");
  // Deno breaks the connection of the first off: no code comes.
  const messages = [["x".repeat(100_000_000), 0], ["x".repeat(1_100_000), 1009], [new Uint8Array(4), 1003]] as const;
  for (const [message, code] of messages) {
    const socket = await openSocket(served.server);
    const end = closed(socket);
    socket.onerror = () => {};
    socket.send(message);
    equal(await end, code);
  }
  await served.stopAndCheck();
});

Deno.test("/rpc refuses calls over the rate, subscriptions and connections over the limit", async () => {
  await using served = await serveLive("off", {
    limits: { callsPerSecond: NO_MORE, burst: 5, subscriptions: 2, connections: 2 },
  });
  const socket = await openSocket(served.server);
  const codes: unknown[] = [];
  for (let k = 0; k < 8; k++) {
    const answer = await ask(socket, '{"jsonrpc":"2.0","method":"events.subscribe","params":{},"id":1}') as Answer;
    codes.push(answer.error?.data?.code);
  }
  const refused = "TooManySubscriptions";
  deepEqual(codes.slice(0, 5), [undefined, undefined, refused, refused, refused]);
  deepEqual(codes.slice(5), ["RateLimited", "RateLimited", "RateLimited"]);
  const second = await openSocket(served.server);
  const third = await openSocket(served.server).then(() => "open", () => "refused");
  equal(third, "refused");
  for (const each of [socket, second]) each.close();
  await served.stopAndCheck();
});

rare(Deno.test)(`/rpc survives ${MUTATIONS} mutated messages`, async () => {
  await using served = await serveLive("off", { limits: { callsPerSecond: 1e6, burst: 1e6, mainShare: 1 } });
  const seed = crypto.getRandomValues(new Int32Array(1))[0];
  console.log(`seed ${seed}`);
  const calls = [
    '{"jsonrpc":"2.0","method":"node.describe","params":{"node":"gain"},"id":1}',
    '{"jsonrpc":"2.0","method":"stats.subscribe","params":{"hz":10},"id":2}',
    '[{"jsonrpc":"2.0","method":"logs.subscribe","params":{"level":"info"},"id":3},{"jsonrpc":"2.0","method":"ping"}]',
    '{"jsonrpc":"2.0","method":"node.setConfig","params":{"node":"gain","key":"gainDb","value":-3},"id":4}',
    '{"jsonrpc":"2.0","method":"events.subscribe","params":{"topics":["node:*"]},"id":5}',
  ];
  const mutated = fc.tuple(
    fc.constantFrom(...calls),
    fc.nat(),
    fc.nat(8),
    fc.string({ unit: "grapheme", maxLength: 8 }),
  )
    .map(([text, at, cut, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut));
  const socket = await openSocket(served.server);
  let sent = 0;
  for (const text of fc.sample(mutated, { numRuns: MUTATIONS, seed })) {
    socket.send(text);
    // Fewer at once than the connection may have under way.
    if (++sent % 32 === 0) await ask(socket, '{"jsonrpc":"2.0","method":"ping","id":"p"}');
  }
  await sleep(50);
  equal(socket.readyState, WebSocket.OPEN);
  socket.close();
  await served.stopAndCheck();
});
