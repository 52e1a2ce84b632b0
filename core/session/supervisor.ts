/**
 * Decides the fate of nodes that fail while others can continue. Each is restarted after a growing pause, or disabled,
 * by its supervision; a node that fails too often ends the run.
 *
 * @module
 */
import { NODE } from "../../ffi/layout.gen.ts";
import { index64 } from "../element_index.ts";
import { serializeError, SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { failureNumber } from "../events/run_events.ts";
import { logger } from "../log.ts";
import { keepsState, restartPolicy } from "../graph/supervision.ts";
import { draftRestart, restartTimeoutMs } from "../live/restart.ts";
import type { Run } from "./run.ts";
import type { RunNode } from "./run_node.ts";

/** Restarts and disables nodes that fail. */
export class Supervisor {
  readonly #run: Run;
  /** `early`: failures wait until the graph runs. `stopping`: no node is restarted. */
  #phase: "early" | "running" | "stopping" | "ended" = "early";

  constructor(run: Run) {
    this.#run = run;
  }

  /** Begins with the graph, and handles the failures before. */
  begin(): void {
    this.#phase = "running";
    for (const { id, error } of this.#run.nodes.all) if (error !== undefined) this.failed(id, error);
  }

  /** Stops restarting nodes, so that the graph can end. */
  stop(): void {
    if (this.#phase === "running") this.#phase = "stopping";
    for (const node of this.#run.nodes.all) if (node.stage === "waiting") this.#disable(node);
  }

  /** Ends with the run. */
  end(): void {
    this.#phase = "ended";
    for (const { timer } of this.#run.nodes.all) clearTimeout(timer);
  }

  /** Handles the failure of a node that its lane set aside, or that was lost with the lane. */
  failed(id: NodeId, error: Error): void {
    const node = this.#run.nodes.get(id);
    if (node === undefined || this.#phase === "ended" || node.isDown) return;
    node.error = error;
    if (this.#phase === "early") return;
    node.meet("failed");
    const supervision = this.#run.topology.supervisionOf(node.entry);
    if (supervision === "fail") this.#run.end(error);
    else if (supervision === "disable" || this.#phase === "stopping") this.#disable(node);
    else this.#plan(node);
  }

  /** Rebuilds a node at once that was lost with its lane by no fault of its own, whatever its supervision says. */
  revive(node: RunNode, error: Error): void {
    if (this.#phase === "ended") return;
    node.error = error;
    void this.#restart(node, 1);
  }

  /** Disables a node at a caller's request, whatever its supervision says. @param reason names the caller */
  disable(node: RunNode, reason: Error): void {
    node.error = reason;
    this.#disable(node);
  }

  /** Handles the report of a lane that it has disabled a node. */
  disabled(id: NodeId): void {
    const node = this.#run.nodes.get(id);
    if (node?.stage !== "down") return;
    node.meet("disabled");
    const error = node.error!;
    const failure = failureNumber(error);
    this.#run.events.publish({ group: "node", nodeId: id, kind: "disabled", failure, error: serializeError(error) });
    logger("runtime").warn(`Disabled node "${id}": ${error.message}`, { failure });
  }

  #plan(node: RunNode): void {
    const { id, entry } = node;
    const error = node.error!;
    const supervision = this.#run.topology.supervisionOf(entry);
    if (typeof supervision !== "object") return;
    const { limit, windowSeconds, backoffMs, maxBackoffMs } = restartPolicy(supervision.restart);
    const nowNs = this.#run.driver.nowNs();
    node.failedAtNs = node.failedAtNs.filter((atNs) => nowNs - atNs < windowSeconds * 1e9);
    if (node.failedAtNs.length >= limit) {
      const times = limit === 1 ? "a restart" : `${limit} restarts`;
      const message = `Node "${id}" failed again after ${times} within ${windowSeconds} s: ${error.message}`;
      this.#run.end(new SluiceError("NodeFailed", message, { nodeId: id, cause: error }));
      return;
    }
    const attempt = node.failedAtNs.push(nowNs);
    const afterMs = Math.min(maxBackoffMs, backoffMs * 2 ** (attempt - 1));
    node.meet("delayed");
    this.#run.events.publish({
      group: "node",
      nodeId: id,
      kind: "restarting",
      attempt,
      afterMs,
      failure: failureNumber(error),
      error: serializeError(error),
    });
    node.timer = setTimeout(() => void this.#restart(node, attempt), afterMs);
  }

  async #restart(node: RunNode, attempt: number): Promise<void> {
    const { id } = node;
    const error = node.error!;
    try {
      node.meet("rebuilt");
    } catch (impossible) {
      return this.#refused(node, impossible as Error);
    }
    const committed = () => {
      if (!this.#isRestarting(node)) return;
      node.meet("restarted");
      const { page, events } = this.#run;
      page.f64[index64(page.nodeOffset(node.entry.index) + NODE.restarts)]++;
      const failure = failureNumber(error);
      events.publish({ group: "node", nodeId: id, kind: "restarted", attempt, failure, error: serializeError(error) });
      logger("runtime").warn(`Restarted node "${id}" (${attempt}): ${error.message}`, { failure });
    };
    try {
      const { topology, options, edits } = this.#run;
      const carries = attempt === 1 || keepsState(topology.supervisionOf(node.entry));
      const makeDraft = () => draftRestart(topology, node.entry, carries, committed);
      await edits!.run(makeDraft, restartTimeoutMs(options.setupTimeoutMs));
      if (this.#phase === "stopping" && this.#run.nodes.get(id) === node && node.stage === "running") {
        this.#disable(node);
      }
    } catch (reason) {
      if (this.#isRestarting(node)) this.#refused(node, reason as Error);
    }
  }

  /** Handles a restart that was refused as a failure of the node, which no lane reports. */
  #refused(node: RunNode, reason: Error): void {
    this.#run.nodes.tellFailure([node], reason);
    node.countFailures(this.#run.page);
    this.failed(node.id, reason);
  }

  #disable(node: RunNode): void {
    node.meet("dismissed");
    const { lane, id, index } = node.entry;
    this.#run.lanes.named(lane)?.send({ kind: "disable", node: id, record: index });
  }

  /** True if the restart of a node still has an effect: no edit, loss or order has come between. */
  #isRestarting(node: RunNode): boolean {
    return this.#phase !== "ended" && this.#run.nodes.get(node.id) === node && node.stage === "restarting";
  }
}
