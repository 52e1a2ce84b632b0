import assert from "node:assert/strict";
import type { GraphFigures, LinkFigures } from "./graph_figures.ts";
import type { Health } from "./health.ts";
import { watchList } from "./watch_list.ts";

Deno.test("watchList() has the gravest first, then links that lost frames, then all nodes in the order of the graph", () => {
  const linkHealth: Health[] = ["healthy", "healthy", "dropping"];
  const lost = [0, 7, 3];
  const links = {
    droppedFull: lost,
    droppedSkipped: [0, 0, 0],
    droppedUnlinked: [0, 0, 0],
    droppedLaneLost: [0, 0, 0],
  };
  const figures = {
    nodeHealth: ["healthy", "idle", "failed", "healthy"],
    linkHealth,
    frame: { links },
    link: (k: number): Partial<LinkFigures> => ({
      health: linkHealth[k],
      unseenLost: lost[k],
      dropped: lost[k],
      capacity: 8,
    }),
  } as unknown as GraphFigures;
  assert.deepEqual(watchList(figures).map(({ kind, index }) => `${kind}${index}`), [
    "node2",
    "link2",
    "link1",
    "node0",
    "node3",
    "node1",
  ]);
});
