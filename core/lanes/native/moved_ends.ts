/**
 * Finds the ends of links that an edit takes from a lane, brings to it, or leaves there with other ends elsewhere.
 *
 * @module
 */
import { emptyRest, type EndMove, type LinkMove, type LinkRest } from "../../links/link_move.ts";
import type { LaneCommand, LinkEndPlan } from "../messages.ts";

type Attach = Extract<LaneCommand, { kind: "attach" }>;

/** Returns the ends of links that come to a lane from others, and the rest of their links. */
export function arrivalsOf(lane: number, { moves, rests }: Attach): { end: LinkEndPlan; rest: LinkRest }[] {
  return moves.flatMap((move) => {
    const rest = rests.find(({ link }) => link === move.after.index) ?? emptyRest(move.after.index);
    return endsOf(move, "after").filter(({ from, to }) => to === lane && from !== lane).map(({ end }) => ({
      end,
      rest,
    }));
  });
}

/** Returns the ends of a link that an edit takes from a lane, and those that stay there with other ends elsewhere. */
export function movedEnds(lane: number, moves: readonly LinkMove[]): { leave: LinkEndPlan[]; retarget: LinkEndPlan[] } {
  const leave = moves.flatMap((move) => endsOf(move, "before")).filter(({ from, to }) => from === lane && to !== lane);
  const stay = moves.flatMap((move) => endsOf(move, "after")).filter(({ from, to }) => from === lane && to === lane);
  return { leave: leave.map(({ end }) => end), retarget: stay.map(({ end }) => end) };
}

/** Returns both ends of a link, as they are before or after an edit. */
function endsOf(move: LinkMove, when: "before" | "after"): (EndMove & { readonly end: LinkEndPlan })[] {
  const { writer, reader } = move;
  const link = move[when];
  const side = when === "before" ? "from" : "to";
  return [
    { ...writer, end: { link, end: "writer", otherLane: reader[side] } },
    { ...reader, end: { link, end: "reader", otherLane: writer[side] } },
  ];
}
