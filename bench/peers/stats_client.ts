/**
 * Follows the statistics of a control plane: prints a line after so many readings, and what came after so many more.
 *
 * @module
 */
import { ControlClient } from "../../control/client/client.ts";

/** What the client saw. */
export interface StatsSeen {
  /** After the first line. */
  readonly readings: number;
  readonly missed: number;
  readonly nodes: number;
  readonly links: number;
  /** All columns of `ticks` and `written` of the last reading. */
  readonly ticks: number;
  readonly written: number;
}

const [url, statsHz, warmup, readings] = Deno.args;
const client = new ControlClient({ url });
let seen = 0;
let missed = 0;
client.on("stats", ({ nodes, links, ...frame }) => {
  missed += frame.missed;
  if (++seen === Number(warmup)) console.log("warm");
  if (seen < Number(warmup) + Number(readings)) return;
  const sum = (column: Iterable<number>) => [...column].reduce((total, each) => total + each, 0);
  const answer: StatsSeen = {
    readings: seen - Number(warmup),
    missed,
    nodes: nodes.ticks.length,
    links: links.written.length,
    ticks: sum(nodes.ticks),
    written: sum(links.written),
  };
  console.log(JSON.stringify(answer));
  client.close();
});
client.watch({ statsHz: Number(statsHz) });
