/**
 * How long a block is on its way through a session over a WebSocket, and how many sessions run at once.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { binaryFormat, TransportData } from "../../pipelines.ts";
import type { Benchmark } from "../benchmark.ts";
import { compare, median, quantile, type Row } from "../measure.ts";
import { RawWebSocket } from "../peers/raw_web_socket.ts";

/** What a round trip may take of that of a bare echo. */
const MAX_RATIO = 1.3;

/** Blocks that are timed in a run, one after the other, behind some that are not. */
const BLOCKS = 500;
const WARM_BLOCKS = 100;

/** Sessions at once, until they are too many. */
const STEPS = [16, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/** How long a step runs, and from when on it is measured: what is new is slow at first. */
const STEP_MS = 2_500;
const WARM_MS = 1_000;

/** Between two blocks of a session; 99 of 100 are to be back within this. */
const BLOCK_MS = 20;

/** So many blocks of a session are on their way at most: the server allows 64, and tells what it took after 32. */
const MOST_LATE = 30;

const format = binaryFormat();
const BLOCK = format.serialize(
  new TransportData({ kind: "audio", sampleRateHz: 48_000, channels: [new Float32Array(960).fill(0.5)] }),
);

export const streams: Benchmark = {
  name: "streams",
  about:
    "Sessions of a gain over WebSockets, from another process: a block of 20 ms there and back beside a bare echo, " +
    "and as many sessions that send such a block each 20 ms as get 99 of 100 back within 20 ms.",
  async run({ runs }): Promise<Row[]> {
    await using server = await startServer();
    using ours = await openGain(server.gain);
    using bare = await RawWebSocket.open(server.echo);
    equal((await echoed(bare)).length, BLOCK.length);
    const payload = format.deserialize(await echoed(ours)).payload;
    equal(payload.kind === "audio" && payload.channels[0][0].toFixed(3), "0.251");
    const trips = await compare(runs, {
      what: "a block of 20 ms there and back over a WebSocket, through a gain",
      peer: "a bare WebSocket echo",
      goal: { of: "cost", limit: MAX_RATIO },
      ours: () => roundTrip(ours),
      theirs: () => roundTrip(bare),
    });
    const most: { sessions: number; bytes: number; delayMs: number }[] = [];
    for (let k = 0; k < runs; k++) most.push(await findMost());
    const row = (what: string, values: readonly number[], unit: string, detail = ""): Row => ({
      what,
      peer: "",
      goal: "",
      hit: undefined,
      result: `${median(values)}${unit}`,
      spread: `${Math.min(...values)}${unit} to ${Math.max(...values)}${unit}`,
      detail,
    });
    const delays = most.map(({ delayMs }) => `${delayMs.toFixed(1)} ms`).join(", ");
    return [
      trips,
      row("sessions at once, 20 ms blocks through a gain", most.map(({ sessions }) => sessions), "", `99 %: ${delays}`),
      row(
        "memory of each",
        most.filter(({ sessions }) => sessions > 0).map(({ bytes }) => Math.round(bytes / 1_024)),
        " KiB",
      ),
    ];
  },
};

/** A server of its own for each run: what one has taken, it keeps. */
async function findMost(): Promise<{ sessions: number; bytes: number; delayMs: number }> {
  await using server = await startServer();
  const open: RawWebSocket[] = [];
  try {
    // What is loaded once is no session's.
    open.push(await openGain(server.gain));
    await echoed(open[0]);
    const beforeBytes = await server.memory();
    let found = { sessions: 0, bytes: 0, delayMs: 0 };
    for (const sessions of STEPS) {
      while (open.length < sessions) open.push(await openGain(server.gain));
      let delayMs = await lateness(open);
      // What else the machine does may have made one late.
      if (delayMs > BLOCK_MS && delayMs < Infinity) delayMs = await lateness(open);
      if (delayMs > BLOCK_MS) break;
      found = { sessions, bytes: (await server.memory() - beforeBytes) / sessions, delayMs };
    }
    return found;
  } finally {
    for (const each of open) each[Symbol.dispose]();
  }
}

/** Sends a block to each session each 20 ms. @returns milliseconds in which 99 of 100 come back */
async function lateness(open: readonly RawWebSocket[]): Promise<number> {
  const delays: number[] = [];
  const startMs = performance.now();
  const count = STEP_MS / BLOCK_MS;
  let isLate = false;
  await Promise.all(open.map(async (socket, place) => {
    const sentMs: number[] = [];
    let received = 0;
    const receiving = (async () => {
      for (let k = 0; k < count; k++, received++) {
        await binary(socket);
        if (k * BLOCK_MS >= WARM_MS) delays.push(performance.now() - sentMs[k]);
      }
    })();
    // It is awaited below, unless a session is given up.
    receiving.catch(() => {});
    // One behind the other, as clients that do not know of each other.
    const firstMs = startMs + BLOCK_MS * place / open.length;
    for (let k = 0; k < count; k++) {
      const waitMs = firstMs + k * BLOCK_MS - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (k - received >= MOST_LATE) isLate = true;
      if (isLate) return;
      sentMs.push(performance.now());
      await socket.send(BLOCK);
    }
    if (!isLate) await receiving;
  }));
  if (isLate) return Infinity;
  equal(delays.length, open.length * (count - WARM_MS / BLOCK_MS));
  return quantile(delays, 0.99);
}

/** @returns nanoseconds, the median of many */
async function roundTrip(socket: RawWebSocket): Promise<number> {
  const times: number[] = [];
  for (let k = 0; k < WARM_BLOCKS + BLOCKS; k++) {
    const fromMs = performance.now();
    await echoed(socket);
    times.push((performance.now() - fromMs) * 1e6);
  }
  return median(times.slice(WARM_BLOCKS));
}

async function echoed(socket: RawWebSocket): Promise<Uint8Array> {
  await socket.send(BLOCK);
  return await binary(socket);
}

/** The next binary message; texts tell what was taken. */
async function binary(socket: RawWebSocket): Promise<Uint8Array> {
  for (;;) {
    const message = await socket.receive();
    if (typeof message !== "string") return message;
    equal(JSON.parse(message).type, "taken");
  }
}

async function openGain(url: string): Promise<RawWebSocket> {
  const socket = await RawWebSocket.open(url);
  await socket.send(JSON.stringify({ type: "graph", graph: "gain" }));
  ok(/"ready"/.test(`${await socket.receive()}`));
  return socket;
}

async function startServer() {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("../peers/stream_server.ts", import.meta.url).pathname],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const asking = child.stdin.getWriter();
  const { gain, echo } = JSON.parse((await lines.read()).value!) as { gain: string; echo: string };
  return {
    gain,
    echo,
    async memory(): Promise<number> {
      await asking.write(new TextEncoder().encode("\n"));
      return Number((await lines.read()).value);
    },
    async [Symbol.asyncDispose]() {
      await asking.close();
      await lines.cancel();
      await child.status;
    },
  };
}
