/**
 * The control isolate's end of a native lane: a thread of the library that runs native stages.
 *
 * The thread never calls JavaScript: its reports wait in a queue, which a timer of this isolate empties, every 20 ms
 * while native lanes run and sooner after a command. A non-blocking wait in the library would report at once, but an
 * isolate may have only one such wait, and the main lane parks in it. No frame depends on a report: reports cover only
 * the start, the end and failures of nodes. One timer serves all native lanes.
 *
 * @module
 */
import type { NativeLane } from "../../../ffi/native_lane.ts";
import type { NativeReport } from "../../../ffi/native_messages.ts";
import type { NativeDriver } from "../../driver/native.ts";
import { serializeError, SluiceError } from "../../errors.ts";
import { nodeLog } from "../../log.ts";
import { nativeStage } from "../../registry/shipped_stage.ts";
import type { AnyNodeType } from "../../registry/node_type.ts";
import type { NodeId } from "../../ids.ts";
import type { LinkRest } from "../../links/link_move.ts";
import type { LanePort } from "../lane_port.ts";
import { claimedRests } from "../edits/loan.ts";
import type { AnnouncedFormat, LaneCommand, LaneInit, LaneReport, LinkEndPlan, NodePlan } from "../messages.ts";
import { arrivalsOf, type NativeLaneNode, NativeLaneNodes } from "./native_lane_nodes.ts";
import { NativeHandovers } from "./native_handovers.ts";

/** Time between two checks for reports, milliseconds: after a command, and at most. */
const SOON_MS = 1;
const POLL_MS = 20;

/** Turns commands into calls of the library, and its reports into reports of a lane. */
export class NativeLanePort implements LanePort {
  readonly name: string;
  readonly index: number;
  readonly kind = "native";
  readonly #init: LaneInit;
  readonly #driver: NativeDriver;
  readonly #onReport: (report: LaneReport) => void;
  readonly #nodes: NativeLaneNodes;
  #lane: NativeLane | undefined;
  /** Formats to name once the lane is ready for an edit. */
  #prepared: readonly AnnouncedFormat[] = [];
  /** The handovers of the edit that was prepared last, unless it was refused or aborted. */
  #handovers: NativeHandovers | undefined;
  /** The rests of links that the lane has detached for others, until it has applied the edit. */
  #rests: LinkRest[] = [];
  /** The edit of `countLost`, and how many links it has yet to count. */
  #counting = { epoch: 0, left: 0 };
  /** Nodes that were asked to change their configuration, by the number of the request. */
  readonly #asked = new Map<number, NodeId>();
  /** Commands that nodes were given, by the number of the request. */
  readonly #questions = new Map<number, { readonly node: NodeId; readonly name: string }>();
  /** Numbers of the pauses that the lane has not answered: it answers them in order. */
  readonly #pauses: number[] = [];

  /** @param types of its nodes, by the node's id */
  constructor(
    init: LaneInit,
    driver: NativeDriver,
    types: ReadonlyMap<NodeId, AnyNodeType>,
    onReport: (report: LaneReport) => void,
  ) {
    this.name = init.name;
    this.index = init.index;
    this.#init = init;
    this.#driver = driver;
    this.#nodes = new NativeLaneNodes(types);
    this.#onReport = onReport;
  }

  send(command: Exclude<LaneCommand, { kind: "init" }>): void {
    switch (command.kind) {
      case "open":
        this.#open(command.nodes, command.links);
        break;
      case "configure":
        this.#configure(command);
        break;
      case "ask":
        this.#ask(command);
        break;
      case "prepare":
        this.#prepare(command);
        break;
      case "abort":
        this.#abort();
        this.#lane?.send(command);
        break;
      case "handOver":
        if (this.#handovers?.epoch === command.epoch) void this.#handovers.handOver(command);
        break;
      case "accept":
        if (this.#handovers?.epoch === command.epoch) this.#handovers.accept(command.nodes);
        break;
      case "countLost":
        this.#counting = { epoch: command.epoch, left: command.ends.length };
        for (const { link } of command.ends) this.#lane?.send({ kind: "countLost", link: link.index });
        break;
      case "attach":
        this.#attach(command);
        break;
      case "schedule":
        this.#lane?.send({
          kind: "schedule",
          priority: command.schedule.priority ?? "normal",
          cpus: command.schedule.cpus ?? [],
        });
        break;
      case "pause":
        this.#pauses.push(command.pause);
        this.#lane?.send({ kind: "pause" });
        break;
      case "resume":
        this.#lane?.send(command);
        break;
      case "disable":
        this.#disable(command);
        break;
      case "overdue":
      case "endThread":
        // Nothing ends a call of a native stage.
        break;
      case "secrets":
        // Native stages print nothing.
        break;
      case "close":
        if (this.#lane === undefined) queueMicrotask(() => this.#onReport({ kind: "closed" }));
        else this.#lane.send(command);
        break;
      default:
        this.#lane?.send(command);
    }
    if (this.#lane !== undefined) watch(this);
  }

  terminate(): void {
    unwatch(this);
    this.#lane?.[Symbol.dispose]();
    this.#lane = undefined;
  }

  /** Passes on the lane's reports. */
  poll(): void {
    for (let report = this.#lane?.nextReport(); report !== undefined; report = this.#lane?.nextReport()) {
      this.#take(report);
      // The edit takes effect soon.
      if (report.kind === "prepared") watch(this);
    }
  }

  #take(report: NativeReport): void {
    switch (report.kind) {
      case "log":
        nodeLog(this.#nodes.lastOf(report.node))[report.level](report.text);
        break;
      case "offered":
        this.#handovers?.offered(report);
        break;
      case "accepted":
        this.#handovers?.accepted(report);
        break;
      case "rest":
        this.#rests.push({ link: report.link, ...report.rest });
        break;
      case "counted":
        if (--this.#counting.left === 0) this.#onReport({ kind: "counted", epoch: this.#counting.epoch });
        break;
      default:
        this.#onReport(this.#translate(report));
    }
  }

  #open(nodes: readonly NodePlan[], links: readonly LinkEndPlan[]): void {
    try {
      this.#lane = this.#driver.startNativeLane({
        lane: this.index,
        generation: this.#init.generation,
        live: this.#init.mode === "live",
        development: this.#init.development,
        first: this.#nodes.open(this.#init.pools, nodes, links),
        priority: this.#init.schedule.priority ?? "normal",
        cpus: this.#init.schedule.cpus ?? [],
      });
    } catch (error) {
      queueMicrotask(() => this.#onReport({ kind: "failed", error: serializeError(error) }));
    }
  }

  #prepare(command: Extract<LaneCommand, { kind: "prepare" }>): void {
    const { epoch } = command;
    const lane = this.#lane!;
    try {
      this.#driver.prepareNativeEdit(lane, epoch, this.#nodes.prepare(command, this.index));
      this.#prepared = this.#nodes.formatsFor(command);
      this.#handovers = new NativeHandovers(
        { index: this.index, nodes: this.#nodes, lane, post: this.#onReport, watch: () => watch(this) },
        command,
      );
    } catch (error) {
      this.#abort();
      queueMicrotask(() => this.#onReport({ kind: "refused", epoch, error: serializeError(error) }));
    }
  }

  #attach(command: Extract<LaneCommand, { kind: "attach" }>): void {
    if (this.#lane === undefined) return;
    const rests = claimedRests(command);
    const arrivals = arrivalsOf(this.index, { ...command, rests }).map(({ end, rest }) => ({
      end: this.#nodes.arrival(end),
      rest,
    }));
    this.#driver.attachNativeLinks(this.#lane, command.epoch, arrivals);
  }

  /** Aborts the edit in preparation: it never takes effect. */
  #abort(): void {
    this.#nodes.abort();
    this.#handovers?.giveUp();
    this.#handovers = undefined;
  }

  #configure(command: Extract<LaneCommand, { kind: "configure" }>): void {
    const { request, node, values } = command;
    try {
      const slot = this.#nodes.slotOf(node);
      if (slot < 0) throw new SluiceError("NodeNotFound", `Cannot configure "${node}": it has gone`);
      this.#asked.set(request, node);
      this.#lane?.send({ kind: "configure", request, node: slot, values: this.#nodes.values(node, values) });
    } catch (error) {
      queueMicrotask(() => this.#onReport({ kind: "configured", request, error: serializeError(error) }));
    }
  }

  #ask({ request, node, name, json }: Extract<LaneCommand, { kind: "ask" }>): void {
    try {
      const slot = this.#nodes.slotOf(node);
      if (slot < 0) throw notAnswered(node, name, "it has gone");
      this.#questions.set(request, { node, name });
      this.#lane?.send({ kind: "ask", request, node: slot, name, json });
    } catch (error) {
      queueMicrotask(() => this.#onReport({ kind: "answered", request, json: "", error: serializeError(error) }));
    }
  }

  /** Disables a node, unless another one has its record. */
  #disable({ node, record }: Extract<LaneCommand, { kind: "disable" }>): void {
    const slot = this.#nodes.slotOf(node);
    if (this.#nodes.at(slot)?.plan.index === record) this.#lane?.send({ kind: "disable", node: slot });
  }

  #translate(
    report: Exclude<NativeReport, { kind: "log" | "offered" | "accepted" | "rest" | "counted" }>,
  ): LaneReport {
    switch (report.kind) {
      case "opened":
        return { kind: "opened", formats: this.#nodes.formats() };
      case "closed":
        return { kind: "closed" };
      case "paused":
        return { kind: "paused", pause: this.#pauses.shift()! };
      case "failed": {
        const node = report.node === undefined ? undefined : this.#nodes.at(report.node);
        const error = serializeError(this.#failure(report.text, node, report.panicked ? "panicked" : "failed"));
        if (node === undefined || !report.setAside) return { kind: "failed", error };
        return { kind: "failed", error, node: node.plan.id, record: node.plan.index };
      }
      case "ended": {
        const { id } = this.#nodes.at(report.node)!.plan;
        const names = this.#figures(report.node);
        if (names.length === 0) return { kind: "ended", node: id };
        const figures = Object.fromEntries(names.map((name, k) => [name, report.figures[k]]));
        return { kind: "ended", node: id, figures };
      }
      case "progress": {
        const { doneNs, totalNs } = report;
        const node = this.#nodes.at(report.node)!.plan.id;
        return { kind: "progress", node, doneNs, ...(Number.isFinite(totalNs) ? { totalNs } : {}) };
      }
      case "configured": {
        const { request, error } = report;
        const node = this.#asked.get(request);
        this.#asked.delete(request);
        return {
          kind: "configured",
          request,
          ...(error !== undefined && { error: serializeError(refused(error, node)) }),
        };
      }
      case "warning":
        return { kind: "warning", text: `Lane "${this.name}": ${report.text}` };
      case "prepared":
        return { kind: "prepared", epoch: report.epoch, formats: this.#prepared };
      case "refused": {
        const { epoch, text } = report;
        const node = report.node === undefined ? undefined : this.#nodes.next(report.node);
        const error = node === undefined
          ? new SluiceError("InvalidGraph", `Cannot edit lane "${this.name}": ${text}`)
          : this.#failure(text, node, "failed");
        this.#abort();
        return { kind: "refused", epoch, error: serializeError(error) };
      }
      case "applied": {
        const { epoch, failure } = report;
        const before = failure && this.#nodes.at(failure.node);
        this.#nodes.commit();
        const rests = this.#rests;
        this.#rests = [];
        if (failure === undefined) return { kind: "applied", epoch, failures: [], refused: [], rests };
        const node = this.#nodes.at(failure.node)!;
        const { id } = node.plan;
        // On a native lane, only a node that replaces another gets a state, and only other nodes get values.
        const error = node === before || before === undefined
          ? refused(failure.text, id)
          : notCarriedOver(node, failure.text);
        return { kind: "applied", epoch, failures: [serializeError(error)], refused: [id], rests };
      }
      case "attached":
        return { kind: "attached", epoch: report.epoch };
      case "removed": {
        const { id, index } = this.#nodes.at(report.node)!.plan;
        this.#nodes.remove(report.node);
        if (report.error !== undefined) nodeLog(id).error(`flush() failed: ${report.error}`);
        return { kind: "tornDown", record: index };
      }
      case "disabled":
        return { kind: "disabled", node: this.#nodes.at(report.node)!.plan.id };
      case "emitted":
        return {
          kind: "emitted",
          node: this.#nodes.lastOf(report.node),
          name: report.name,
          data: dataOf(report),
        };
      case "overflow":
        return { kind: "overflow", lost: report.lost };
      case "answered": {
        const { request, json, refused: reason } = report;
        const { node, name } = this.#questions.get(request)!;
        this.#questions.delete(request);
        const error = reason === undefined ? undefined : serializeError(notAnswered(node, name, reason));
        return { kind: "answered", request, json, ...(error !== undefined && { error }) };
      }
    }
  }

  /** Returns the names of the figures of the stage in a slot. */
  #figures(slot: number): readonly string[] {
    return nativeStage(this.#nodes.at(slot)!.plan.type).figures;
  }

  #failure(text: string, node: NativeLaneNode | undefined, how: string): SluiceError {
    if (node === undefined) return new SluiceError("LaneCrashed", `Lane "${this.name}" crashed: ${text}`);
    const { id, type } = node.plan;
    return new SluiceError("NodeFailed", `Node "${id}" (${type}) ${how} in its native stage: ${text}`, { nodeId: id });
  }
}

function notAnswered(nodeId: NodeId, name: string, reason: string): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot give "${nodeId}" the command "${name}": ${reason}`, { nodeId });
}

function notCarriedOver({ plan: { id, type } }: NativeLaneNode, reason: string): SluiceError {
  const message = `Cannot carry over the state of node "${id}" (${type}): ${reason}`;
  return new SluiceError("NodeFailed", message, { nodeId: id });
}

function refused(reason: string, nodeId: NodeId | undefined): SluiceError {
  const which = nodeId === undefined ? "a native stage" : `node "${nodeId}", a native stage`;
  return new SluiceError("InvalidConfig", `Cannot configure ${which}: ${reason}`, { nodeId });
}

/** Returns the value of an event; as text if it is not valid JSON. */
function dataOf({ json }: { readonly json: string }): unknown {
  if (json === "") return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** The native lanes of this isolate that may have reports. */
const watched = new Set<NativeLanePort>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Checks for reports soon, then ever less often. */
function watch(port: NativeLanePort): void {
  watched.add(port);
  clearTimeout(timer);
  schedule(SOON_MS);
}

function unwatch(port: NativeLanePort): void {
  watched.delete(port);
  if (watched.size === 0) clearTimeout(timer);
}

function schedule(delayMs: number): void {
  timer = setTimeout(() => {
    // Scheduled first, so that a lane that is watched or given up meanwhile overrides the delay.
    schedule(Math.min(POLL_MS, delayMs * 2));
    for (const port of [...watched]) port.poll();
  }, delayMs);
}
