/**
 * A node that takes memory away, or ends its thread with frames in its hands: no other lane notices, every frame is
 * accounted for, and every slot is back at the end.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink, collect, collected, numberedSource } from "./fixtures/numbered.ts";
import { type Deed, vandal } from "./fixtures/vandal.ts";

/** How often each deed is done; the graphs of every other round are live. */
const DEATHS = Number(Deno.env.get("SLUICE_DEATHS") ?? 1);

/** How many nodes of a graph do it, at most. */
const AT_ONCE = 10;

const BLOCKS = 600;

/**
 * Each deed, and what its node fails of with memory that one thread can take away. That a thread has ended is told by it
 * or found by the watch, whichever is first.
 */
const DEEDS: readonly (readonly [Deed, RegExp])[] = [
  ["detach", /was transferred, which takes it away/],
  ["detach and write", /on purpose/],
  ["write and detach", /was transferred, which takes it away/],
  ["detach acquired", /was transferred, which takes it away/],
  ["detach and close", /close\(\)|ended unasked/],
  ["close", /close\(\)|ended unasked/],
  ["exit", /Deno.exit\(3\)|ended unasked/],
  ["close and write", /close\(\)|ended unasked/],
  ["throw", /on purpose/],
];

for (const [deed, why] of DEEDS) {
  eachDriver(
    `a node whose deed is "${deed}" harms no other lane, and no slot is lost (${DEATHS} times)`,
    async (native) => {
      // Memory that threads share cannot be taken away: the system refuses, and each such deed is the same one.
      const isRefused = native === "off" && deed.includes("detach");
      if (isRefused && deed !== "detach") return;
      for (let done = 0, round = 0; done < DEATHS; done += AT_ONCE, round++) {
        await doTogether(
          deed,
          isRefused ? /SharedArrayBuffer|transfer/ : why,
          native,
          round,
          Math.min(AT_ONCE, DEATHS - done),
        );
      }
    },
  );
}

/** Runs a graph of which so many nodes do it, each at another place of its stream. */
async function doTogether(
  deed: Deed,
  why: RegExp,
  native: "require" | "off",
  round: number,
  count: number,
): Promise<void> {
  const where = `round ${round}`;
  const mode = round % 2 === 0 ? "offline" : "live";
  await using runtime = new Runtime({ mode, native });
  const failures = new Map<string, string>();
  const { promise: allFailed, resolve } = Promise.withResolvers<void>();
  runtime.events.on("node:*", (event) => {
    if (event.group !== "node" || event.kind !== "failed") return;
    failures.set(event.nodeId, event.error.message);
    if (failures.size === count) resolve();
  });
  const intervalMs = mode === "live" ? 1 : 0;
  const source = runtime.add(numberedSource({ count: BLOCKS, perTick: 3, intervalMs }), { lane: "a" });
  const checkOn = (lane: string) => {
    const checked = runtime.add(checkingSink(), { lane });
    runtime.connect(checked.outputs.findings, runtime.add(collect()).inputs.data);
    return checked;
  };
  const beside = checkOn("c");
  runtime.connect(source.outputs.audio, beside.inputs.audio);
  const behind = Array.from({ length: count }, (_, k) => {
    const after = (round * 37 + k * 13) % 200;
    const lane = deed.includes("close") || deed === "exit" ? `b${k}` : "b";
    const bad = runtime.add(vandal({ deed, after }), { lane, supervision: "disable" });
    const checked = checkOn("a");
    // It sees all that is sent, and so comes to its deed.
    runtime.connect(source.outputs.audio, bad.inputs.audioIn, { policy: "lossless" });
    runtime.connect(bad.outputs.audioOut, checked.inputs.audio);
    return checked;
  });
  collected.length = 0;
  await runtime.start();
  const summary = await runtime.finished;
  equal(summary.outcome, "completed", where);
  assertSpent(summary, where);
  for (const { corrupt, disordered } of collected) deepEqual([corrupt, disordered], [0, 0], where);
  const linkTo = ({ id }: { readonly id: string }) => summary.links.find(({ to }) => to === `${id}.audio`)!;
  deepEqual(
    collected.map(({ received }) => received).sort((a, b) => a - b),
    [beside, ...behind].map((sink) => linkTo(sink).read).sort((a, b) => a - b),
    `${where}: the sinks have read what the links say`,
  );
  equal(linkTo(beside).written, BLOCKS, where);
  if (mode === "offline") equal(linkTo(beside).read, BLOCKS, where);
  await allFailed;
  for (const message of failures.values()) ok(why.test(message), `${where}: ${message}`);
}
