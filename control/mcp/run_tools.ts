/**
 * Tools that start and stop the graph, and that tell how it does.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { graphMethods } from "../connections/graph_methods.ts";
import { runMethods } from "../connections/run_methods.ts";
import { findNode } from "../answers/snapshot.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { LEVELS, LogLine } from "../schemas/feed.ts";
import { GRAPH_STATES } from "../schemas/graph.ts";
import { z } from "../schemas/zod.ts";
import { NodeId } from "./arguments.ts";
import { diagnose, diagnosisText } from "./diagnosis.ts";
import { defineTool, type Tool, type ToolAnswer } from "./tool.ts";

const MOST_MS = 10_000;

const State = z.object({ state: z.enum(GRAPH_STATES) });

/** The tools. */
export const RUN_TOOLS: readonly Tool[] = [
  defineTool("start", {
    title: "Start the graph",
    description: "Starts the graph, also again after its end, and answers when it runs.",
    effect: "changes",
    input: z.strictObject({
      resume: z.boolean().default(false).describe("Go on from the states of the run before"),
    }),
    output: State,
    run: async (args, { host }) => stateAnswer(await graphMethods(host)["graph.start"](args)),
  }),
  defineTool("pause", {
    title: "Pause the graph",
    description: "Holds every processor between two ticks; nothing is dropped.",
    effect: "changes",
    idempotent: true,
    input: z.strictObject({}),
    output: State,
    run: async (_, { host }) => stateAnswer(await runMethods(host.runtime)["graph.pause"]({})),
  }),
  defineTool("resume", {
    title: "Resume the graph",
    description: "Goes on after a pause.",
    effect: "changes",
    idempotent: true,
    input: z.strictObject({}),
    output: State,
    run: async (_, { host }) => stateAnswer(await runMethods(host.runtime)["graph.resume"]({})),
  }),
  defineTool("stop", {
    title: "Stop the graph",
    description: "Ends the sources, lets the rest drain, finishes files and answers when the graph has ended.",
    effect: "destroys",
    idempotent: true,
    input: z.strictObject({}),
    output: State,
    run: async (_, { host }) => stateAnswer(await runMethods(host.runtime)["graph.stop"]({})),
  }),
  defineTool("stats", {
    title: "Diagnose the graph",
    description: "Tells what is wrong in words, and where the milliseconds go: by processor, queue, drops and latency.",
    effect: "reads",
    input: z.strictObject({
      over_ms: z.int().min(0).max(MOST_MS).default(500).describe("How long to measure; 0: since the start"),
    }),
    output: z.object({
      state: z.enum(GRAPH_STATES),
      over_ms: z.number(),
      problems: z.array(z.string()),
      processors: z.array(z.looseObject({ id: z.string() })),
      connections: z.array(z.looseObject({ connection_id: z.string() })),
      slowest: z.looseObject({ source: z.string(), sink: z.string() }).optional(),
    }),
    async run({ over_ms: overMs }, { host: { runtime }, signal }) {
      const isRunning = runtime.running && !runtime.paused && overMs > 0;
      const before = isRunning ? runtime.stats() : undefined;
      if (isRunning) await passed(overMs, signal);
      const now = runtime.stats();
      const none = { ...now, elapsedNs: 0, nodes: [], links: [], pools: [] };
      // A graph that has been started again counts from 0.
      const isSame = before !== undefined && before.elapsedNs <= now.elapsedNs;
      const diagnosis = diagnose(runtime, isSame ? before : none, now);
      return { text: diagnosisText(diagnosis), data: { ...diagnosis } };
    },
  }),
  defineTool("logs", {
    title: "Read the log",
    description: "Reads recent lines of the log, of the whole program or of one processor.",
    effect: "reads",
    input: z.strictObject({
      processor: NodeId.optional().describe("Only lines of this processor"),
      level: z.enum(LEVELS).default("info").describe("The least important level"),
      after: z.int().min(0).default(0).describe("Only lines after this number"),
      last: z.int().min(1).max(500).default(50).describe("How many, the newest"),
    }),
    output: z.object({ lines: z.array(LogLine) }),
    run({ processor, level, after, last }, { host: { feed, runtime } }) {
      // A processor that was removed may still have lines.
      if (processor !== undefined && !feed.lines.some(({ nodeId }) => nodeId === processor)) {
        findNode(viewRuntime(runtime), processor);
      }
      const least = LEVELS.indexOf(level);
      const lines = feed.lines.filter((line) =>
        line.seq > after && LEVELS.indexOf(line.level) >= least &&
        (processor === undefined || line.nodeId === processor)
      ).slice(-last);
      const text = lines.map(logLine).join("\n");
      return { text: text === "" ? "No such lines" : text, data: { lines } };
    },
  }),
];

/** Renders a line of the log. */
export function logLine({ seq, timeMs, level, category, nodeId, message }: LogLine): string {
  return `${seq} ${new Date(timeMs).toISOString()} ${level} ${nodeId ?? category}: ${message}`;
}

function stateAnswer(answer: unknown): ToolAnswer {
  const { state } = answer as { readonly state: string };
  return { text: `The graph is ${state}`, data: { state } };
}

/** Waits. @throws {SluiceError} `Busy` if the client no longer wants the answer */
async function passed(waitMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
  if (signal.aborted) throw new SluiceError("Busy", "Cannot answer: the client has cancelled the call");
}
