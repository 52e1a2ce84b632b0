/**
 * Classes with random changes: the generator answers each with code, or with refusals that name the place. The changes
 * come from the seed `SLUICE_MUTATION_SEED`, or from one that is always the same.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { assertAnswer, MUTATION_SEED } from "./fixtures/assert_answer.ts";
import { copyAccepted } from "./fixtures/temp_package.ts";

/** What is put between, or instead of, the words of a class. */
const PIECES = [
  ...[
    "",
    "@",
    "(",
    ")",
    "{",
    "}",
    "<",
    ">",
    ";",
    "=",
    "!",
    "?",
    "[]",
    "static ",
    "static {} ",
    "#",
    "0",
    '"',
    "`",
    "\\",
  ],
  ...["\u200b", "\ufeff", "\u2028", "ß", "音", "\u{1d400}", "e\u0301", "\u202e"],
];

/** A package, which of its files is changed, and what its words are called beforehand. */
const SUBJECTS: readonly { folder: string; file: string; rename?: readonly (readonly [string, string])[] }[] = [
  { folder: "config_types", file: "shaper.ts" },
  { folder: "structs", file: "imu.ts" },
  { folder: "generic_instances", file: "mixer.ts" },
  { folder: "inheritance", file: "base.ts" },
  {
    folder: "two_ports",
    file: "gain.ts",
    rename: [["@processor({", `@processor({ name: "gain",`], ["Gain", "Verstärkung音"], ["blocks", "größe 🎚 음성"]],
  },
];

for (const { folder, file, rename = [] } of SUBJECTS) {
  const name = rename.length === 0 ? folder : `${folder} with names in Unicode`;
  Deno.test(`generate() answers mutations of ${name} with code or refusals that have a place`, async () => {
    await using copy = await copyAccepted(folder);
    const path = join(copy.root, file);
    let original = await readFile(path, "utf8");
    for (const [from, to] of rename) {
      assert.ok(original.includes(from));
      original = original.replaceAll(from, to);
    }
    await checkMutations(copy.configPath, path, original);
  });
}

async function checkMutations(configPath: string, path: string, original: string): Promise<void> {
  const words = original.match(/[\p{L}\p{N}_$]+|\s+|[^\p{L}\p{N}_$\s]/gu) ?? [];
  const mutation = fc.record({
    at: fc.nat(words.length - 1),
    count: fc.integer({ min: 0, max: 4 }),
    put: fc.oneof(fc.constantFrom(...PIECES), fc.constantFrom(...words)),
  });
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 0, maxLength: 3 }), async (mutations) => {
      const changed = [...words];
      for (const { at, count, put } of mutations) changed.splice(at, count, put);
      await writeFile(path, changed.join(""));
      if (await assertAnswer(configPath)) answered++;
    }),
    { numRuns: Deno.env.get("SLUICE_DEEP") === "1" ? 2_000 : 60, seed: MUTATION_SEED },
  );
  assert.ok(answered > 0, "no mutation was answered with code");
}
