/**
 * From one native thread to another: our ring against a bare rtrb ring.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Benchmark } from "../benchmark.ts";
import { ratioRow } from "../measure.ts";

const MANIFEST = fileURLToPath(new URL("../../Cargo.toml", import.meta.url));

export const nativeRing: Benchmark = {
  name: "native-ring",
  about: "An entry from one native thread to another through a lossless ring with doorbells bound, against bare rtrb.",
  async run({ runs, skip }) {
    const example = ["--package", "sluice-core", "--example", "ring_against_rtrb"];
    let output: Deno.CommandOutput;
    try {
      output = await new Deno.Command("cargo", {
        args: ["run", "--quiet", "--release", "--locked", "--manifest-path", MANIFEST, ...example, "--", `${runs}`],
      }).output();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      skip("cargo is not installed");
      return [];
    }
    equal(output.code, 0, new TextDecoder().decode(output.stderr));
    const lines = new TextDecoder().decode(output.stdout).trim().split("\n").map((line) => line.split(" "));
    return (["single", "batch"] as const).map((kind) => {
      const pairs = lines.filter(([name]) => name === kind);
      equal(pairs.length, runs, `pairs of ${kind}`);
      return ratioRow(
        {
          what: `native to native, lossless, ${kind === "single" ? "singly" : "batches of 32"}`,
          peer: "bare rtrb",
          goal: { of: "speed", limit: 0.8 },
        },
        pairs.map(([, ours]) => Number(ours)),
        pairs.map(([, , theirs]) => Number(theirs)),
      );
    });
  },
};
