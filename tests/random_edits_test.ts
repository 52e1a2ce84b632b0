/**
 * Random edits of running graphs: `SLUICE_EDITS` operations (an operation, such as a move or a removed link, is an
 * edit; up to 24 are made in one transaction), from the seed `SLUICE_EDIT_SEED` or one that is printed.
 */
import { ok } from "node:assert/strict";
import { EditedRun, type EditFigures } from "./edits/edited_run.ts";
import { Random } from "./edits/random.ts";

/** Operations for each driver, and of one graph: there are four graphs at least, of which one is large. */
const EDITS = Number(Deno.env.get("SLUICE_EDITS") ?? 1_200);
const EDITS_A_GRAPH = Math.min(2_500, EDITS / 4);

/** Nodes that the largest graph may have. */
const MOST_NODES = 200;

for (const native of ["require", "off"] as const) {
  Deno.test({
    name: `${
      native === "off" ? "portable" : "native"
    }: random edits of running graphs lose nothing that they do not name`,
    // Once in a run of both suites.
    ignore: (native === "off" ? "require" : "off") === Deno.env.get("SLUICE_NATIVE"),
    fn: () => editAtRandom(native),
  });
}

async function editAtRandom(native: "require" | "off"): Promise<void> {
  const seed = Number(Deno.env.get("SLUICE_EDIT_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  console.log(`SLUICE_EDIT_SEED=${seed}`);
  const random = new Random(seed);
  const figures: EditFigures = {
    transactions: 0,
    operations: 0,
    failed: 0,
    failedOperations: 0,
    lives: 0,
    frames: 0,
    mostNodes: 0,
    droppedGaps: 0,
    rejoinedGaps: 0,
    buckets: [],
    editMs: [],
  };
  for (let graph = 0; figures.operations < EDITS; graph++) {
    const ledger = await Deno.makeTempFile({ prefix: "sluice-edits-" });
    try {
      // Every fourth graph is a large one.
      const most = graph % 4 === 3 ? MOST_NODES : 12 + random.below(40);
      await new EditedRun(native, random.below(2 ** 31), most, ledger, figures).run(
        Math.min(EDITS_A_GRAPH, EDITS - figures.operations),
      );
    } finally {
      await Deno.remove(ledger);
    }
  }
  // A sixth of them fails on average.
  ok(figures.failed * 20 >= figures.transactions, "a twentieth of the transactions is to fail");
  console.log(describe(figures));
}

function describe(figures: EditFigures): string {
  const { transactions, operations, failed, failedOperations, lives, frames, mostNodes, buckets, editMs } = figures;
  editMs.sort((a, b) => a - b);
  const ms = (part: number) => editMs[Math.floor(part * (editMs.length - 1))].toFixed(1);
  const total = buckets.reduce((sum, count) => sum + count, 0);
  const gapUs = (part: number) => {
    let seen = 0;
    return 2 ** buckets.findIndex((count) => (seen += count) >= part * total);
  };
  return `${operations} edits in ${transactions} transactions, ${failedOperations} of them in the ${failed} that failed ` +
    `half-way; graphs of up to ${mostNodes} nodes; ${lives} nodes set up and torn down; ${frames} frames read\n` +
    `transaction: median ${ms(0.5)} ms, p99 ${ms(0.99)} ms, most ${ms(1)} ms\n` +
    `gaps in sequence: 0 on untouched links, ${figures.rejoinedGaps} behind links made anew, ${figures.droppedGaps} ` +
    `behind links that drop; gaps in time: median < ${gapUs(0.5)} µs, p99.9 < ${gapUs(0.999)} µs, all < ${gapUs(1)} µs`;
}
