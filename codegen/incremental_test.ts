/**
 * A generator that runs again and again against one that starts anew: after each edit both make the same files and
 * refuse the same.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import fc from "fast-check";
import { hashSource } from "../core/registry/staleness.ts";
import { MUTATION_SEED } from "./fixtures/assert_answer.ts";
import { formatDiagnostic } from "./diagnostics.ts";
import { Generator } from "./generate.ts";
import { processorSource, type TempPackage, tempPackage } from "./fixtures/temp_package.ts";

const NAMES = ["Alpha", "Beta", "Gamma", "Delta"];

/** What a file may be made to hold. */
const CONTENTS = ["gone", "broken", "plain", "level", "wordy", "struct", "renamed", "extending", "clashing"] as const;

/** An edit of one of the files. */
interface Edit {
  readonly file: number;
  readonly content: typeof CONTENTS[number];
  readonly level: number;
}

const EDITS = fc.array(
  fc.record<Edit>({
    file: fc.nat(NAMES.length),
    content: fc.constantFrom(...CONTENTS),
    level: fc.nat(9),
  }),
  { minLength: 4, maxLength: 8 },
);

Deno.test("Generator.run() makes after any edits what a new generator makes", async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(EDITS, async (edits) => {
      const files = Object.fromEntries(NAMES.map((name, i) => [pathOf(i), processorSource(name)]));
      await using folder = await tempPackage({ ...files, [pathOf(NAMES.length)]: baseSource(1) });
      const generator = new Generator(folder);
      await generator.run();
      for (const edit of edits) {
        const path = pathOf(edit.file);
        if (edit.content === "gone") await rm(join(folder.root, path), { force: true });
        else await folder.write(path, sourceOf(edit));
        made += await runAlike(folder, generator, [path]);
      }
    }),
    { numRuns: Deno.env.get("SLUICE_DEEP") === "1" ? 200 : 8, seed: MUTATION_SEED },
  );
  assert.ok(made > 0, "no edit left anything to generate");
});

Deno.test("Generator.run() follows another output folder and another runtime into the classes that it knows", async () => {
  const port = "@output() level!: StreamOutput<DataFrame<Level>>;";
  const types = "export interface Level {\n  readonly db: number;\n}";
  await using folder = await tempPackage({ "alpha.ts": processorSource("Alpha", port, types) });
  const generator = new Generator(folder);
  await generator.run();
  const config = JSON.parse(await readFile(folder.configPath, "utf8"));
  const output = "made/alpha.gen.ts";
  for (const more of [{ output }, { output, runtime: "@sluice/sluice" }]) {
    await folder.write("sluice.json", JSON.stringify({ ...config, ...more }));
    assert.equal(await runAlike(folder, generator, ["sluice.json"]), 2);
  }
});

Deno.test("Generator.run() reads what was saved while its configuration could not be read", async () => {
  await using folder = await tempPackage({ "alpha.ts": processorSource("Alpha"), "beta.ts": processorSource("Beta") });
  const generator = new Generator(folder);
  await generator.run();
  const config = await readFile(folder.configPath, "utf8");
  await folder.write("sluice.json", "{");
  await folder.write("beta.ts", processorSource("Gamma"));
  assert.equal(await runAlike(folder, generator, ["sluice.json", "beta.ts"]), 0);
  await folder.write("alpha.ts", processorSource("Delta"));
  assert.equal(await runAlike(folder, generator, ["alpha.ts"]), 0);
  await folder.write("sluice.json", config);
  assert.equal(await runAlike(folder, generator, ["sluice.json"]), 2);
});

Deno.test("Generator.run() reads files outside the root anew that changed while nothing depended on them", async () => {
  const struct = (size: number) =>
    `import type { F32, FixedArray } from "@sluice/sluice";\n` +
    `/** A struct. @frame */\nexport interface State { x: FixedArray<F32, ${size}> }\n`;
  for (const isReadable of [true, false]) {
    await using outer = await tempPackage({ "state.ts": struct(1) });
    const path = `../${basename(outer.root)}`;
    const port = "@output() state!: StreamOutput<DataFrame<State>>;";
    const using = processorSource("Alpha", port, `import type { State } from "${path}/state.ts";`);
    await using folder = await tempPackage({ "alpha.ts": using, "beta.ts": processorSource("Beta") });
    const generator = new Generator(folder);
    await generator.run();
    const config = await readFile(folder.configPath, "utf8");
    if (!isReadable) await folder.write("sluice.json", "{");
    await folder.write("alpha.ts", processorSource("Alpha"));
    await runAlike(folder, generator, ["sluice.json", "alpha.ts"]);
    assert.ok(!generator.outside.has(`${path}/state.ts`));
    await outer.write("state.ts", struct(2));
    const include = ["*.ts", `${path}/*.ts`];
    await folder.write("sluice.json", JSON.stringify({ ...JSON.parse(config), include }));
    await folder.write("alpha.ts", using);
    assert.equal(await runAlike(folder, generator, ["sluice.json", "alpha.ts"]), 2);
  }
});

Deno.test("Generator.run() notes the hash of a package that was exchanged where nobody watches", async () => {
  await using other = await tempPackage({ "x.ts": processorSource("Xray") }, { name: "@other/x" });
  await other.run();
  const text = await readFile(join(other.root, "sluice.gen.ts"), "utf8");
  const path = "node_modules/x/sluice.gen.ts";
  const files = { "alpha.ts": processorSource("Alpha"), [path]: text };
  await using folder = await tempPackage(files, { packages: [`./${path}`] });
  const generator = new Generator(folder);
  await generator.run();
  await folder.write(path, text.replaceAll("xray", "yoke").replaceAll("Xray", "Yoke"));
  assert.equal(await runAlike(folder, generator, ["alpha.ts"]), 2);
});

Deno.test("generate() puts the hash of each source beside it, whatever the package is called", async () => {
  const zeros = "0".repeat(16);
  await using folder = await tempPackage(
    { "one.ts": processorSource("One"), [`${zeros}.ts`]: processorSource("Two") },
    { name: zeros },
  );
  const { files, problems } = await folder.run();
  assert.deepEqual(problems, []);
  const [, sources] = files[0].text.split("\n  sources: ");
  for (const path of ["one.ts", `${zeros}.ts`, "sluice.json"]) {
    const hash = await hashSource(await readFile(join(folder.root, path), "utf8"));
    assert.ok(sources.includes(`"${path}": "${hash}"`), path);
  }
  assert.ok(files[0].text.includes(`name: "${zeros}"`));
  assert.ok(!sources.includes(`: "${zeros}"`));
});

/**
 * Runs a generator again, and asserts that a new one makes the same of what is there.
 *
 * @returns how many files were made
 */
async function runAlike(
  { configPath }: TempPackage,
  generator: Generator,
  changed: readonly string[],
): Promise<number> {
  const again = await generator.run(new Set(changed));
  const anew = await new Generator({ configPath, check: true }).run();
  assert.deepEqual(again.diagnostics.map(formatDiagnostic), anew.diagnostics.map(formatDiagnostic));
  assert.deepEqual(again.files.map(({ text }) => text), anew.files.map(({ text }) => text));
  assert.deepEqual(anew.files.map(({ state }) => state), anew.files.map(() => "unchanged"));
  return anew.files.length;
}

/** The last file holds a base class for the others. */
function pathOf(file: number): string {
  return file === NAMES.length ? "base.ts" : `${NAMES[file].toLowerCase()}.ts`;
}

function sourceOf({ file, content, level }: Edit): string {
  if (content === "broken") return "@processor() export class {\n";
  if (file === NAMES.length) return baseSource(level);
  const name = NAMES[file];
  switch (content) {
    case "level":
      return processorSource(name, `/** A number. */ @config({ live: true }) level = ${level};`);
    case "wordy":
      return processorSource(name).replace(
        `/** ${name}. */`,
        `/** ${"Ä long doc, ".repeat(level + 1)}\n * in lines. */`,
      );
    case "struct":
      return processorSource(
        name,
        `@output() state!: StreamOutput<DataFrame<${name}State>>;`,
        `/** A struct. @frame */\nexport interface ${name}State { x: FixedArray<F32, ${level + 1}> }`,
      );
    case "renamed":
      return processorSource(`${name}${level}`);
    case "extending":
      return processorSource(name, "", `import { Base } from "./base.ts";`)
        .replace(`class ${name}`, `class ${name} extends Base`);
    case "clashing":
      return processorSource(NAMES[(file + 1) % NAMES.length]);
    default:
      return processorSource(name);
  }
}

function baseSource(level: number): string {
  return `import { config } from "@sluice/sluice";\nexport abstract class Base {\n  @config() level = ${level};\n}\n`;
}
