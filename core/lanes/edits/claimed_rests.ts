/**
 * Claims the state of links that come to a lane from others. The session gives it back in the lane's stead if the lane
 * has not answered for long; the first to claim it keeps it, so that no slot is given back twice.
 *
 * @module
 */
import type { LinkRest } from "../../links/link_move.ts";
import type { LaneCommand } from "../messages.ts";

type Attach = Extract<LaneCommand, { kind: "attach" }>;

/** Returns the rests of the command, without their frames if another thread has claimed them. */
export function claimedRests(command: Attach): readonly LinkRest[] {
  return claim(command) ? command.rests : command.rests.map((rest) => ({ ...rest, entries: [] }));
}

/** Claims the rests of links for the caller. @returns whether it succeeded: another thread may have been first */
export function claim({ claim }: Pick<Attach, "claim">): boolean {
  return Atomics.compareExchange(new Int32Array(claim), 0, 0, 1) === 0;
}
