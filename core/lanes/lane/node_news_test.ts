import { deepEqual, equal } from "node:assert/strict";
import type { NodeCell } from "../cells/node_cell.ts";
import type { LaneReport } from "../messages.ts";
import { NodeNews } from "./node_news.ts";

Deno.test("NodeNews.tell() keeps what a node says that an edit makes ready until the lane runs it", () => {
  const told: LaneReport[] = [];
  const news = new NodeNews((report) => told.push(report));
  const [here, coming] = ["here", "coming"].map((id) => ({ id }) as NodeCell);
  news.figures(here, { a: 1 });
  news.figures(coming, { port: 9 });
  news.tell(0, [here]);
  deepEqual(told.splice(0), [{ kind: "facts", nodes: [{ node: "here", figures: { a: 1 } }] }]);
  equal(news.waits, true);
  news.tell(1e9, [here, coming]);
  deepEqual(told.splice(0), [{ kind: "facts", nodes: [{ node: "coming", figures: { port: 9 } }] }]);
  equal(news.waits, false);
});
