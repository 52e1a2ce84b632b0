import { deepEqual } from "node:assert/strict";
import { latencyWay } from "./latency_way.ts";

Deno.test("the way of the oldest frames tells ticks from waiting, and does not go round in a loop", () => {
  const ages = [0, 5, 2, 20];
  const ticks = [1, 3, 3, 4];
  const figures = { ageNs: (node: number) => ages[node], tickNs: (node: number) => ticks[node] };
  const links = [[0, 1], [0, 2], [1, 3], [2, 3], [3, 1]].map(([from, to]) => ({ from, to }));
  deepEqual(latencyWay(3, links, figures), [
    { node: 0, waitNs: 0, tickNs: 1, ageNs: 0 },
    { node: 1, waitNs: 4, tickNs: 3, ageNs: 5 },
    { node: 3, waitNs: 12, tickNs: 4, ageNs: 20 },
  ]);
  deepEqual(latencyWay(0, links, figures).map(({ node }) => node), [0]);
});
