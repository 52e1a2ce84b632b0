/**
 * How long a session of a pipeline takes to start, and how long a block is on its way through one.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { nodePackage, NodeRegistry } from "../../mod.ts";
import { PipelineRunner, type StreamSession, TransportData } from "../../pipelines.ts";
import type { Benchmark } from "../benchmark.ts";
import { median, type Row } from "../measure.ts";
import { GAIN } from "../peers/gain_graph.ts";

/** The most that a start may take, milliseconds. */
const MAX_START_MS = 5;

/** Sessions of a run. */
const SESSIONS = 20;

/** Blocks through a session. */
const BLOCKS = 100;

/** 20 ms. */
const BLOCK = new TransportData({ kind: "audio", sampleRateHz: 48_000, channels: [new Float32Array(960).fill(0.5)] });

export const sessions: Benchmark = {
  name: "sessions",
  about: "Sessions of a pipeline with a gain in this process, one after the other beside one that is open: from " +
    "stream() until it runs, and a block of 20 ms from sendInput() until recvOutput() gives it.",
  async run({ runs }): Promise<Row[]> {
    const runner = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
    await using _ = await runner.stream(GAIN);
    const [starts, blocks]: [number[], number[]] = [[], []];
    for (let k = 0; k < runs * SESSIONS; k++) {
      const fromMs = performance.now();
      await using session = await runner.stream(GAIN);
      starts.push(performance.now() - fromMs);
      blocks.push(...await roundTrips(session, k === 0 ? BLOCKS : 1));
    }
    return [
      {
        ...row("start of a session beside another", starts),
        goal: `≤ ${MAX_START_MS} ms`,
        hit: median(starts) <= MAX_START_MS,
      },
      row("a block of 20 ms through a session", blocks),
    ];
  },
};

/** @returns milliseconds of each block */
async function roundTrips(session: StreamSession, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let k = 0; k < count; k++) {
    const fromMs = performance.now();
    await session.sendInput(BLOCK);
    const output = await session.recvOutput();
    times.push(performance.now() - fromMs);
    const { payload } = output!;
    equal(payload.kind === "audio" && payload.channels[0][0].toFixed(3), "0.251");
  }
  return times;
}

function row(what: string, timesMs: readonly number[]): Row {
  return {
    what,
    peer: "",
    goal: "",
    hit: undefined,
    result: `${median(timesMs).toFixed(2)} ms`,
    spread: `${Math.min(...timesMs).toFixed(2)} to ${Math.max(...timesMs).toFixed(2)} ms`,
    detail: `${timesMs.length} times`,
  };
}
