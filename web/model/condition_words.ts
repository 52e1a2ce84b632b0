/**
 * Why a node or a link is in the condition that it is in: what the watchdog saw, in a sentence.
 *
 * @module
 */
import { type Health, HEALTH_MARKS } from "./health.ts";
import { formatNs, formatRate } from "./format_figures.ts";
import type { GraphFigures } from "./graph_figures.ts";

/** Words, and where they lead. */
export interface ConditionWords {
  readonly text: string;
  /** Index of the link that is to blame, or -1. */
  readonly link: number;
  /** Index of the node that is to blame, or -1. */
  readonly node: number;
  /** A word for the condition itself, where there is one that tells more. */
  readonly word?: string;
}

/** Why a node is as it is. @param failure what it failed with last, if that is known */
export function nodeWords(figures: GraphFigures, index: number, failure?: string): ConditionWords {
  const now = figures.node(index);
  const { nodes, links } = figures.graph;
  if (now === undefined) return { text: "No figures yet", link: -1, node: -1 };
  const { lane } = nodes[index];
  if (now.health === "stuck") {
    const waiting = nodes.filter((each, k) => each.lane === lane && k !== index).length;
    const others = waiting === 0
      ? ""
      : `; ${waiting === 1 ? "one other node" : `${waiting} other nodes`} of lane "${lane}" ${
        waiting === 1 ? "waits" : "wait"
      }`;
    return {
      text: `One call of process() has not returned for ${formatNs(now.inCallMs * 1e6)}${others}`,
      link: -1,
      node: -1,
    };
  }
  const culprit = stuckInLane(figures, lane, index);
  if (culprit >= 0) {
    return { text: `Its lane "${lane}" is held by "${nodes[culprit].id}", which is stuck`, link: -1, node: culprit };
  }
  if (now.health === "blocked" && now.blockedOnLink >= 0) {
    const { toNode, toPort } = links[now.blockedOnLink];
    return { text: `Waits for room on its link to ${toNode}.${toPort}`, link: now.blockedOnLink, node: -1 };
  }
  if (now.health === "blocked") return { text: "Waits for a free slot of its pool", link: -1, node: -1 };
  if (now.awaits !== undefined) {
    return { text: `Waits for a link to its input ${now.awaits}`, link: -1, node: -1, word: "waiting" };
  }
  if (now.health === "late") {
    return {
      text: `Cannot keep up: ${Math.round(now.busyShare * 100)} % of the time in process()`,
      link: -1,
      node: -1,
    };
  }
  const text = now.health === "failed" && failure !== undefined ? failure : meaningOf(figures, now.health);
  return { text, link: -1, node: -1 };
}

/** Why a link is as it is. */
export function linkWords(figures: GraphFigures, index: number): ConditionWords {
  const now = figures.link(index);
  const { nodes, links } = figures.graph;
  if (now === undefined) return { text: "No figures yet", link: -1, node: -1 };
  const { toNode, policy } = links[index];
  const reader = nodes.findIndex(({ id }) => id === toNode);
  const culprit = reader < 0
    ? -1
    : figures.nodeHealth[reader] === "stuck"
    ? reader
    : stuckInLane(figures, nodes[reader].lane, reader);
  const because = culprit < 0 ? "" : `; "${nodes[culprit].id}" is stuck`;
  if (now.health === "dropping") {
    const rate = now.droppedPerSecond > 0 ? `, now ${formatRate(now.droppedPerSecond)}` : "";
    return {
      text: `"${toNode}" does not keep up, so policy ${policy} drops${rate}${because}`,
      link: -1,
      node: culprit,
    };
  }
  if (now.health === "blocked") {
    return { text: `Full, and "${toNode}" reads nothing${because}`, link: -1, node: culprit };
  }
  if (now.health === "late") {
    return { text: `The newest frame is ${formatNs(now.ageNs)} old${because}`, link: -1, node: culprit };
  }
  return { text: meaningOf(figures, now.health), link: -1, node: culprit };
}

/** Nothing flows in a graph that is paused, from the first moment on. */
function meaningOf(figures: GraphFigures, health: Health): string {
  return health === "idle" && figures.paused ? "The graph is paused" : HEALTH_MARKS[health].meaning;
}

/** The stuck node of a lane other than `index`, or -1. */
function stuckInLane(figures: GraphFigures, lane: string, index: number): number {
  return figures.graph.nodes.findIndex((each, k) =>
    each.lane === lane && k !== index && figures.nodeHealth[k] === "stuck"
  );
}
