/** What the server keeps of a graph that nobody follows, as `history.get` tells it. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { ControlClient, type ControlError } from "../../control/client/client.ts";
import type { PastFigures } from "../../control/schemas/history.ts";
import { LINK_SERIES, NODE_SERIES } from "../../control/schemas/history.ts";
import { eachDriver } from "../fixtures/each_driver.ts";
import { type Served, serveLive } from "./served.ts";

/** How long steps may take to come, milliseconds. */
const PATIENCE_MS = 60_000;

async function connect({ server }: Served): Promise<ControlClient & AsyncDisposable> {
  const client = new ControlClient({ url: `${server.url.replace("http", "ws")}/rpc` });
  if (client.status !== "open") {
    await new Promise<void>((resolve) => {
      const end = client.on("status", (status) => status === "open" && (end(), resolve()));
    });
  }
  return Object.assign(client, {
    [Symbol.asyncDispose]() {
      client.close();
      return Promise.resolve();
    },
  });
}

async function stepsOf(
  client: ControlClient,
  kind: "node" | "link",
  id: string,
  fits: (past: PastFigures) => boolean,
): Promise<PastFigures> {
  for (const untilMs = performance.now() + PATIENCE_MS;;) {
    const past = await client.call("history.get", { kind, id });
    if (fits(past)) return past;
    ok(performance.now() < untilMs, JSON.stringify(past));
    await sleep(100);
  }
}

eachDriver("history.get tells the steps of before the first client came, with the rates that were", async (native) => {
  await using served = await serveLive(native);
  // Nobody follows meanwhile.
  while (served.runtime.stats().elapsedNs < 2.5e9) await sleep(50);
  await using client = await connect(served);
  const graph = await client.call("graph.get", {});
  const node = await stepsOf(client, "node", "gain", ({ times }) => times.length >= 2);
  equal(node.run, graph.run);
  equal(node.keptSeconds, 900);
  // The newest step is of this time of day.
  const agoMs = Date.now() - (node.epochMs + node.times.at(-1)! * 1e3);
  ok(agoMs > -100 && agoMs < 5_000, `${agoMs} ms ago`);
  equal(node.series.length, NODE_SERIES.length);
  const link = await stepsOf(client, "link", graph.links[0].id, ({ times }) => times.length >= 3);
  deepEqual(link.series.map(({ length }) => length), Array(LINK_SERIES.length).fill(link.times.length));
  const rates = link.series[LINK_SERIES.indexOf("writtenPerSecond")];
  const told = rates.reduce<number>((sum, rate, k) => sum + (rate === null ? 0 : rate * elapsed(link, k)), 0);
  const { elapsedNs, links } = served.runtime.stats();
  const { written } = links.find(({ id }) => id === graph.links[0].id)!;
  const share = (link.times.at(-1)! - link.times[0]) * 1e9 / elapsedNs;
  ok(told <= written * 1.02 && told >= written * share / 2, `${told} of ${written} frames in ${share} of the time`);
  ok(link.series[LINK_SERIES.indexOf("ageMs")].some((age) => age !== null && age > 0), JSON.stringify(link));
  ok(node.series[NODE_SERIES.indexOf("ticksPerSecond")].some((ticks) => ticks !== null && ticks > 0));
  await served.stopAndCheck();
  // The last steps stay.
  const last = await stepsOf(client, "node", "gain", () => true);
  ok(last.times.length >= node.times.length);
});

eachDriver("history.get names what it does not find, and forgets what was removed", async (native) => {
  await using served = await serveLive(native);
  await using client = await connect(served);
  const codeOf = async (kind: "node" | "link", id: string) => {
    let code = "";
    await rejects(client.call("history.get", { kind, id }), (error: ControlError) => (code = error.code) !== "");
    return code;
  };
  equal(await codeOf("node", "nobody"), "NodeNotFound");
  equal(await codeOf("link", "no.way>out.there"), "LinkNotFound");
  await stepsOf(client, "node", "level", ({ times }) => times.length > 0);
  await served.runtime.edit((edit) => edit.remove("level"));
  equal(await codeOf("node", "level"), "NodeNotFound");
  await served.runtime.stop();
});

/** Time of a step, seconds. */
function elapsed({ times }: PastFigures, step: number): number {
  return times[step] - times[step - 1];
}
