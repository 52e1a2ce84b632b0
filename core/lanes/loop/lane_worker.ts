/**
 * The module that worker lanes run.
 *
 * @module
 */
import { consoleOnOwnLine, consoleToStderr, consoleWithoutReader, reserveStdout } from "../../log/console_output.ts";
import { openDriver } from "../../driver/open.ts";
import { serializeError, SluiceError } from "../../errors.ts";
import { logger, tapLog } from "../../log.ts";
import { enterLaneThread } from "../../registry/import_module.ts";
import { loadNodeType } from "../../registry/load_type.ts";
import { LaneRunner } from "./lane_runner.ts";
import { LogRelay } from "./log_relay.ts";
import type { LaneCommand, LaneReport } from "../messages.ts";

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  postMessage(report: LaneReport): void;
  close(): void;
  addEventListener(type: "message", listener: (event: MessageEvent<LaneCommand>) => void): void;
  addEventListener(type: "error" | "unhandledrejection", listener: (event: Event) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const { postMessage } = scope;
const post = (report: LaneReport) => postMessage.call(scope, report);
let runner: LaneRunner | undefined;

enterLaneThread();

const relay = new LogRelay((entry) => post({ kind: "log", entry }));
tapLog((entry) => relay.take(entry));

consoleWithoutReader();

// Without these listeners, one rejection ends this lane and main with it.
scope.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  runner?.faults.failOutside((event as PromiseRejectionEvent).reason);
});
scope.addEventListener("error", (event) => {
  event.preventDefault();
  runner?.faults.failOutside((event as ErrorEvent).error);
});

// If a processor ended the thread, the graph would wait for it.
const close = scope.close.bind(scope);
scope.close = () => crash("close()");
Deno.exit = (code) => crash(`Deno.exit(${code ?? ""})`);

// A message that a node posts would be taken for a report of the lane.
let warned = false;
scope.postMessage = () => {
  if (warned) return;
  warned = true;
  logger("lane").warn(
    `A node of lane "${runner?.lane.init.name}" called postMessage(), which leads nowhere on a lane: what it posts is lost; ` +
      "context.emit() reaches the program",
  );
};

/** Reports to the control isolate, stops running nodes, and ends the thread after the node's call. */
function crash(call: string): never {
  const cell = runner?.faults.caller(new Error(call));
  const node = cell === undefined ? "a node" : `node "${cell.id}" (${cell.type})`;
  const error = new SluiceError("LaneCrashed", `Lane "${runner?.lane.init.name}" ended: ${node} called ${call}`);
  post({ kind: "failed", error: serializeError(error) });
  void runner?.endThread();
  throw error;
}

scope.addEventListener("message", async ({ data }) => {
  if (data.kind !== "init") {
    // A lane that is closing ends the thread itself, once its nodes are torn down.
    const isLeaving = runner?.lane.closed === true;
    await runner?.handle(data);
    if (data.kind === "close" && !isLeaving) close();
    return;
  }
  if (data.stdoutIsReserved) reserveStdout();
  if (data.consoleOnStderr) consoleToStderr();
  if (data.consoleOnOwnLine) consoleOnOwnLine();
  try {
    const driver = openDriver(data.init.driver);
    runner = new LaneRunner(data.init, {
      driver,
      mayBlock: true,
      post,
      end: close,
      findType: (node) => loadNodeType(node.type, node.packageUrl),
    });
  } catch (error) {
    post({ kind: "failed", error: serializeError(error) });
  }
});
