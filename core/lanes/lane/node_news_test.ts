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

Deno.test("NodeNews tells nothing of a node that has left, whatever it said before or says then", () => {
  const told: LaneReport[] = [];
  const news = new NodeNews((report) => told.push(report));
  const [old, successor] = ["node", "node"].map((id) => ({ id }) as NodeCell);
  news.figures(old, { frames: 61 });
  news.leave(old);
  news.succeed(successor);
  news.figures(old, { frames: 62 });
  news.format(old, "audio", { kind: "audio", sampleRateHz: 8000, channels: 1 });
  news.progress(old, 0, 5);
  equal(news.waits, false);
  news.figures(successor, { frames: 1 });
  news.tellAll([successor]);
  deepEqual(told, [
    { kind: "facts", nodes: [{ node: "node", anew: true }] },
    { kind: "facts", nodes: [{ node: "node", figures: { frames: 1 } }] },
  ]);
});
