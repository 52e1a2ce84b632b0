/**
 * The control isolate's end of a lane: on main, or in a worker.
 *
 * @module
 */
import { isConsoleOnOwnLine, isConsoleOnStderr, isStdoutReserved } from "../../log/console_output.ts";
import { ControlPage } from "../../control_page.ts";
import type { Driver } from "../../driver/driver.ts";
import { deserializeError, serializeError, SluiceError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import { followSecrets } from "../../errors/redaction.ts";
import { placedType } from "../../registry/load_type.ts";
import type { AnyNodeType } from "../../registry/node_type.ts";
import type { LaneKind } from "../../placement/lane_options.ts";
import { MESSAGE_INBOX_BIT } from "../inbox_bits.ts";
import { takeLaneWorker } from "./lane_worker_start.ts";
import { LaneRunner } from "../loop/lane_runner.ts";
import type { LaneCommand, LaneInit, LaneReport } from "../messages.ts";

/**
 * How long a thread has to end by itself before it is terminated, milliseconds: Deno (2.9) never frees some 2.7 kB of a
 * worker that is terminated while it closes.
 */
const CLOSING_MS = 1_000;

/**
 * Events for errors that no listener has handled. Listeners name the event types by these strings, not by `Event`,
 * which `@types/node` redeclares in a project that has it.
 */
const UNCAUGHT = ["error", "unhandledrejection"] as const;

/** Sends commands to a lane, whichever thread runs it. */
export interface LanePort {
  readonly name: string;
  readonly index: number;
  readonly kind: LaneKind;
  /** True if the thread has ended by an error that it did not handle. */
  readonly hasEnded?: boolean;
  send(command: Exclude<LaneCommand, { kind: "init" }>): void;
  /** Ends the thread, after it was asked to close. */
  terminate(): void;
}

/** Runs a lane in the control isolate. */
export class MainLanePort implements LanePort {
  readonly name: string;
  readonly index: number;
  readonly kind = "main";
  readonly #runner: LaneRunner;
  readonly #driver: Driver;
  /** Takes errors that the rest of the program does not handle, if a node of this lane has caused them. */
  readonly #onError = (event: ErrorEvent | PromiseRejectionEvent) => {
    if (this.#runner.faults.blameOne("reason" in event ? event.reason : event.error, true)) event.preventDefault();
  };

  /** @param types of its nodes, by the node's id */
  constructor(
    init: LaneInit,
    driver: Driver,
    types: ReadonlyMap<NodeId, AnyNodeType>,
    onReport: (report: LaneReport) => void,
  ) {
    this.name = init.name;
    this.index = init.index;
    this.#driver = driver;
    this.#runner = new LaneRunner(init, {
      driver,
      mayBlock: false,
      post: (report) => queueMicrotask(() => onReport(report)),
      findType: (node) => Promise.resolve(placedType(types.get(node.id)!, node.packageUrl)),
    });
    for (const type of UNCAUGHT) globalThis.addEventListener(type, this.#onError);
  }

  send(command: Exclude<LaneCommand, { kind: "init" }>): void {
    void this.#runner.handle(command);
    this.#driver.ringBell(this.index);
  }

  terminate(): void {
    for (const type of UNCAUGHT) globalThis.removeEventListener(type, this.#onError);
  }
}

/** Runs a lane in a worker. */
export class WorkerLanePort implements LanePort {
  readonly name: string;
  readonly index: number;
  readonly kind = "worker";
  hasEnded = false;
  readonly #worker: Worker;
  readonly #driver: Driver;
  /** The control page until the worker is terminated: its memory is released soon after. */
  #page: ControlPage | undefined;
  #sent = 0;
  readonly #endSecrets: () => void;

  constructor(init: LaneInit, driver: Driver, onReport: (report: LaneReport) => void) {
    this.name = init.name;
    this.index = init.index;
    this.#driver = driver;
    this.#page = new ControlPage(driver.openArena(init.control));
    this.#worker = takeLaneWorker(init.name);
    this.#worker.onmessage = ({ data }: MessageEvent<LaneReport>) => onReport(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.hasEnded = true;
      const message = `Lane "${init.name}" crashed: ${event.message}`;
      onReport({ kind: "failed", error: serializeError(new SluiceError("LaneCrashed", message)) });
    };
    const output = {
      stdoutIsReserved: isStdoutReserved(),
      consoleOnStderr: isConsoleOnStderr(),
      consoleOnOwnLine: isConsoleOnOwnLine(),
    };
    this.#worker.postMessage({ kind: "init", init, ...output } satisfies LaneCommand);
    // Every worker gets all secrets: frames carry them on.
    this.#endSecrets = followSecrets((secrets) => this.send({ kind: "secrets", secrets }));
  }

  send(command: Exclude<LaneCommand, { kind: "init" }>): void {
    this.#worker.postMessage(command);
    this.#page?.tellCommands(this.index, ++this.#sent);
    this.#driver.signal(this.index, MESSAGE_INBOX_BIT);
    this.#page?.callAttention(this.index);
  }

  terminate(): void {
    this.#endSecrets();
    this.#page = undefined;
    Deno.unrefTimer(setTimeout(() => this.#worker.terminate(), CLOSING_MS));
  }
}

/** Returns the error of a report. */
export function reportedError(report: Extract<LaneReport, { kind: "failed" }>): Error {
  return deserializeError(report.error);
}
