/**
 * The control isolate's end of a native lane: a thread of the library that runs native stages.
 *
 * The thread never calls JavaScript: its reports wait in a queue, which a timer of this isolate empties, every 20 ms
 * while native lanes run and sooner after a command. A non-blocking wait in the library would tell of them at once,
 * but an isolate may have only one of those, and the main lane parks in it; and nothing of a frame's way depends on a
 * report, only the beginning, the end and failures of nodes. One timer serves all native lanes.
 *
 * @module
 */
import type { NativeLane, NativeReport, NativeValues } from "../../ffi/native_lane.ts";
import type { NativeDriver } from "../driver/native.ts";
import { serializeError, SluiceError } from "../errors.ts";
import { logger } from "../log.ts";
import { nativeStage } from "../native_stages.ts";
import { expandPort } from "../registry/descriptor.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { NodeId } from "../ids.ts";
import type { LaneOptions } from "./lane_options.ts";
import type { LanePort } from "./lane_port.ts";
import type { LaneCommand, LaneInit, LaneReport, LinkEndPlan, NodePlan } from "./messages.ts";

/** Time between two looks at the reports, milliseconds: after a command, and at most. */
const SOON_MS = 1;
const POLL_MS = 20;

/** See the module. */
export class NativeLanePort implements LanePort {
  readonly name: string;
  readonly index: number;
  readonly kind = "native";
  readonly #init: LaneInit;
  readonly #driver: NativeDriver;
  readonly #types: ReadonlyMap<NodeId, AnyNodeType>;
  readonly #options: LaneOptions;
  readonly #onReport: (report: LaneReport) => void;
  #nodes: readonly NodePlan[] = [];
  #lane: NativeLane | undefined;

  /** @param types the types of its nodes, by the node's id */
  constructor(
    init: LaneInit,
    driver: NativeDriver,
    types: ReadonlyMap<NodeId, AnyNodeType>,
    options: LaneOptions,
    onReport: (report: LaneReport) => void,
  ) {
    this.name = init.name;
    this.index = init.index;
    this.#init = init;
    this.#driver = driver;
    this.#types = types;
    this.#options = options;
    this.#onReport = onReport;
  }

  send(command: Exclude<LaneCommand, { kind: "init" }>): void {
    if (command.kind === "open") this.#open(command.nodes, command.links);
    else if (command.kind === "configure") this.#configure(command);
    else if (command.kind === "prepare") this.#refuseEdit(command.epoch);
    else if (command.kind === "abort") return;
    else if (this.#lane !== undefined) this.#lane.command(command.kind);
    else if (command.kind === "close") queueMicrotask(() => this.#onReport({ kind: "closed" }));
    if (this.#lane !== undefined) watch(this);
  }

  terminate(): void {
    unwatch(this);
    this.#lane?.[Symbol.dispose]();
    this.#lane = undefined;
  }

  /** Passes on what the lane has reported. */
  poll(): void {
    const figures = (node: number) => nativeStage(this.#nodes[node].type).figures.length;
    for (let report = this.#lane?.nextReport(figures); report !== undefined; report = this.#lane?.nextReport(figures)) {
      const translated = this.#translate(report);
      if (translated !== undefined) this.#onReport(translated);
    }
  }

  #open(nodes: readonly NodePlan[], links: readonly LinkEndPlan[]): void {
    this.#nodes = nodes;
    try {
      this.#lane = this.#driver.startNativeLane({
        lane: this.index,
        generation: this.#init.generation,
        live: this.#init.mode === "live",
        pools: this.#init.pools.map((pool) => pool.arena),
        nodes: nodes.map((node) => ({
          index: node.index,
          stage: node.type,
          pool: Math.max(0, this.#init.pools.findIndex((pool) => pool.name === (node.pool ?? "audio"))),
          values: toValues(node.id, this.#types.get(node.id)!, node.config),
        })),
        links: links.map((end) => ({ ...end, from: this.#port(end, "output"), to: this.#port(end, "input") })),
        priority: this.#options.priority ?? "normal",
        cpus: this.#options.cpus ?? [],
      });
    } catch (error) {
      queueMicrotask(() => this.#onReport({ kind: "failed", error: serializeError(error) }));
    }
  }

  /** The port of a link that is on this lane; `[0, 0]` for one that is not. */
  #port({ link }: LinkEndPlan, direction: "input" | "output"): [node: number, port: number] {
    const [id, name] = direction === "output" ? [link.fromNode, link.fromPort] : [link.toNode, link.toPort];
    const node = this.#nodes.findIndex((each) => each.id === id);
    if (node < 0) return [0, 0];
    const { inputs, outputs } = this.#types.get(id)!.descriptor;
    const names = (direction === "output" ? outputs : inputs).flatMap((port) => expandPort(port));
    return [node, names.indexOf(name)];
  }

  #refuseEdit(epoch: number): void {
    const message = `Cannot edit lane "${this.name}" while it runs: it is a native lane; stop the graph first`;
    const error = serializeError(new SluiceError("Busy", message));
    queueMicrotask(() => this.#onReport({ kind: "refused", epoch, error }));
  }

  #configure(command: Extract<LaneCommand, { kind: "configure" }>): void {
    const { request, values } = command;
    const node = this.#nodes.findIndex((each) => each.id === command.node);
    try {
      const type = this.#types.get(command.node)!;
      this.#lane?.configure(request, node, toValues(command.node, type, values));
    } catch (error) {
      queueMicrotask(() => this.#onReport({ kind: "configured", request, error: serializeError(error) }));
    }
  }

  #translate(report: NativeReport): LaneReport | undefined {
    switch (report.kind) {
      case "opened":
        return { kind: "opened", formats: this.#formats() };
      case "closed":
        return { kind: "closed" };
      case "failed":
        return { kind: "failed", error: serializeError(this.#failure(report)) };
      case "ended": {
        const { id, type } = this.#nodes[report.node];
        const names = nativeStage(type).figures;
        if (names.length === 0) return { kind: "ended", node: id };
        const figures = Object.fromEntries(names.map((name, k) => [name, report.figures[k]]));
        return { kind: "ended", node: id, figures };
      }
      case "progress": {
        const { doneNs, totalNs } = report;
        const node = this.#nodes[report.node].id;
        return { kind: "progress", node, doneNs, ...(Number.isFinite(totalNs) ? { totalNs } : {}) };
      }
      case "configured": {
        const { request, error } = report;
        if (error === undefined) return { kind: "configured", request };
        const reason = new SluiceError("InvalidConfig", `Cannot configure a native stage: ${error}`);
        return { kind: "configured", request, error: serializeError(reason) };
      }
      case "warning": {
        const text = `Lane "${this.name}": ${report.text}`;
        logger("runtime").warn(text);
        return { kind: "warning", text };
      }
    }
  }

  #formats(): Extract<LaneReport, { kind: "opened" }>["formats"] {
    return this.#nodes.flatMap((node) => {
      const format = nativeStage(node.type).announces?.(node.config);
      const { outputs } = this.#types.get(node.id)!.descriptor;
      return format === undefined ? [] : outputs.map((port) => ({ node: node.id, port: port.name, format }));
    });
  }

  #failure(report: Extract<NativeReport, { kind: "failed" }>): SluiceError {
    if (report.node === undefined) {
      return new SluiceError("LaneCrashed", `Lane "${this.name}" crashed: ${report.text}`);
    }
    const { id, type } = this.#nodes[report.node];
    const how = report.panicked ? "panicked" : "failed";
    return new SluiceError("NodeFailed", `Node "${id}" (${type}) ${how} in its native stage: ${report.text}`, {
      nodeId: id,
    });
  }
}

function toValues(id: string, type: AnyNodeType, config: { readonly [key: string]: unknown }): NativeValues {
  const values = new Map<string, number>();
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    if (typeof value !== "number" && typeof value !== "boolean") {
      const message = `Cannot configure node "${id}" (${type.descriptor.type}): ${key} is ${JSON.stringify(value)}, ` +
        "wanted a number or a truth value, which is all that native stages take";
      throw new SluiceError("InvalidConfig", message, { nodeId: id, key });
    }
    values.set(key, Number(value));
  }
  return values;
}

/** The native lanes of this isolate that may have something to say. */
const watched = new Set<NativeLanePort>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Looks at the reports soon, and from then on ever less often. */
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
    // First, so that a lane that is watched or let go of meanwhile has the last word.
    schedule(Math.min(POLL_MS, delayMs * 2));
    for (const port of [...watched]) port.poll();
  }, delayMs);
}
