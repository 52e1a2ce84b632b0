/**
 * What counting costs: the runtime against a copy of it from which the counters, or the sampling of times, were cut.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultLibraryPath } from "../../ffi/loader.ts";
import type { Benchmark } from "../benchmark.ts";
import { compare, type Row } from "../measure.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What the copies need. */
const PARTS = ["bench", "core", "ffi", "deno.json", "deno.lock", "package.json"];

/** Where frames and ticks are counted. */
const COUNTING = [
  "core/links/local_link.ts",
  "core/links/open_ends.ts",
  "core/links/ring_link.ts",
  "core/lanes/cells/cell_admission.ts",
  "core/lanes/cells/cell_figures.ts",
  "core/lanes/cells/node_cell.ts",
];

/** A statement of one line that counts, or that asks for what was counted to be published. */
const COUNTER = new RegExp(
  String.raw`^\s*(` + [
    String.raw`this\.#?(ticks|framesIn|framesOut|read)\+\+`,
    String.raw`this\.frames(In|Out) \+= (taken|written)`,
    String.raw`if \(queued >=? this\.highWater\) .*`,
    String.raw`if \((next|head) === this\.tail\) this\.newestGoneNs = .*`,
    String.raw`if \(!this\.isChanged\) this\.change\(\)`,
    String.raw`this\.#f64\[this\.#at \+ (WRITTEN|NEWEST_INGRESS)\] \+?= .*`,
  ].join("|") + ");$",
);

/** Lines that match it. */
const COUNTERS = 13;

export const counters: Benchmark = {
  name: "counters",
  about:
    "The in-lane hop against the same from a copy of the runtime without its counters of frames and ticks, and against " +
    "one that times no ticks; each run in a process of its own.",
  async run({ runs }) {
    const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
    try {
      const uncounted = join(folder, "uncounted");
      const untimed = join(folder, "untimed");
      equal(await copyWithout(uncounted, COUNTING, (line) => COUNTER.test(line) ? undefined : line), COUNTERS);
      ok(
        await copyWithout(
          untimed,
          ["core/lanes/cells/cell_figures.ts"],
          (line) => line.replace(/^const SAMPLE_EVERY = \d+;$/, "const SAMPLE_EVERY = 1_000_000_000;"),
        ) === 1,
      );
      const rows: Row[] = [];
      for (const perTick of [1, 8]) {
        rows.push(
          await compare(runs, {
            what: `in-lane hop with exact counters${perTick > 1 ? `, ${perTick} frames a tick` : ""}`,
            peer: "the same without counters",
            goal: { of: "cost", limit: 1.1 },
            ours: () => hop(ROOT, perTick),
            theirs: () => hop(uncounted, perTick),
          }),
        );
      }
      rows.push(
        await compare(runs, {
          what: "in-lane hop with sampled times",
          peer: "the same without",
          goal: { of: "cost", limit: 1.05 },
          ours: () => hop(ROOT, 1),
          theirs: () => hop(untimed, 1),
        }),
      );
      return rows;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** Copies the runtime with some lines changed or left out. @returns how many */
async function copyWithout(
  target: string,
  files: readonly string[],
  edit: (line: string) => string | undefined,
): Promise<number> {
  for (const part of PARTS) await cp(join(ROOT, part), join(target, part), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(target, "node_modules"));
  let changed = 0;
  for (const file of files) {
    const lines = (await readFile(join(target, file), "utf8")).split("\n").map((line) => {
      const edited = edit(line);
      if (edited !== line) changed++;
      return edited ?? "";
    });
    await writeFile(join(target, file), lines.join("\n"));
  }
  return changed;
}

async function hop(root: string, perTick: number): Promise<number> {
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      join(root, "bench/peers/hop_child.ts"),
      `${perTick}`,
      `${root === ROOT || root.endsWith("untimed")}`,
    ],
    cwd: root,
    env: { SLUICE_NATIVE_LIB: defaultLibraryPath() },
  }).output();
  if (code !== 0) throw new Error(`The hop in ${root} failed: ${new TextDecoder().decode(stderr)}`);
  return Number(new TextDecoder().decode(stdout));
}
