/**
 * What a lane takes up of links that come to it from others. The session gives it back in the lane's stead where that has
 * not answered for long; whoever claims it first has it, so that no slot is given back twice.
 *
 * @module
 */
import type { LinkRest } from "../../links/link_move.ts";
import type { LaneCommand } from "../messages.ts";
import { claim } from "./loan.ts";

/** The rests of the command, without their frames where somebody else has claimed these. */
export function claimedRests(command: Extract<LaneCommand, { kind: "attach" }>): readonly LinkRest[] {
  return claim(command) ? command.rests : command.rests.map((rest) => ({ ...rest, entries: [] }));
}
