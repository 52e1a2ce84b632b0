/**
 * Runs one node once: its tick, or its flush and end. Decides whether the node goes back into the queue.
 *
 * Only the node's lane calls it. It never blocks the thread; synchronous ticks allocate nothing here. A node that waits
 * stays out of the queue until it is woken: by frames, room on a link, a free slot, its time, or its own promise. A
 * tick is not begun while a lossless output is full.
 *
 * @module
 */
import { PHASE } from "../../../ffi/layout.gen.ts";
import { describeThrown, isInstance } from "../../errors/thrown.ts";
import type { CellHost, NodeCell } from "./node_cell.ts";
import { asPromise } from "./call_outcome.ts";

// Constants of this module: V8 resolves an imported one again at each use.
const PHASE_AWAIT = PHASE.await;
const PHASE_IDLE = PHASE.idle;
const PHASE_FLUSH = PHASE.flush;

/** How late the first tick of a clocked node may be; later ticks may be late by the time between two. */
const FIRST_TICK_MAY_BE_LATE_NS = 1_000_000;

/** The most ticks of a self-driven node that follow its first one at once. */
const MAX_REPEATS = 127;

/** Ticks without effect after which the log has a warning. */
const IDLE_TICKS = 100_000;

/** Runs a node once. */
export function runCell(host: CellHost, cell: NodeCell): void {
  if (cell.ended) {
    cell.discardInputs();
    return;
  }
  cell.takeIn();
  if (cell.pending) {
    cell.again = true;
    if (cell.unheard && cell.mode === "external") cell.abort("nobody reads what the node writes");
    return;
  }
  if (cell.notBeforeNs > 0 && (host.mode === "offline" || cell.notBeforeNs <= host.nowNs())) {
    cell.dueNs = cell.notBeforeNs;
    cell.notBeforeNs = 0;
    cell.due = true;
  }
  if (cell.finishing) {
    if (cell.notBeforeNs === 0) flushCell(host, cell);
  } else if (cell.unheard) cell.beginFinish("nobody reads what the node writes");
  else if (mayTick(host, cell)) {
    const ticked = tickCell(host, cell);
    if (ticked && cell.repeats && !host.singly) repeatTicks(host, cell);
  }
}

/**
 * Continues a node whose asynchronous tick has begun.
 *
 * @param tick settles at its end
 * @param startNs when it began if it is timed, else 0
 */
export function awaitTick(host: CellHost, cell: NodeCell, tick: Promise<void>, startNs = 0): void {
  cell.pending = true;
  cell.setPhase(PHASE_AWAIT);
  tick.then(
    () => afterTick(host, cell, startNs),
    (error: unknown) => afterFailure(host, cell, error, "process()"),
  );
}

/** Ticks a self-driven node again after its last tick, which has put it into the queue. */
function repeatTicks(host: CellHost, cell: NodeCell): void {
  for (let left = MAX_REPEATS; left > 0 && mayRepeat(cell) && host.repeats?.() !== false; left--) {
    if (cell.beginTick()) {
      if (!runTick(host, cell, host.nowNs())) return;
      continue;
    }
    let outcome: void | Promise<void>;
    try {
      outcome = cell.tick(cell.context);
    } catch (error) {
      afterFailure(host, cell, error, "process()");
      return;
    }
    if (outcome !== undefined) {
      afterCall(host, cell, outcome, 0);
      return;
    }
    const fault = cell.endTick();
    if (fault !== undefined) {
      afterFailure(host, cell, fault, "process()");
      return;
    }
  }
}

/**
 * True if a self-driven node is ticked again at once. Downstream nodes then find several frames, and each node of a
 * chain is run once for all of them. False if a tick takes long, waits for a time, or would drop frames.
 */
function mayRepeat(cell: NodeCell): boolean {
  return cell.repeats && cell.writes > 0 && !cell.finishing && cell.notBeforeNs === 0 &&
    !cell.isSlow && cell.admitAgain();
}

/** True if the node may be ticked. Ends the node instead if its inputs have ended. */
function mayTick(host: CellHost, cell: NodeCell): boolean {
  const { mode } = cell;
  if (cell.awaitsLinks) return false;
  if (mode === "external") return true;
  if (mode === "loop" || isClocked(host, cell)) {
    if (cell.notBeforeNs > 0) return false;
    if (cell.isFed && cell.inputsEnded()) {
      cell.beginFinish("what leads to the node has ended");
      return false;
    }
    return cell.admit();
  }
  // Frames that only a loop can still bring end with the node.
  const triggered = cell.triggered();
  if (cell.onlyFeedback() || (!triggered && cell.inputsEnded())) {
    cell.beginFinish("what leads to the node has ended");
    return false;
  }
  return (cell.due || triggered) && cell.admit();
}

/** True if the next tick is due at a time of its own, rather than when frames arrive. */
function isClocked(host: CellHost, cell: NodeCell): boolean {
  if (cell.mode !== "pull") return false;
  if (!cell.isFed) return true;
  // An offline graph has no clock: frames drive the node.
  return host.mode === "live" && (cell.due || cell.notBeforeNs > 0);
}

/** Ticks a node. @returns whether the tick is over and succeeded */
function tickCell(host: CellHost, cell: NodeCell): boolean {
  const startNs = cell.beginTick() ? host.nowNs() : 0;
  if (cell.dueNs > 0) noteLateness(host, cell);
  cell.due = false;
  cell.openEnds();
  return runTick(host, cell, startNs);
}

/** Runs one tick. @param startNs when the tick began if it is timed, else 0 @returns as `tickCell()` */
function runTick(host: CellHost, cell: NodeCell, startNs: number): boolean {
  let outcome: void | Promise<void>;
  try {
    outcome = cell.tick(cell.context);
  } catch (error) {
    afterFailure(host, cell, error, "process()");
    return false;
  }
  return outcome === undefined ? afterTick(host, cell, startNs) : afterCall(host, cell, outcome, startNs);
}

/** Handles a tick whose call returned a promise. @returns as `tickCell()` */
function afterCall(host: CellHost, cell: NodeCell, outcome: Promise<void>, startNs: number): boolean {
  let promise: Promise<void> | undefined;
  try {
    promise = asPromise(outcome);
  } catch (error) {
    afterFailure(host, cell, error, "process()");
    return false;
  }
  if (promise === undefined) return afterTick(host, cell, startNs);
  if (host.endIfGivenUp()) return false;
  if (cell.isOpen) cell.closeEnds(cell.ledger);
  if (startNs > 0) cell.noteCall(host.nowNs() - startNs);
  awaitTick(host, cell, promise, startNs);
  return false;
}

/** Ends a tick. @returns whether it succeeded */
function afterTick(host: CellHost, cell: NodeCell, startNs: number): boolean {
  if (host.endIfGivenUp()) return false;
  const wasPending = cell.pending;
  const again = cell.again;
  const wasLastLook = cell.isLastLook;
  cell.pending = false;
  cell.again = false;
  cell.isLastLook = false;
  const fault = cell.endTick();
  if (fault !== undefined) {
    afterFailure(host, cell, fault, "process()");
    return false;
  }
  cell.setPhase(PHASE_IDLE);
  if (startNs > 0) cell.noteTick(startNs, host.nowNs());
  if (wasPending) host.flushWriters();
  if (cell.finishing || cell.mode === "external") {
    // An external node has a single tick for its whole life.
    if (!cell.finishing && cell.writes === 0) warnOver(cell);
    cell.finishing = true;
    cell.notBeforeNs = 0;
    cell.wake();
  } else if (cell.notBeforeNs > 0) {
    // A time that an earlier tick has asked for does not hold back the end that came with the last frames.
    const isOver = cell.mode === "push" && !cell.triggered() && cell.inputsEnded();
    if (host.mode === "offline" || again || isOver) cell.wake();
  } else if (cell.mode === "loop" || isClocked(host, cell)) {
    if (cell.reads === 0 && cell.writes === 0) warnIdle(cell);
    cell.wakes = 0;
    cell.wake();
  } else if (cell.reads > 0 || cell.writes > 0 || again) {
    cell.wakes = 0;
    if (cell.unheard || cell.triggered() || cell.inputsEnded()) cell.wake();
  } else if (cell.wakes > 1) {
    // Several frames have arrived meanwhile: the node sees each arrival, as if they had come one by one.
    cell.wakes -= 2;
    cell.wake();
  } else if (cell.writersEnded() && cell.admit()) {
    // A tick that began after the end of its writers saw all frames that will ever arrive. If it took none, the node
    // has finished.
    cell.finishing = wasLastLook;
    cell.isLastLook = !wasLastLook;
    cell.wakes = 0;
    cell.wake();
  }
  return true;
}

/** Warns of a node that runs again and again without effect: it keeps a core busy and probably forgot to end. */
function warnIdle(cell: NodeCell): void {
  cell.idleTicks++;
  if (cell.idleTicks !== IDLE_TICKS) return;
  cell.context.log.warn(
    `process() was called ${IDLE_TICKS} times in which it neither read, wrote nor waited; a "${cell.descriptor.mode}" ` +
      "node calls context.finish() at its end, and context.waitUntilNs() where it has nothing to do yet",
  );
}

/** Warns of an external node whose only tick ended without output: it should probably last while callbacks write. */
function warnOver(cell: NodeCell): void {
  if (cell.outputs.length === 0 || cell.signal.aborted) return;
  cell.context.log.warn(
    "process() is over and has written nothing, and with it the node: what callbacks write later is lost; process() of " +
      'an "external" node waits until context.signal aborts, or calls context.finish() where there is nothing to write',
  );
}

function flushCell(host: CellHost, cell: NodeCell): void {
  if (!cell.admit()) return;
  const { processor } = cell.instance;
  cell.reads = 0;
  cell.setPhase(PHASE_FLUSH);
  let outcome: boolean | void | Promise<boolean | void>;
  let later: Promise<boolean | void> | undefined;
  try {
    outcome = processor.flush?.(cell.context);
    later = asPromise(outcome);
  } catch (error) {
    afterFailure(host, cell, error, "flush()");
    return;
  }
  if (later !== undefined) {
    cell.pending = true;
    later.then(
      (more) => afterFlush(host, cell, more),
      (error: unknown) => afterFailure(host, cell, error, "flush()"),
    );
    return;
  }
  afterFlush(host, cell, outcome as boolean | void);
}

function afterFlush(host: CellHost, cell: NodeCell, more: boolean | void): void {
  if (host.endIfGivenUp()) return;
  cell.pending = false;
  const fault = cell.endTick();
  if (fault !== undefined) {
    afterFailure(host, cell, fault, "flush()");
    return;
  }
  cell.setPhase(PHASE_IDLE);
  // The promise of a node that has failed meanwhile has no effect.
  if (cell.failed) return;
  // A node without readers does not continue with the frames that its writers still send.
  if (more === true && !cell.unheard) {
    if (cell.notBeforeNs === 0 || host.mode === "offline") cell.wake();
    return;
  }
  cell.end();
  cell.closeInputs();
  cell.discardInputs();
  for (const output of cell.outputs) output.end();
  host.ended(cell);
}

function afterFailure(host: CellHost, cell: NodeCell, error: unknown, action: string): void {
  if (host.endIfGivenUp()) return;
  // The abort of an external node that was told to end is no failure.
  if (cell.pending && cell.signal.aborted && isAbort(error, cell.signal)) {
    afterTick(host, cell, 0);
    return;
  }
  cell.pending = false;
  cell.endTick();
  cell.setPhase(PHASE_IDLE);
  cell.countError();
  host.fail(error, cell, action);
}

/** Counts a timed tick as late if it begins too late. */
function noteLateness(host: CellHost, cell: NodeCell): void {
  const allowedNs = cell.lastDueNs > 0 ? cell.dueNs - cell.lastDueNs : FIRST_TICK_MAY_BE_LATE_NS;
  // Offline graphs have no deadlines.
  if (host.mode === "live" && host.nowNs() - cell.dueNs > allowedNs) cell.countLate();
  cell.lastDueNs = cell.dueNs;
  cell.dueNs = 0;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (isInstance(error, DOMException) && describeThrown(error).name === "AbortError");
}
