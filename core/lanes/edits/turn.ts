/**
 * Decides whether a lane or the session brings an edit into effect: the session answers in the lane's stead if the lane
 * has not been heard of for long. Both write one word. A lane that comes back later then changes nothing until it is
 * ended, and gives away no frames that nobody takes.
 *
 * @module
 */

/** Neither has begun. */
const OPEN = 0;
/** The lane applies the edit, and calls nodes meanwhile. */
const APPLYING = 1;
/** The lane hands over nodes and links to other lanes, and reports; it calls no node before the report. */
const GIVING = 2;
/** The session has answered. */
const LEFT_OUT = 3;

/** A word that the lane and the session share. */
export type Turn = SharedArrayBuffer;

/** Makes the word for one lane and one edit. */
export function newTurn(): Turn {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** Begins to apply the edit, for the lane. @returns whether it may */
export function beginToApply(turn: Turn): boolean {
  return pass(turn, OPEN, APPLYING);
}

/** Begins to hand over to other lanes, for the lane that applies the edit. @returns whether it may */
export function beginToGive(turn: Turn): boolean {
  return pass(turn, APPLYING, GIVING);
}

/** Leaves the lane out, for the session. @returns whether it may: a lane that already hands over reports at once */
export function leaveOut(turn: Turn): boolean {
  return pass(turn, OPEN, LEFT_OUT) || pass(turn, APPLYING, LEFT_OUT) ||
    Atomics.load(new Int32Array(turn), 0) === LEFT_OUT;
}

function pass(turn: Turn, from: number, to: number): boolean {
  return Atomics.compareExchange(new Int32Array(turn), 0, from, to) === from;
}
