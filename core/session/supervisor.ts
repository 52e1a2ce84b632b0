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
import { failureNumber } from "../events/failure_number.ts";
import { logger } from "../log.ts";
import { keepsState, restartPolicy } from "../graph/supervision.ts";
import { draftRestart, restartTimeoutMs } from "../live/restart.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { Run } from "./run.ts";

/** A node that has failed at least once. */
interface Patient {
  readonly entry: NodeEntry;
  /** The times of its failures within the window, nanoseconds. */
  failures: number[];
  error: Error;
  timer?: ReturnType<typeof setTimeout>;
  /** `waiting`: for its restart. `suspended`: its lane is being replaced. `down`: it is disabled, or about to be. */
  phase: "waiting" | "restarting" | "running" | "suspended" | "down";
}

/** Restarts and disables nodes that fail. */
export class Supervisor {
  readonly #run: Run;
  readonly #patients = new Map<NodeId, Patient>();
  /** Failures before the graph ran. */
  #early: [node: NodeId, error: Error][] | undefined = [];
  #stopping = false;
  #ended = false;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Begins with the graph, and handles the failures before. */
  begin(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const [node, error] of early) this.failed(node, error);
  }

  /** Stops restarting nodes, so that the graph can end. */
  stop(): void {
    this.#stopping = true;
    for (const patient of this.#patients.values()) {
      if (patient.phase === "waiting") this.#disable(patient);
    }
  }

  /** Ends with the run. */
  end(): void {
    this.#ended = true;
    for (const { timer } of this.#patients.values()) clearTimeout(timer);
  }

  /** Forgets a node that was removed from the graph, or replaced by an edit. */
  forget(node: NodeId): void {
    clearTimeout(this.#patients.get(node)?.timer);
    this.#patients.delete(node);
  }

  /** Handles the failure of a node that its lane set aside, or that was lost with the lane. */
  failed(node: NodeId, error: Error): void {
    const { topology, states } = this.#run;
    const entry = topology.nodes.get(node);
    if (entry === undefined || this.#ended || this.isDown(node)) return;
    if (this.#early !== undefined) {
      this.#early.push([node, error]);
      return;
    }
    states.set(node, "failed");
    const known = this.#patients.get(node);
    const patient: Patient = known?.entry.index === entry.index
      ? known
      : { entry, failures: [], error, phase: "running" };
    patient.error = error;
    this.#patients.set(node, patient);
    const supervision = topology.supervisionOf(entry);
    if (supervision === "fail") this.#run.end(error);
    else if (supervision === "disable" || this.#stopping) this.#disable(patient);
    else this.#plan(patient);
  }

  /** Rebuilds a node at once that was lost with its lane by no fault of its own, whatever its supervision says. */
  revive(node: NodeId, error: Error): void {
    const entry = this.#run.topology.nodes.get(node);
    if (entry === undefined || this.#ended) return;
    const known = this.#patients.get(node);
    const patient: Patient = known?.entry === entry ? known : { entry, failures: [], error, phase: "suspended" };
    patient.error = error;
    this.#patients.set(node, patient);
    this.#run.states.set(node, "restarting");
    void this.#restart(patient, 1);
  }

  /** Suspends a node whose lane is gone. Leaves it alone until `failed()` is called, when there is another thread. */
  suspend(node: NodeId): void {
    const patient = this.#patients.get(node);
    if (patient === undefined) return;
    clearTimeout(patient.timer);
    patient.phase = "suspended";
  }

  /** Disables a node at a caller's request, whatever its supervision says. @param reason names the caller */
  disable(entry: NodeEntry, reason: Error): void {
    clearTimeout(this.#patients.get(entry.id)?.timer);
    const patient: Patient = { entry, failures: [], error: reason, phase: "running" };
    this.#patients.set(entry.id, patient);
    this.#disable(patient);
  }

  /** Handles the report of a lane that it has disabled a node. */
  disabled(node: NodeId): void {
    const patient = this.#patients.get(node);
    const { states, events } = this.#run;
    if (patient === undefined || states.get(node) === "disabled") return;
    states.set(node, "disabled");
    const failure = failureNumber(patient.error);
    events.publish({ group: "node", nodeId: node, kind: "disabled", failure, error: serializeError(patient.error) });
    logger("runtime").warn(`Disabled node "${node}": ${patient.error.message}`, { failure });
  }

  /** True if a node is disabled, or about to be. */
  isDown(node: NodeId): boolean {
    return this.#patients.get(node)?.phase === "down";
  }

  #plan(patient: Patient): void {
    const { id } = patient.entry;
    const supervision = this.#run.topology.supervisionOf(patient.entry);
    if (typeof supervision !== "object") return;
    const { limit, windowSeconds, backoffMs, maxBackoffMs } = restartPolicy(supervision.restart);
    const nowNs = this.#run.driver.nowNs();
    patient.failures = patient.failures.filter((atNs) => nowNs - atNs < windowSeconds * 1e9);
    if (patient.failures.length >= limit) {
      const times = limit === 1 ? "a restart" : `${limit} restarts`;
      const message = `Node "${id}" failed again after ${times} within ${windowSeconds} s: ${patient.error.message}`;
      this.#run.end(new SluiceError("NodeFailed", message, { nodeId: id, cause: patient.error }));
      return;
    }
    patient.failures.push(nowNs);
    patient.phase = "waiting";
    const attempt = patient.failures.length;
    const afterMs = Math.min(maxBackoffMs, backoffMs * 2 ** (attempt - 1));
    this.#run.states.set(id, "restarting");
    this.#run.events.publish({
      group: "node",
      nodeId: id,
      kind: "restarting",
      attempt,
      afterMs,
      failure: failureNumber(patient.error),
      error: serializeError(patient.error),
    });
    patient.timer = setTimeout(() => void this.#restart(patient, attempt), afterMs);
  }

  async #restart(patient: Patient, attempt: number): Promise<void> {
    const { entry, error } = patient;
    const { id } = entry;
    patient.phase = "restarting";
    const committed = () => {
      if (!this.#isCurrent(patient)) return;
      patient.phase = "running";
      const { page } = this.#run;
      page.f64[index64(page.nodeOffset(entry.index) + NODE.restarts)]++;
      this.#run.states.set(id, "running");
      const told = serializeError(error);
      const failure = failureNumber(error);
      this.#run.events.publish({ group: "node", nodeId: id, kind: "restarted", attempt, failure, error: told });
      logger("runtime").warn(`Restarted node "${id}" (${attempt}): ${error.message}`, { failure });
    };
    try {
      const { topology, options, edits } = this.#run;
      const carries = attempt === 1 || keepsState(topology.supervisionOf(entry));
      const makeDraft = () => draftRestart(topology, entry, carries, committed);
      await edits!.run(makeDraft, restartTimeoutMs(options.setupTimeoutMs));
      if (this.#stopping && this.#isCurrent(patient)) this.#disable(patient);
    } catch (reason) {
      if (!this.#isCurrent(patient) || patient.phase !== "restarting") return;
      // No lane reports this failure.
      this.#run.failures.tell([entry], reason as Error);
      this.#run.failures.count(entry);
      this.failed(id, reason as Error);
    }
  }

  #disable(patient: Patient): void {
    clearTimeout(patient.timer);
    patient.phase = "down";
    const { lane, id, index } = patient.entry;
    this.#run.lanes.named(lane)?.send({ kind: "disable", node: id, record: index });
  }

  #isCurrent(patient: Patient): boolean {
    return !this.#ended && this.#patients.get(patient.entry.id) === patient;
  }
}
