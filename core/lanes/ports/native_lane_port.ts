/**
 * The control isolate's end of a native lane: a thread of the library that runs native stages. The library takes the
 * commands of a lane as they are, as JSON, with nodes and ports by name. Left for this isolate are the words of errors,
 * the formats that configurations determine, and waiting in shared memory that only JavaScript has.
 *
 * The thread never calls JavaScript: its reports wait in a queue, which a timer of this isolate empties: soon after a
 * command, then every 20 ms, and ever more rarely where none comes of live lanes. A non-blocking wait in the library would report at once, but an
 * isolate may have only one such wait, and the main lane parks in it. No frame depends on a report: reports cover only
 * the start, the end and failures of nodes. One timer serves all native lanes. It also does what stages have asked of the
 * main thread, every 4 ms while one holds it.
 *
 * @module
 */
import type { NativeLane } from "../../../ffi/native_lane.ts";
import type { NativeReport } from "../../../ffi/native_messages.ts";
import type { NativeDriver } from "../../driver/native.ts";
import { serializeError, SluiceError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import { nodeLog } from "../../log.ts";
import type { Figures } from "../../stats.ts";
import type { AnyNodeType } from "../../registry/node_type.ts";
import { nativeStage } from "../../registry/shipped_stage.ts";
import { claimedRests } from "../edits/loan.ts";
import { quiesce } from "../edits/standstill.ts";
import type { AnnouncedFormat, LaneCommand, LaneInit, LaneReport, NodePlan } from "../messages.ts";
import type { LanePort } from "./lane_port.ts";
import { announcedFormats, assertSamePorts, describeNode, type NativeNode, nativeValues } from "./native_node.ts";

/** Time between two checks for reports, milliseconds: after a command, usually, and where none comes of live lanes. */
const [SOON_MS, POLL_MS, QUIET_MS] = [1, 20, 100];
/** Time between two looks at what stages ask of the main thread while one holds it: twice for each picture of 120 Hz. */
const MAIN_MS = 4;

type Command<K extends LaneCommand["kind"]> = Extract<LaneCommand, { kind: K }>;

/** The edit in preparation. */
interface NativeEdit {
  readonly epoch: number;
  readonly nodes: ReadonlyMap<NodeId, NativeNode>;
  readonly formats: readonly AnnouncedFormat[];
  /** Nodes that go to other lanes. */
  readonly departing: readonly NodeId[];
}

/** Passes commands on to the library, and its reports to the session. */
export class NativeLanePort implements LanePort {
  readonly name: string;
  readonly index: number;
  readonly kind = "native";
  readonly isLive: boolean;
  readonly #init: LaneInit;
  readonly #driver: NativeDriver;
  readonly #types: ReadonlyMap<NodeId, AnyNodeType>;
  readonly #onReport: (report: LaneReport) => void;
  readonly #nodes = new Map<NodeId, NativeNode>();
  #lane: NativeLane | undefined;
  /** The edit that was prepared last, until it is applied, refused or aborted. */
  #edit: NativeEdit | undefined;
  /** Nodes that were given values or a command, by the number of the request. */
  readonly #asked = new Map<number, { readonly node: NodeId; readonly name: string }>();

  /** @param types of its nodes, by the node's id, when they are sent to the lane */
  constructor(
    init: LaneInit,
    driver: NativeDriver,
    types: ReadonlyMap<NodeId, AnyNodeType>,
    onReport: (report: LaneReport) => void,
  ) {
    this.name = init.name;
    this.index = init.index;
    this.#init = init;
    this.isLive = init.mode === "live";
    this.#driver = driver;
    this.#types = types;
    this.#onReport = onReport;
  }

  send(command: Exclude<LaneCommand, { kind: "init" }>): void {
    switch (command.kind) {
      case "open":
        this.#open(command);
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
        this.#edit = undefined;
        this.#lane?.send(command);
        break;
      case "handOver":
        void this.#handOver(command);
        break;
      case "accept":
        this.#accept(command);
        break;
      case "attach":
        this.#attach(command);
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

  /** Does what stages have asked of the main thread. @returns true if one holds it */
  lookAtMain(): boolean {
    return this.#driver.lookAtMain();
  }

  /** Passes on the lane's reports. */
  poll(): void {
    for (let report = this.#lane?.nextReport(); report !== undefined; report = this.#lane?.nextReport()) {
      watch(this, POLL_MS);
      if (report.kind === "log") nodeLog(report.node as NodeId)[report.level](report.text);
      else this.#onReport(this.#translate(report));
      // The edit takes effect soon.
      if (report.kind === "prepared" || report.kind === "tried") watch(this);
    }
  }

  #open({ nodes, links }: Command<"open">): void {
    const { control, generation, mode, development, pools, schedule } = this.#init;
    try {
      const described = nodes.map((plan) => describeNode(this.#place(this.#nodes, plan), mode));
      this.#lane = this.#driver.startNativeLane({
        control,
        lane: this.index,
        generation,
        live: mode === "live",
        development,
        pools,
        nodes: described,
        links,
        schedule,
      });
    } catch (error) {
      queueMicrotask(() => this.#onReport({ kind: "failed", error: serializeError(error) }));
    }
  }

  #prepare({ epoch, nodes, pools, inspect, edit }: Command<"prepare">): void {
    this.#edit = undefined;
    try {
      const coming = new Map<NodeId, NativeNode>();
      const described = nodes.map((plan) => {
        const node = this.#place(coming, plan);
        const replaced = this.#nodes.get(plan.id);
        if (replaced !== undefined) assertSamePorts(replaced, node);
        return describeNode(node, this.#init.mode);
      });
      const { detach, remove, handovers, moves, attach, bypass } = edit;
      const configure = edit.configure.map(({ node, values }) => {
        const { type } = coming.get(node) ?? this.#nodes.get(node)!;
        return { node, values: nativeValues(node, type, values) };
      });
      const changes = { detach, remove, handovers, moves, attach, bypass, configure };
      this.#lane!.send({ kind: "prepare", epoch, nodes: described, pools, edit: changes });
      const asked = inspect.flatMap(({ node, port }) => {
        const found = coming.has(node) ? undefined : this.#nodes.get(node);
        return found === undefined ? [] : announcedFormats(found).filter((each) => each.port === port);
      });
      const away = handovers.filter(({ from, to }) => from === this.index && to !== from);
      this.#edit = {
        epoch,
        nodes: coming,
        formats: [...asked, ...[...coming.values()].flatMap(announcedFormats)],
        departing: away.map(({ node }) => node),
      };
    } catch (error) {
      queueMicrotask(() => this.#onReport({ kind: "refused", epoch, error: serializeError(error) }));
    }
  }

  /**
   * Has the departing nodes asked for their states once all nodes before them are quiesced: ticks of native stages never
   * wait, so none runs on for another.
   */
  async #handOver({ epoch, standstill, stateless }: Command<"handOver">): Promise<void> {
    const edit = this.#edit;
    if (edit?.epoch !== epoch) return;
    const held = { held: false, pending: false, mode: "push" as const, waitsForGraph: false, wake() {} };
    await quiesce(edit.departing.map((id) => ({ id, ...held })), standstill, () => this.#edit !== edit);
    if (this.#edit !== edit) return;
    this.#lane?.send({ kind: "handOver", epoch, stateless });
    watch(this);
  }

  /** Passes on what nodes go on from. A native stage restores bytes alone. */
  #accept({ epoch, nodes }: Command<"accept">): void {
    if (this.#edit?.epoch !== epoch) return;
    const offers = nodes.map(({ node, carry, state }) => ({
      node,
      carry,
      ...(state instanceof Uint8Array && { state }),
    }));
    this.#lane?.send({ kind: "accept", epoch, nodes: offers });
  }

  #attach(command: Command<"attach">): void {
    const { kind, epoch, moves } = command;
    this.#lane?.send({ kind, epoch, moves, rests: claimedRests(command) });
  }

  #configure({ request, node, values }: Command<"configure">): void {
    try {
      const found = this.#nodes.get(node);
      if (found === undefined) throw new SluiceError("NodeNotFound", `Cannot configure "${node}": it has gone`);
      this.#lane?.send({ kind: "configure", request, node, values: nativeValues(node, found.type, values) });
      this.#asked.set(request, { node, name: "configure" });
    } catch (error) {
      queueMicrotask(() => this.#onReport({ kind: "configured", request, error: serializeError(error) }));
    }
  }

  #ask(command: Command<"ask">): void {
    const { request, node, name } = command;
    try {
      if (!this.#nodes.has(node)) throw notAnswered(node, name, "it has gone");
      this.#lane?.send(command);
      this.#asked.set(request, { node, name });
    } catch (error) {
      queueMicrotask(() => this.#onReport({ kind: "answered", request, json: "", error: serializeError(error) }));
    }
  }

  /** Enters a node among others. */
  #place(nodes: Map<NodeId, NativeNode>, plan: NodePlan): NativeNode {
    const node = { plan, type: this.#types.get(plan.id)! };
    nodes.set(plan.id, node);
    return node;
  }

  /** Returns the node of a report. */
  #of({ node }: { readonly node: string }): NativeNode {
    return this.#nodes.get(node as NodeId)!;
  }

  #translate(report: Exclude<NativeReport, { kind: "log" }>): LaneReport {
    switch (report.kind) {
      case "opened":
        return { kind: "opened", formats: [...this.#nodes.values()].flatMap(announcedFormats) };
      case "failed": {
        const node = report.node === undefined ? undefined : this.#of({ node: report.node });
        const error = serializeError(this.#failure(report.text, node, report.panicked ? "panicked" : "failed"));
        if (node === undefined || !report.setAside) return { kind: "failed", error };
        return { kind: "failed", error, node: node.plan.id, record: node.plan.index };
      }
      case "ended": {
        const { id, type } = this.#of(report).plan;
        const names = nativeStage(type).figures;
        if (names.length === 0) return { kind: "ended", node: id };
        const figures = Object.fromEntries(names.map((name, k) => [name, report.figures[k]]));
        return { kind: "ended", node: id, figures };
      }
      case "progress": {
        const { doneNs, totalNs } = report;
        const node = report.node as NodeId;
        return { kind: "progress", node, doneNs, ...(Number.isFinite(totalNs) ? { totalNs } : {}) };
      }
      case "configured": {
        const { request, error } = report;
        const node = this.#asked.get(request)?.node;
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
        return { kind: "prepared", epoch: report.epoch, formats: this.#edit?.formats ?? [] };
      case "refused": {
        const error = this.#refusal(report);
        this.#edit = undefined;
        return { kind: "refused", epoch: report.epoch, error: serializeError(error) };
      }
      case "applied": {
        const { epoch, failure, rests } = report;
        const before = failure && this.#of(failure);
        for (const [id, node] of this.#edit?.nodes ?? []) this.#nodes.set(id, node);
        this.#edit = undefined;
        if (failure === undefined) return { kind: "applied", epoch, failures: [], refused: [], rests };
        const node = this.#of(failure);
        const { id } = node.plan;
        // On a native lane, only a node that replaces another gets a state, and only other nodes get values.
        const error = node === before || before === undefined
          ? refused(failure.text, id)
          : notCarriedOver(node, failure.text);
        return { kind: "applied", epoch, failures: [serializeError(error)], refused: [id], rests };
      }
      case "removed": {
        const { id, index } = this.#of(report).plan;
        this.#nodes.delete(id);
        if (report.error !== undefined) nodeLog(id).error(`flush() failed: ${report.error}`);
        return { kind: "tornDown", record: index };
      }
      case "emitted":
        if (report.name === "" && this.#of(report).type.program !== undefined) {
          return { kind: "facts", nodes: [{ node: report.node as NodeId, figures: dataOf(report) as Figures }] };
        }
        return { kind: "emitted", node: report.node as NodeId, name: report.name, data: dataOf(report) };
      case "answered": {
        const { request, json, refused: reason } = report;
        const { node, name } = this.#asked.get(request)!;
        this.#asked.delete(request);
        const error = reason === undefined ? undefined : serializeError(notAnswered(node, name, reason));
        return { kind: "answered", request, json, ...(error !== undefined && { error }) };
      }
      default:
        return report as LaneReport;
    }
  }

  #refusal({ node: id, hasEnded, text = "" }: Extract<NativeReport, { kind: "refused" }>): SluiceError {
    if (id === undefined) return new SluiceError("InvalidGraph", `Cannot edit lane "${this.name}": ${text}`);
    const nodeId = id as NodeId;
    if (!hasEnded) return this.#failure(text, this.#edit?.nodes.get(nodeId) ?? this.#nodes.get(nodeId), "failed");
    return new SluiceError("Busy", `Cannot move node "${id}" to another lane: it has ended`, { nodeId });
  }

  #failure(text: string, node: NativeNode | undefined, how: string): SluiceError {
    if (node === undefined) return new SluiceError("LaneCrashed", `Lane "${this.name}" crashed: ${text}`);
    const { id, type } = node.plan;
    const where = node.type.program ? "its process" : nativeStage(type).python ? "Python" : "its native stage";
    return new SluiceError(
      "NodeFailed",
      `Node "${id}" (${type}) ${how} in ${where}: ${text}`,
      { nodeId: id },
    );
  }
}

function notAnswered(nodeId: NodeId, name: string, reason: string): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot give "${nodeId}" the command "${name}": ${reason}`, { nodeId });
}

function notCarriedOver({ plan: { id, type } }: NativeNode, reason: string): SluiceError {
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
function watch(port: NativeLanePort, delayMs = SOON_MS): void {
  watched.add(port);
  clearTimeout(timer);
  schedule(delayMs);
}

function unwatch(port: NativeLanePort): void {
  // A node that goes may have left something to do, such as to close its window.
  port.lookAtMain();
  watched.delete(port);
  if (watched.size === 0) clearTimeout(timer);
}

function schedule(delayMs: number): void {
  timer = setTimeout(() => {
    // Scheduled first, so that a lane that is watched or given up meanwhile overrides the delay.
    const isBusy = delayMs < POLL_MS || [...watched].some(({ isLive }) => !isLive);
    schedule(isMainHeld() ? MAIN_MS : isBusy ? Math.min(POLL_MS, delayMs * 2) : Math.min(QUIET_MS, delayMs * 1.1));
    for (const port of [...watched]) port.poll();
  }, delayMs);
}

/** Does what stages have asked of the main thread, which is one for all lanes. */
function isMainHeld(): boolean {
  const [any] = watched;
  return any?.lookAtMain() ?? false;
}
