/**
 * Waits for promises of a node under test, and says so in time when one does not settle.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { SluiceError } from "../core/errors.ts";
import type { NodeCell } from "../core/lanes/cells/node_cell.ts";
import { BLOCKED } from "../ffi/layout.gen.ts";

/** How long an external node may rest before `run()` returns: it is its nature to wait for what is outside. */
const EXTERNAL_RESTS_MS = 50;

/** Looks at a tick under way after which the thread is lent to others for a millisecond at a time. */
const BRISK_LOOKS = 100;

/**
 * Waits until the asynchronous call of a node is over: for as long as the node reads and writes.
 *
 * @param step is done at each look: takes what the node writes, gives it what it may read
 * @param nowNs a clock that the test does not move
 * @param limitMs how long it may do neither; 0: for ever
 * @throws {SluiceError} `Timeout`
 */
export async function whilePending(
  cell: NodeCell,
  step: () => void,
  nowNs: () => number,
  limitMs: number,
): Promise<void> {
  const isExternal = cell.mode === "external";
  const most = isExternal && !cell.finishing ? EXTERNAL_RESTS_MS : limitMs;
  let seen = "";
  let sinceNs = nowNs();
  for (let looks = 0; cell.pending; looks++) {
    await rest(looks);
    step();
    const signs = `${cell.reads} ${cell.writes} ${cell.outputs.map(({ carry }) => carry.sequence).join()}`;
    if (signs !== seen) {
      seen = signs;
      sinceNs = nowNs();
      looks = 0;
    } else if (most > 0 && nowNs() - sinceNs >= most * 1e6) {
      if (isExternal && !cell.finishing) return;
      throw overdue(cell, cell.finishing && !isExternal ? "flush()" : "process()", limitMs);
    }
  }
}

/**
 * Waits for what a call of a node gave.
 *
 * @param limitMs how long; 0: for ever
 * @throws {SluiceError} `Timeout`, and what the promise rejects with
 */
export async function whileCalled<T>(cell: NodeCell, action: string, given: T, limitMs: number): Promise<Awaited<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    if (limitMs > 0) timer = setTimeout(() => reject(overdue(cell, action, limitMs)), limitMs);
  });
  try {
    return await Promise.race([given, late]);
  } finally {
    clearTimeout(timer);
  }
}

function rest(looks: number): Promise<unknown> {
  return new Promise((resolve) => looks < BRISK_LOOKS ? setImmediate(resolve) : setTimeout(resolve, 1));
}

function overdue(cell: NodeCell, action: string, limitMs: number): SluiceError {
  const what = cell.blocked === BLOCKED.none
    ? "a promise of its own that has not settled, such as that of a fetch(), a timer or an event"
    : cell.blocked === BLOCKED.pool
    ? "a free slot, and holds the frames that have the others: release() them"
    : "room on a link, which the test makes after each tick: give the link more capacity by the option links";
  const idle = action === "process()" || action === "flush()" ? ", in which it neither read nor wrote" : "";
  return new SluiceError(
    "Timeout",
    `Node "${cell.id}" (${cell.type}) has not returned from ${action} for ${limitMs} ms${idle}: it awaits ${what}; ` +
      "if it may take longer, raise the harness's option timeoutMs (0: for ever)",
    { nodeId: cell.id },
  );
}
