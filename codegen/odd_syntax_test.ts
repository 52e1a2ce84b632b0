/**
 * Every package of `testdata/accepted` with syntax in it that hardly anybody writes: the generator answers with code,
 * or with refusals that name the place. `SLUICE_MUTATION_SEED` is the seed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { assertAnswer, MUTATION_SEED } from "./fixtures/assert_answer.ts";
import { oddPlaces, putPieces } from "./fixtures/odd_syntax.ts";
import { copyAccepted } from "./fixtures/temp_package.ts";

const RUNS = Deno.env.get("SLUICE_DEEP") === "1" ? 400 : 12;

for (const name of readdirSync(fileURLToPath(new URL("./testdata/accepted", import.meta.url))).sort()) {
  Deno.test(`generate() answers odd syntax in ${name} with code or refusals that have a place`, async () => {
    await using copy = await copyAccepted(name);
    const paths = readdirSync(copy.root, { recursive: true }).map(String).filter((path) =>
      /(?<!\.gen)\.ts$/.test(path)
    );
    const texts = new Map<string, string>();
    for (const path of paths) texts.set(path, await readFile(join(copy.root, path), "utf8"));
    const changes = fc.constantFrom(...paths).chain((path) => {
      const places = oddPlaces(texts.get(path)!);
      const change = fc.constantFrom(...places).chain((place) =>
        fc.constantFrom(...place.pieces).map((put) => ({ ...place, put }))
      );
      return fc.record({ path: fc.constant(path), pieces: fc.array(change, { minLength: 1, maxLength: 3 }) });
    });
    let read = 0;
    await fc.assert(
      fc.asyncProperty(changes, async ({ path, pieces }) => {
        const text = texts.get(path)!;
        await writeFile(join(copy.root, path), putPieces(text, pieces));
        await assertAnswer(copy.configPath);
        await writeFile(join(copy.root, path), text);
        read++;
      }),
      { numRuns: RUNS, seed: MUTATION_SEED },
    );
    assert.equal(read, RUNS);
  });
}
