/**
 * What a client that follows a large graph costs the process that serves it.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { type ControlServer, serveControl } from "../../control/server/server.ts";
import type { Runtime } from "../../mod.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { buildLargeGraph, countUp, fillCounters, GROUPS } from "../large_graph.ts";
import { median, type Row } from "../measure.ts";
import type { StatsSeen } from "../peers/stats_client.ts";

const HZ = 10;
/** Readings before those that are measured, and those. */
const WARMUP = 40;
const READINGS = 60;

const BYTES_LIMIT = 60_000;
const CORE_LIMIT = 0.01;

export const liveStatistics: Benchmark = {
  name: "live-statistics",
  about:
    `${4 * GROUPS} nodes and ${6 * GROUPS} links with the counters of a day, followed at ${HZ} Hz by a client in ` +
    "another process: bytes of a reading, and the serving process's CPU time with the client, less without it.",
  async run({ runs }: BenchOptions): Promise<Row[]> {
    await using runtime = buildLargeGraph();
    await runtime.start();
    await runtime.pause();
    fillCounters(runtime);
    await using server = serveControl(runtime, { port: 0 });
    const bytes: number[] = [];
    const cores: number[] = [];
    for (let k = 0; k < runs; k++) {
      const { bytesPerReading, core } = await follow(runtime, server);
      bytes.push(bytesPerReading);
      cores.push(core);
    }
    const what = `live statistics, ${4 * GROUPS} nodes, ${6 * GROUPS} links, ${HZ} Hz, a client:`;
    const percent = (core: number) => `${(core * 100).toFixed(2)} %`;
    const kilobytes = (count: number) => `${(count / 1e3).toFixed(1)} kB`;
    return [
      {
        what: `${what} bytes a reading`,
        peer: "",
        result: kilobytes(median(bytes)),
        spread: `${kilobytes(Math.min(...bytes))} to ${kilobytes(Math.max(...bytes))}`,
        goal: `≤ ${BYTES_LIMIT / 1e3} kB`,
        hit: median(bytes) <= BYTES_LIMIT,
        detail: `${READINGS} readings a run`,
      },
      {
        what: `${what} share of a core`,
        peer: "",
        result: percent(median(cores)),
        spread: `${percent(Math.min(...cores))} to ${percent(Math.max(...cores))}`,
        goal: `≤ ${CORE_LIMIT * 100} %`,
        hit: median(cores) <= CORE_LIMIT,
        detail: `${((median(cores) * 1e3) / HZ).toFixed(2)} ms a reading`,
      },
    ];
  },
};

async function follow(
  runtime: Runtime,
  server: ControlServer,
): Promise<{ bytesPerReading: number; core: number }> {
  const ticker = setInterval(() => countUp(runtime), 1e3 / HZ);
  const idle = await shareOfCore(() => sleep((READINGS * 1e3) / HZ));
  await using client = startClient(server.url);
  await client.nextLine();
  const sentBefore = server.statsBytes;
  let seen!: StatsSeen;
  const busy = await shareOfCore(async () => seen = JSON.parse(await client.nextLine()));
  const bytes = server.statsBytes - sentBefore;
  clearInterval(ticker);
  deepEqual([seen.readings, seen.missed, seen.nodes, seen.links], [READINGS, 0, 4 * GROUPS, 6 * GROUPS]);
  return { bytesPerReading: bytes / READINGS, core: busy - idle };
}

/** CPU time of this process by the time that something takes. */
async function shareOfCore(body: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  const startMs = performance.now();
  await body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / ((performance.now() - startMs) * 1e3);
}

/** A client in a process of its own, by the lines that it prints. */
function startClient(url: string): AsyncDisposable & { nextLine(): Promise<string> } {
  const program = new URL("../peers/stats_client.ts", import.meta.url).pathname;
  const numbers = [HZ, WARMUP, READINGS].map(String);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, `${url.replace("http", "ws")}/rpc`, ...numbers],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLines()).getReader();
  return {
    async nextLine() {
      const { value } = await lines.read();
      if (value === undefined) throw new Error("The client of the statistics has ended");
      return value;
    },
    async [Symbol.asyncDispose]() {
      await lines.cancel();
      await child.status;
    },
  };
}

/** Parts text at line ends. */
class TextLines extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform(text, controller) {
        const lines = `${rest}${text}`.split("\n");
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}
