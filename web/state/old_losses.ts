/**
 * When links lost frames before this page was opened: the server's history of those that have lost any is asked for
 * once.
 *
 * @module
 */
import { effect } from "@preact/signals";
import { LINK_SERIES } from "../../control/schemas/history.ts";
import { client, conditions, figures, graph, status } from "./live.ts";

/** Links that are asked for at most: those that have lost most. */
const MAX_ASKED = 24;

let askedRun: string | undefined;

// Conditions are known from the first reading on.
effect(() => {
  conditions.value;
  const now = figures.value;
  if (now?.frame === undefined || status.value !== "open" || now.graph.run === askedRun) return;
  askedRun = now.graph.run;
  const lossy = now.graph.links.flatMap((_, k) => {
    const { unseenLost, lossAgoMs } = now.link(k)!;
    return unseenLost > 0 && lossAgoMs === Infinity ? [{ k, unseenLost }] : [];
  });
  for (const { k } of lossy.toSorted((a, b) => b.unseenLost - a.unseenLost).slice(0, MAX_ASKED)) void ask(k);
});

async function ask(link: number): Promise<void> {
  const { run, links: { [link]: { id } } } = figures.peek()!.graph;
  try {
    const past = await client.call("history.get", { kind: "link", id });
    const drops = past.series[LINK_SERIES.indexOf("droppedPerSecond")];
    const last = drops.findLastIndex((perSecond) => perSecond !== null && perSecond > 0);
    const index = graph.peek()?.links.findIndex((each) => each.id === id) ?? -1;
    if (last < 0 || past.run !== run || index < 0) return;
    figures.peek()?.noteLoss(index, past.times[last] * 1e3);
  } catch {
    // The label tells the drops without their time.
  }
}
