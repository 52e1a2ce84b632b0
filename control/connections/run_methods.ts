/**
 * The methods that pause, end and restart a run.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { Runtime } from "../../core/runtime.ts";
import { type RunState, viewRuntime } from "../../core/runtime_view.ts";
import type { Handlers } from "../answers/rpc.ts";

/** Makes the handlers. */
export function runMethods(
  runtime: Runtime,
): Pick<Handlers, "graph.pause" | "graph.resume" | "graph.stop" | "graph.restart"> {
  return {
    "graph.pause": async () => {
      await runtime.pause();
      return { state: stateOf(runtime) };
    },
    "graph.resume": async () => {
      const now = stateOf(runtime);
      if (now !== "running" && now !== "paused") {
        throw new SluiceError("Busy", `Cannot resume the graph: it is ${now}, wanted a paused one`);
      }
      await runtime.resume();
      return { state: stateOf(runtime) };
    },
    "graph.stop": async () => {
      // The graph's state reports a failure.
      await runtime.stop().catch(() => {});
      return { state: stateOf(runtime) };
    },
    "graph.restart": async ({ resume }) => {
      // Who stops it, by a signal perhaps, has the last word: no client undoes that.
      if (stateOf(runtime) === "stopping") {
        throw new SluiceError("Busy", "Cannot restart: the graph is being stopped");
      }
      await runtime.restart({ resume });
      return { state: stateOf(runtime) };
    },
  };
}

/** Returns the state of a graph. */
export function stateOf(runtime: Runtime): RunState {
  return viewRuntime(runtime).session?.state ?? "building";
}
