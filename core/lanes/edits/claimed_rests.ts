/**
 * Claims the state of links that come to a lane from others. The session gives it back in the lane's stead if the lane
 * has not answered for long; the first to claim it keeps it, so that no slot is given back twice.
 *
 * @module
 */
import type { LinkRest } from "../../links/link_move.ts";
import type { LaneCommand } from "../messages.ts";
import { claim } from "./loan.ts";

/** Returns the rests of the command, without their frames if another thread has claimed them. */
export function claimedRests(command: Extract<LaneCommand, { kind: "attach" }>): readonly LinkRest[] {
  return claim(command) ? command.rests : command.rests.map((rest) => ({ ...rest, entries: [] }));
}
