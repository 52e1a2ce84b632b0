/**
 * The commands that processors of a lane are given: methods with `@command()`. A command runs between two ticks of its
 * node, one at a time in their order. While its promise is open it counts as the node's asynchronous tick: no tick
 * begins, and pauses and edits wait for it. Only the tick of an external node, which lasts as long as the node, may be
 * under way meanwhile. Only the lane's thread calls this; nothing is spent while no command waits.
 *
 * @module
 */
import { PHASE } from "../../../ffi/layout.gen.ts";
import { commandAttempt } from "../../descriptor/command_check.ts";
import { fieldsOf, serializeError, SluiceError, type SluiceErrorCode } from "../../errors.ts";
import { describeThrown } from "../../errors/thrown.ts";
import { asPromise } from "../cells/call_outcome.ts";
import { callCommand } from "../cells/cell_command.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { LaneCommand } from "../messages.ts";
import type { Lane } from "./lane.ts";
import { calling } from "./node_call.ts";

/** Time between two checks of nodes that an edit holds, or that have gone, milliseconds. */
const LOOK_EVERY_MS = 1;

/** A command that has no answer yet. */
interface Asked extends Extract<LaneCommand, { kind: "ask" }> {
  /** The node that runs it, once it has begun. */
  runsOn: NodeCell | undefined;
  /** The timer of its limit. */
  limit: ReturnType<typeof setTimeout> | undefined;
}

/** Runs the commands of a lane's nodes. */
export class NodeCommands {
  readonly #lane: Lane;
  /** In the order in which they came. */
  #asked: readonly Asked[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  /** Takes a command: runs it at once, or once the node's tick is over. */
  take(command: Extract<LaneCommand, { kind: "ask" }>): void {
    if (this.#lane.closed) return;
    const asked: Asked = { ...command, runsOn: undefined, limit: undefined };
    if (asked.limitMs > 0) asked.limit = setTimeout(() => this.#late(asked), asked.limitMs);
    this.#asked = [...this.#asked, asked];
    this.#look();
  }

  /** Forgets all commands at the end of the lane, which refuses them elsewhere. */
  end(): void {
    for (const { limit } of this.#asked) clearTimeout(limit);
    this.#asked = [];
    this.#await();
  }

  /** Begins the commands whose time has come. */
  #look(): void {
    for (const { node } of this.#asked) {
      const next = this.#asked.find((each) => each.node === node)!;
      if (next.runsOn === undefined) this.#try(next);
    }
    this.#await();
  }

  #try(asked: Asked): void {
    const cell = this.#lane.cells.find(({ id }) => id === asked.node);
    if (cell === undefined) return this.#finish(asked, refused(asked, "Busy", "the node has gone"));
    const why = whyNot(cell);
    if (why !== undefined) return this.#finish(asked, refused(asked, "Busy", why));
    if (!cell.held && (!cell.pending || cell.mode === "external")) this.#begin(asked, cell);
  }

  #begin(asked: Asked, cell: NodeCell): void {
    // On main, the method may give commands to other nodes.
    asked.runsOn = cell;
    let promise: Promise<unknown> | undefined;
    let answer: unknown;
    try {
      answer = calling(this.#lane, cell, () => callCommand(cell, asked.name, JSON.parse(asked.json)));
      promise = asPromise(answer);
    } catch (error) {
      return this.#finish(asked, refusal(asked, error));
    }
    if (this.#lane.endIfGivenUp()) return;
    if (promise === undefined) return this.#finish(asked, undefined, answer);
    if (cell.mode !== "external") {
      cell.pending = true;
      cell.setPhase(PHASE.process);
    }
    promise.then(
      (answer) => this.#finish(asked, undefined, answer),
      (error: unknown) => this.#finish(asked, refusal(asked, error)),
    );
  }

  /** Answers a command, unless that was done. */
  #finish(asked: Asked, error: SluiceError | undefined, answer?: unknown): void {
    const lane = this.#lane;
    if (lane.endIfGivenUp() || !this.#asked.includes(asked)) return;
    clearTimeout(asked.limit);
    this.#asked = this.#asked.filter((each) => each !== asked);
    if (asked.runsOn !== undefined) release(asked.runsOn);
    let json = "";
    let refusal = error;
    try {
      if (error === undefined) json = JSON.stringify(answer) ?? "null";
    } catch (cause) {
      const why = `the answer has no JSON form: ${describeThrown(cause).message}`;
      refusal = refused(asked, "NodeFailed", why, cause);
    }
    const { request } = asked;
    lane.site.post({ kind: "answered", request, json, ...(refusal && { error: serializeError(refusal) }) });
  }

  #late(asked: Asked): void {
    const cell = this.#lane.cells.find(({ id }) => id === asked.node);
    const why = asked.runsOn !== undefined
      ? "its promise has not settled; the node goes on, and what comes of the promise is lost"
      : cell?.pending === true
      ? "the node's tick, or a command before this one, is not over; this command was not begun"
      : "an edit of the graph holds the node; the command was not begun";
    const mend = `${asked.limitMs} ms are over, and ${why}; raise "callTimeoutMs" if that may take longer`;
    this.#finish(asked, refused(asked, "Timeout", mend));
    this.#look();
  }

  /** Looks again when a tick or a command is over, and soon, as long as a command waits to begin. */
  #await(): void {
    clearTimeout(this.#timer);
    const waits = this.#asked.some(({ runsOn }) => runsOn === undefined);
    // The tick has its effects first.
    this.#lane.whenOver = waits ? () => queueMicrotask(() => this.#look()) : undefined;
    if (waits) this.#timer = setTimeout(() => this.#look(), LOOK_EVERY_MS);
  }
}

/** Returns why a node takes no command. */
function whyNot(cell: NodeCell): string | undefined {
  if (cell.ended) return "the node has ended";
  return cell.failed || cell.outside ? "the node has failed, and no other instance is in its place yet" : undefined;
}

/** Lets the lane run the node again. */
function release(cell: NodeCell): void {
  if (cell.mode === "external") return;
  cell.setPhase(PHASE.idle);
  cell.pending = false;
  if (!cell.again) return;
  cell.again = false;
  cell.wake();
}

/** Returns the error for what the method has thrown: with its code, if it has one. */
function refusal(asked: Asked, thrown: unknown): SluiceError {
  return refused(asked, fieldsOf(thrown)?.code ?? "InvalidConfig", describeThrown(thrown).message, thrown);
}

function refused({ node, name }: Asked, code: SluiceErrorCode, why: string, cause?: unknown): SluiceError {
  const details = { nodeId: node, ...(cause !== undefined && { cause }) };
  return new SluiceError(code, `Cannot ${commandAttempt(node, name)}: ${why}`, details);
}
