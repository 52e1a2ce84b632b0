import { deepEqual } from "node:assert/strict";
import { LINK } from "../../../ffi/layout.gen.ts";
import { controlBytes, ControlPage } from "../../control_page.ts";
import { EventBus } from "../../events/bus.ts";
import type { DropCounts } from "../../stats.ts";
import type { LinkEntry } from "../../graph/entries.ts";
import type { Topology } from "../../topology.ts";
import { findDrops, type Losses } from "./drops.ts";
import { PageSample } from "./page_sample.ts";

/** Returns a function that looks at links once, and publishes what it finds. */
function lookAt(links: readonly LinkEntry[], page: ControlPage, events: EventBus): () => void {
  const topology = { nodes: new Map(), links: new Map(links.map((link) => [link.id, link])) } as unknown as Topology;
  let losses: ReadonlyMap<LinkEntry, Losses> = new Map();
  return () => {
    const found = findDrops(losses, new PageSample(topology, page, 0));
    losses = found.losses;
    for (const event of found.events) events.publish(event);
  };
}

Deno.test("findDrops() tells once of each stretch in which a link drops, with what was dropped since it told last", () => {
  const sizes = { lanes: 1, links: 2, nodes: 1 };
  const page = ControlPage.format(new ArrayBuffer(controlBytes(sizes)), sizes);
  const links = [0, 1].map((index) => ({ id: `link${index}`, index, policy: "roll-off" })) as unknown as LinkEntry[];
  const events = new EventBus(() => 0);
  const told: unknown[] = [];
  const stream = events.subscribe("link:*");
  const look = lookAt(links, page, events);
  const drop = (link: number, field: number) => page.f64[(page.linkOffset(link) + field) >> 3]++;
  for (
    const [link, field] of [[1, LINK.droppedFull], [1, LINK.droppedFull], [], [1, LINK.droppedSkipped], [], [
      1,
      LINK.droppedSkipped,
    ], []]
  ) {
    if (link !== undefined) drop(link, field!);
    look();
  }
  drop(0, LINK.droppedUnlinked);
  look();
  events.close();
  return (async () => {
    for await (const event of stream) {
      if (event.group !== "link" || event.kind !== "dropping") continue;
      told.push([event.linkId, counts(event.dropped), counts(event.sinceLast)]);
    }
    deepEqual(told, [
      ["link1", "1 0 0 0", "1 0 0 0"],
      // The second drop of the first stretch has no event of its own.
      ["link1", "2 1 0 0", "1 1 0 0"],
      ["link1", "2 2 0 0", "0 1 0 0"],
      ["link0", "0 0 1 0", "0 0 1 0"],
    ]);
  })();
});

function counts({ full, skipped, unlinked, laneLost }: DropCounts): string {
  return [full, skipped, unlinked, laneLost].join(" ");
}

Deno.test("findDrops() tells of a link of policy latest only what it has lost in another way", async () => {
  const sizes = { lanes: 1, links: 1, nodes: 1 };
  const page = ControlPage.format(new ArrayBuffer(controlBytes(sizes)), sizes);
  const link = { id: "link0", index: 0, policy: "latest" } as unknown as LinkEntry;
  const events = new EventBus(() => 0);
  const told: string[] = [];
  const stream = events.subscribe("link:*");
  const look = lookAt([link], page, events);
  for (const field of [LINK.droppedFull, LINK.droppedLaneLost]) {
    page.f64[(page.linkOffset(0) + field) >> 3]++;
    look();
  }
  events.close();
  for await (const event of stream) {
    if (event.group === "link" && event.kind === "dropping") told.push(counts(event.dropped));
  }
  deepEqual(told, ["1 0 0 1"]);
});
