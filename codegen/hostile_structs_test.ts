import assert from "node:assert/strict";
import { join } from "node:path";
import { processorSource, tempPackage } from "./fixtures/temp_package.ts";

/** A file with structs, each given as its name and its fields. */
function structs(...all: [string, string][]): string {
  const text = all.map(([name, fields]) => `/** @frame */\nexport interface ${name} { ${fields} }`).join("\n");
  return processorSource("Holder", "", text);
}

Deno.test("generate() refuses a long chain of structs with what is true of it", async () => {
  const chain = Array.from({ length: 200 }, (_, i): [string, string] => [`N${i}`, `a: N${i + 1};`]);
  await using folder = await tempPackage({ "a.ts": structs(...chain, ["N200", "a: number;"]) });
  const { problems } = await folder.run();
  assert.equal(
    problems[0],
    'a.ts:70:18: error: Cannot lay out struct "N33": more than 32 structs stand around it, "N0" first',
  );
  assert.equal(problems.filter((each) => each.includes("contains itself")).length, 0);
});

Deno.test("generate() reads a struct that stands in others many times once, and bounds its fields", async () => {
  const doubled = Array.from({ length: 30 }, (_, i): [string, string] => [`N${i}`, `a: N${i + 1}; b: N${i + 1};`]);
  await using folder = await tempPackage({ "a.ts": structs(...doubled, ["N30", "a: U8;"]) });
  const { problems } = await folder.run();
  assert.deepEqual(problems.map((each) => each.replace(/^\S+ /, "")), [
    'error: Cannot lay out struct "N20": it has 3070 fields, counting those of the structs in it, wanted 2048 at most',
  ]);
});

Deno.test("generate() refuses two structs of one name, and two node types whose types have one", async () => {
  await using folder = await tempPackage({
    "a.ts": structs(["Reading", "x: number;"]),
    "b.ts": `/** @frame */\nexport interface Reading { y: F32 }\nimport type { F32 } from "@sluice/sluice";\n`,
    "node.ts": processorSource("Node"),
    "node_node.ts": processorSource("NodeNode"),
  });
  const { problems, files } = await folder.run();
  assert.deepEqual(files, []);
  assert.deepEqual(problems, [
    'b.ts:2:18: error: Cannot lay out struct "Reading": the name is taken by the one of "a.ts"',
    'node_node.ts:6:14: error: Cannot register node type "node-node": in code it would be "nodeNode", as would "node" (node.ts:6)',
  ]);
});

Deno.test("generate() makes views of structs that only stand in others, in files that are not included", async () => {
  await using folder = await tempPackage({
    "src/a.ts": processorSource(
      "Holder",
      "@output() out!: StreamOutput<DataFrame<Outer>>;",
      `import type { Inner } from "../other/inner.ts";\n/** @frame */\nexport interface Outer { a: Inner }`,
    ),
    "other/inner.ts": `/** @frame */\nexport interface Inner { x: number }\n`,
  }, { include: ["src/*.ts"] });
  const { problems, files } = await folder.run();
  assert.deepEqual(problems, []);
  assert.match(files[0].text, /class InnerView /);
});

Deno.test({
  name: "generate() writes Rust that compiles whatever the structs and fields are called",
  ignore: !await has("rustc"),
  fn: async () => {
    const words =
      ("abstract as async await become box break const continue crate do dyn else enum extern false final " +
        "fn for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct super " +
        "trait true try type typeof union unsafe unsized use virtual where while yield auto default raw safe macro_rules " +
        "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize core std alloc").split(" ");
    const fields = [...words, "aB", "a_b", "a__", "_", "__"].map((each) => `${each}: U8;`).join(" ");
    const names = [
      ..."Self Vec Option Some None Result Ok Err String Box Copy Clone Debug PartialEq Eq Drop Send Sync Fn".split(
        " ",
      ),
      ..."self_ Self_ crate dyn gen union async u8_ r core std alloc f64x bool char usize u8 f64 i32 $a _a A$".split(
        " ",
      ),
    ];
    await using folder = await tempPackage({
      "a.ts": structs(
        ["Words", fields],
        ["Bare", "a: number; b: FixedArray<F32, 2>; c: boolean;"],
        ...names.map((each): [string, string] => [each, "x: number; w: Words;"]),
      ).replace("/** @frame */", '/** A \u202e turned, *and* \u2028 broken comment. ``` " \\ #[x]\n * @frame */'),
    }, { rust: "twins.gen.rs" });
    const { problems, files } = await folder.run();
    assert.deepEqual(problems, []);
    assert.equal(files.length, 3);
    const { code, stderr } = await new Deno.Command("rustc", {
      args: [
        "--edition",
        "2024",
        "--crate-name",
        "twins",
        "--crate-type",
        "lib",
        "--emit",
        "metadata",
        "--out-dir",
        folder.root,
        "-A",
        "warnings",
      ]
        .concat(join(folder.root, "twins.gen.rs")),
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  },
});

async function has(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}
