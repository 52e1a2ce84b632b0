/**
 * The first and the last calls of a node on its lane: `setup()`, `teardown()`, and the steps after a failure that does
 * not end the run. The lane sets such a node aside until the control isolate decides whether another instance takes its
 * place or it is disabled.
 *
 * @module
 */
import { SluiceError } from "../../errors.ts";
import { takeState } from "./carried_state.ts";
import { explain } from "../cells/call_outcome.ts";
import type { Lane } from "./lane.ts";
import { calling } from "./node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** How long a failed node's asynchronous tick may take to end before the node is torn down, milliseconds. */
const TICK_TIMEOUT_MS = 1_000;

/** How long to wait for the `teardown()` of a failed node, milliseconds. */
const TEAR_DOWN_TIMEOUT_MS = 2_000;

/** Time between two checks for the end of the tick, milliseconds. */
const LOOK_EVERY_MS = 1;

/**
 * Tears a failed node down, so that another instance can use its port, file or device.
 *
 * @param carries whether its state is asked for
 * @returns the result of its `snapshot()`; `undefined` if it has none, or if `snapshot()` failed as well
 */
export async function tearDownFailed(lane: Lane, cell: NodeCell, carries: boolean): Promise<unknown> {
  if (!cell.opened) return carries ? cell.stateGiven : undefined;
  await tickEnd(cell);
  try {
    if (carries) cell.stateGiven = takeState(lane, cell);
  } catch (error) {
    cell.context.log.warn(`${explain(error, cell, "snapshot()").message}; the node starts afresh`);
  }
  const torn = tearDown(cell, lane).then(() => true);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), TEAR_DOWN_TIMEOUT_MS));
  cell.tearingDown = Promise.race([torn, late]);
  if (!await cell.tearingDown) {
    cell.context.log.warn(
      `Node "${cell.id}" (${cell.type}) has failed and did not return from teardown() within ${TEAR_DOWN_TIMEOUT_MS} ms; ` +
        "the runtime no longer waits for it, and it may still hold what it opened",
    );
  }
  clearTimeout(timer);
  return cell.stateGiven;
}

/**
 * Ends a node for good, failed or not: its outputs end, its tick is told to end, frames that arrive are dropped, and it
 * is torn down.
 */
export async function disable(lane: Lane, cell: NodeCell): Promise<void> {
  cell.end();
  for (const output of cell.outputs) {
    for (const link of [...output.links]) {
      link.end();
      // Later writes of an asynchronous tick go nowhere.
      output.detach(link.plan.index);
    }
  }
  cell.discardInputs();
  cell.abort("the node was disabled");
  cell.instance.disabled?.();
  await tearDownFailed(lane, cell, false);
}

/**
 * Calls `setup()`.
 *
 * @param timeoutMs how long it may take; 0: for ever
 * @throws the error of `setup()`, and {@linkcode SluiceError} `Timeout`
 */
export async function setUp(cell: NodeCell, timeoutMs: number): Promise<void> {
  cell.opened = true;
  const outcome = cell.instance.processor.setup?.(cell.context);
  if (outcome === undefined || timeoutMs === 0) return await outcome;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `Node "${cell.id}" (${cell.type}) did not return from setup() within ${timeoutMs} ms: it ` +
      "awaits a promise of its own that has not settled, such as that of a fetch(), a timer or an event; if it may take " +
      'longer, raise "setupTimeoutMs" of the runtime';
    reject(new SluiceError("Timeout", message, { nodeId: cell.id }));
  }, timeoutMs);
  try {
    await Promise.race([outcome, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls a node's `teardown()`, once, and logs its error. If `tearDownFailed()` has called it, waits for as long as
 * `tearDownFailed()` does.
 */
export async function tearDown(cell: NodeCell, lane: Lane): Promise<void> {
  if (!cell.opened) return void await cell.tearingDown;
  cell.opened = false;
  try {
    await calling(lane, cell, () => cell.instance.processor.teardown?.(cell.context));
    cell.ledger.releaseAll();
  } catch (error) {
    cell.context.log.error(explain(error, cell, "teardown()").message);
  }
}

/** Waits until the node has no asynchronous tick under way, up to the limit for a tick that was told to end. */
async function tickEnd(cell: NodeCell): Promise<void> {
  for (let left = TICK_TIMEOUT_MS; cell.pending && left > 0; left -= LOOK_EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
