/**
 * Whose turn it is to bring an edit into effect on a lane: the lane's, or nobody's, where it has not been heard of for so
 * long that the session answers in its stead. One word decides that both of them write, so that a lane which comes back
 * then leaves everything as it is until it is ended, and never gives away what nobody takes.
 *
 * @module
 */

/** Nobody has begun. */
const OPEN = 0;
/** The lane applies the edit, and calls nodes for that. */
const APPLYING = 1;
/** The lane gives away what goes to other lanes, and reports; it calls no node before that. */
const GIVING = 2;
/** The session has answered. */
const LEFT_OUT = 3;

/** A word that the lane and the session share. */
export type Turn = SharedArrayBuffer;

/** Makes the word for one lane and one edit. */
export function newTurn(): Turn {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** The lane begins to apply the edit. @returns whether it may */
export function beginToApply(turn: Turn): boolean {
  return pass(turn, OPEN, APPLYING);
}

/** The lane, which applies the edit, begins to give away what goes to others. @returns whether it may */
export function beginToGive(turn: Turn): boolean {
  return pass(turn, APPLYING, GIVING);
}

/** The session does without the lane. @returns whether it may: one that gives away already reports at once */
export function leaveOut(turn: Turn): boolean {
  return pass(turn, OPEN, LEFT_OUT) || pass(turn, APPLYING, LEFT_OUT) ||
    Atomics.load(new Int32Array(turn), 0) === LEFT_OUT;
}

function pass(turn: Turn, from: number, to: number): boolean {
  return Atomics.compareExchange(new Int32Array(turn), 0, from, to) === from;
}
