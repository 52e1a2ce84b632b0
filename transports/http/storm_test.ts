/** More sessions than are allowed, started as fast as a client can: those that run go on, and none is left behind. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { PipelineRunner } from "../../core/pipeline/pipeline_runner.ts";
import { SessionRouter } from "../../core/pipeline/session_router.ts";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { until } from "../fixtures/text_items.ts";
import { storm, type StormCounts } from "./fixtures/storm.ts";
import { serveHttp } from "./server.ts";
import { WebSocketTransport } from "./web_socket_transport.ts";

const isDeep = Deno.env.get("SLUICE_DEEP") === "1";

/** Sessions: a minute of them, or a moment. */
const SESSIONS = isDeep ? 60_000 : 120;

/** How many may be open. */
const OPEN = 16;

/** What the process may grow by in a minute of it, bytes. */
const GROWTH = 192 * 2 ** 20;

const QUIETER = {
  version: 1,
  nodes: { quieter: { type: "gain", config: { gainDb: -6 } } },
  inputs: { voice: "quieter.audioIn" },
  outputs: { voice: "quieter.audioOut" },
} as const;

Deno.test("a session a millisecond is started or refused, and counted; another session's counts stay exact", async () => {
  const runner = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
  const limits = { sessions: OPEN };
  await using router = new SessionRouter({ transport: runner, graphs: { quieter: QUIETER }, limits });
  await using server = serveHttp(router, { port: 0, limits: { keepMs: 1_000 } });
  const neighbour = await talk(server.url);
  if (isDeep) await inProcess(server.url, 2_000);
  const before = { ...router.figures(), bytes: Deno.memoryUsage().rss };
  const counts = isDeep ? await inProcess(server.url, SESSIONS) : await storm(server.url, SESSIONS);
  const all = counts.done + counts.left + sum(counts.refused) + sum(counts.odd);
  deepEqual([all, counts.odd], [SESSIONS, {}], JSON.stringify(counts));
  await until(() => router.figures().open === 1 && server.connections === 1);
  const { started, refused } = router.figures();
  equal(started - before.started, counts.done);
  equal(refused.sessions - before.refused.sessions, counts.refused.sessions ?? 0);
  if (isDeep) {
    const grown = Deno.memoryUsage().rss - before.bytes;
    console.log(JSON.stringify({ ...counts, grown }));
    ok(grown < GROWTH, `${grown} bytes`);
    // A client that is killed in the middle of it; what it has started by requests, goes once it is idle.
    await inProcess(server.url, SESSIONS, 3_000);
    await until(() => router.figures().open === 1 && server.connections === 1);
  }
  const blocks = await neighbour.end();
  ok(blocks > 3);
  await until(() => router.figures().open === 0 && server.connections === 0);
});

/** Sends blocks and reads each before the next one, until it is told to end. */
async function talk(url: string) {
  const session = await new WebSocketTransport(url).stream("quieter");
  let isOver = false;
  const talking = (async () => {
    let blocks = 0;
    for (; !isOver; blocks++) {
      const samples = new Float32Array(320).fill(blocks / 65_536);
      await session.sendInput(new TransportData({ kind: "audio", sampleRateHz: 16_000, channels: [samples] }));
      const output = await session.recvOutput();
      equal(output?.sequence, blocks);
      ok(output.payload.kind === "audio");
      ok(Math.abs(output.payload.channels[0][319] - samples[0] * 10 ** (-6 / 20)) < 1e-6);
    }
    await session.close();
    return blocks;
  })();
  // Whoever ends it hears of it.
  talking.catch(() => {});
  return {
    /** @returns how many blocks came back */
    end() {
      isOver = true;
      return talking;
    },
  };
}

/** The storm as a process of its own. @param killMs when it is killed */
async function inProcess(url: string, count: number, killMs?: number): Promise<StormCounts> {
  const program = new URL("./fixtures/storm.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, url, `${count}`],
    stdout: "piped",
  }).spawn();
  const timer = killMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killMs);
  const { stdout } = await child.output();
  clearTimeout(timer);
  return killMs === undefined
    ? JSON.parse(new TextDecoder().decode(stdout))
    : { done: 0, refused: {}, odd: {}, left: 0 };
}

function sum(counts: { readonly [key: string]: number }): number {
  return Object.values(counts).reduce((all, each) => all + each, 0);
}
