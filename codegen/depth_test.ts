import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { formatDiagnostic } from "./diagnostics.ts";
import { processorSource, tempPackage } from "./fixtures/temp_package.ts";
import { watch, type WatchRun } from "./watch.ts";

const TOO_DEEP = "error: Cannot read the file: it is nested more than 256 levels deep";

/** Sources whose parser, or whoever walks over them, would overflow the stack. */
const DEEP: { readonly [what: string]: (depth: number) => string } = {
  "type arguments": (n) => `@config() a!: ${"Array<".repeat(n)}number${">".repeat(n)};`,
  "lists": (n) => `@config() a = ${"[".repeat(n)}${"]".repeat(n)};`,
  "parentheses": (n) => `@config() a = ${"(".repeat(n)}1${")".repeat(n)};`,
  "blocks": (n) => `run(): void ${"{".repeat(n)}${"}".repeat(n)}`,
  "else": (n) => `run(): void { ${"if (a) b(); else ".repeat(n)} c(); }`,
  "prefixes": (n) => `@config() a = ${"!".repeat(n)}true;`,
  "arrows": (n) => `run = ${"() => ".repeat(n)}1;`,
  "conditions": (n) => `run = ${"a ? b : ".repeat(n)}1;`,
  "templates": (n) => `run = ${"`${".repeat(n)}1${"}`".repeat(n)};`,
  "conditional types": (n) => `@config() a!: ${"A extends B ? C : ".repeat(n)}D;`,
};

for (const [what, make] of Object.entries(DEEP)) {
  Deno.test(`generate() refuses ${what} that are nested too deeply, and keeps the other files`, async () => {
    await using folder = await tempPackage({
      "good.ts": processorSource("Good"),
      "slightly.ts": processorSource("Slightly", make(300)),
      "utterly.ts": processorSource("Utterly", make(20_000)),
    });
    const { nodeTypes, problems } = await folder.run();
    assert.deepEqual(nodeTypes, ["good"]);
    assert.equal(problems.length, 2);
    assert.match(problems[0], new RegExp(`^slightly\\.ts:9:\\d+: ${TOO_DEEP}$`));
    assert.match(problems[1], new RegExp(`^utterly\\.ts:9:\\d+: ${TOO_DEEP}$`));
    // Where the parser gives up depends on the stack that is left; where the limit is passed does not.
    assert.equal(problems[0].split(":", 3)[2], problems[1].split(":", 3)[2]);
  });
}

Deno.test("generate() reads long chains of operators and calls, which are not nested", async () => {
  const long = `run = ${"1 + ".repeat(2000)}1; walk = a${".b()".repeat(2000)};`;
  await using folder = await tempPackage({ "long.ts": processorSource("Long", long) });
  assert.deepEqual((await folder.run()).nodeTypes, ["long"]);
});

Deno.test("generate() names a nested file in those that import it", async () => {
  await using folder = await tempPackage({
    "good.ts": processorSource("Good"),
    "uses.ts": processorSource("Uses", "@config() a!: Deep;", `import type { Deep } from "./deep.ts";`),
    "deep.ts": `export type Deep = ${"[".repeat(5000)}number${"]".repeat(5000)};`,
  });
  const { nodeTypes, problems } = await folder.run();
  assert.deepEqual(nodeTypes, ["good"]);
  assert.deepEqual(problems, [
    'uses.ts:9:15: error: Cannot make a schema for "Deep", of configuration key "a": "deep.ts" is nested too deeply',
  ]);
});

Deno.test("generate() refuses interfaces that extend themselves, one another, or too many", async () => {
  const chain = Array.from({ length: 4000 }, (_, i) => `interface C${i} extends C${i + 1} { k${i}: 1 }`).join("\n");
  const wide = Array.from(
    { length: 30 },
    (_, i) => ["L", "R"].map((side) => `interface ${side}${i} extends L${i + 1}, R${i + 1} {}`).join("\n"),
  ).join("\n");
  await using folder = await tempPackage({
    "self.ts": processorSource("Self", "@config() a!: I;", "interface I extends I { k: 1 }"),
    "pair.ts": processorSource("Pair", "@config() a!: I;", "interface I extends J {}\ninterface J extends I {}"),
    "chain.ts": processorSource("Chain", "@config() a!: C0;", `${chain}\ninterface C4000 { k: 1 }`),
    "wide.ts": processorSource("Wide", "@config() a!: L0;", `${wide}\ninterface L30 { k: 1 }\ninterface R30 { m: 1 }`),
    "good.ts": processorSource("Good"),
  });
  const { nodeTypes, problems } = await folder.run();
  assert.deepEqual(nodeTypes, ["good"]);
  assert.deepEqual(problems.map((each) => each.replace(/wide\.ts:\d+:\d+/, "wide.ts").replace('"1"', '"…"')), [
    'chain.ts:34:23: error: Cannot make a schema for "C32", of configuration key "a": it is nested too deeply, or too large',
    'pair.ts:4:21: error: Cannot make a schema for "I", of configuration key "a": it contains itself',
    'self.ts:3:21: error: Cannot make a schema for "I", of configuration key "a": it contains itself',
    'wide.ts: error: Cannot make a schema for "…", of configuration key "a": it is nested too deeply, or too large',
  ]);
});

Deno.test("generate() ends on type parameters, constants and exports that stand for more and more", async () => {
  const doubled = Array.from({ length: 60 }, (_, i) => `const d${i} = [d${i + 1}, d${i + 1}];`).join("\n");
  const added = Array.from({ length: 60 }, (_, i) => `const t${i} = t${i + 1} + t${i + 1};`).join("\n");
  await using folder = await tempPackage({
    "doubled.ts": processorSource("Doubled", "@config() a = d0;", `${doubled}\nconst d60 = 1;`),
    "added.ts": processorSource("Added", "@config() a = t0;", `${added}\nconst t60 = "text";`),
    "generic.ts": processorSource("Generic extends Base", "", "abstract class Base<T = T[]> { @config() a!: T }"),
    "exports.ts": processorSource("Exports", "@config() a!: Nowhere;", `import { Nowhere } from "./one.ts";`),
    "one.ts": `export * from "./two.ts";\nexport * from "./one.ts";\nexport * from "./two.ts?";\n`.repeat(20),
    "two.ts": `export * from "./one.ts";\nexport * from "./two.ts";\n`.repeat(20),
    "good.ts": processorSource("Good"),
  });
  const { nodeTypes, problems } = await folder.run();
  assert.deepEqual(nodeTypes, ["good"]);
  assert.deepEqual(problems.map((each) => each.replace(/:\d+:\d+: error/, "")), [
    'added.ts: Cannot know the default of configuration key "a": "t0" is not a constant',
    'doubled.ts: Cannot know the default of configuration key "a": "d0" is not a constant',
    'exports.ts: Cannot make a schema for "Nowhere", of configuration key "a": "one.ts" does not export "Nowhere"',
    'generic.ts: Cannot make a schema for "T", of configuration key "a": it is nested too deeply, or too large',
  ]);
});

Deno.test("generate() says where a configuration is nested too deeply", async () => {
  await using folder = await tempPackage({ "good.ts": processorSource("Good") });
  await folder.write("sluice.json", `{ "name": "x",\n  "include": ${"[".repeat(100_000)}`);
  const { problems } = await folder.run();
  assert.deepEqual(problems, [
    "sluice.json:2:77: error: Cannot read sluice.json as JSON: it is nested more than 64 levels deep",
  ]);
});

Deno.test("watch() goes on after a file that is nested too deeply", async () => {
  await using folder = await tempPackage({ "good.ts": processorSource("Good") });
  const stop = new AbortController();
  const runs: WatchRun[] = [];
  const problems = (run: WatchRun) => run.result.diagnostics.map((each) => formatDiagnostic(each).split("\n", 1)[0]);
  const steps = [
    () => folder.write("bad.ts", processorSource("Bad", DEEP.lists(20_000))),
    () => folder.write("bad.ts", processorSource("Bad")),
    () => Promise.resolve(stop.abort()),
  ];
  const found = (run: WatchRun) => [problems(run), run.result.nodeTypes];
  await watch(folder, (run) => {
    // The system may tell of one save twice.
    if (runs.length > 0 && isDeepStrictEqual(found(run), found(runs.at(-1)!))) return;
    runs.push(run);
    void steps.shift()?.();
  }, stop.signal);
  assert.match(problems(runs[1])[0], /^bad\.ts:9:\d+: error: Cannot read the file: it is nested/);
  assert.deepEqual(runs[1].result.nodeTypes, ["good"]);
  assert.deepEqual(problems(runs[2]), []);
  assert.deepEqual(runs[2].result.nodeTypes, ["bad", "good"]);
});
