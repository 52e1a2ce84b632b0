import assert from "node:assert/strict";
import type { NodeModel, PackageModel } from "../model.ts";
import { scanPackage } from "../scan/scan_package.ts";
import { processorSource, tempPackage } from "../fixtures/temp_package.ts";
import { formatTypeScript } from "./format.ts";
import { type EmitCache, emitModule } from "./module.ts";

Deno.test("emitModule() notes of a changed node what that one imports, and not what those after it do", async () => {
  const names = ["One", "Two", "Three", "Four"];
  await using folder = await tempPackage(
    Object.fromEntries(names.map((name) => [`${name.toLowerCase()}.ts`, processorSource(name)])),
  );
  const model = modelOf(folder.root, names.map((name) => `${name.toLowerCase()}.ts`));
  const cache: EmitCache = new WeakMap();
  const usesOf = (nodes: readonly NodeModel[]) => nodes.map((node) => cache.get(node)!.uses.length);
  const text = emitModule(model, formatTypeScript, cache);
  const first = usesOf(model.nodes);
  let { nodes } = model;
  for (let change = 0; change < 12; change++) {
    // A changed class is a model of its own.
    nodes = nodes.map((node, i) => (i === change % nodes.length ? { ...node } : node));
    assert.equal(emitModule({ ...model, nodes }, formatTypeScript, cache), text);
  }
  assert.deepEqual(usesOf(nodes), first);
});

Deno.test("emitModule() exports the types that data frames carry also where it knows the text of their nodes", async () => {
  const port = "@output() reading!: StreamOutput<DataFrame<Reading>>;\n@input() state!: StreamInput<DataFrame<State>>;";
  const types =
    "export interface Reading { level: number }\n/** A struct. @frame */ export interface State { on: boolean }";
  await using folder = await tempPackage({ "meter.ts": processorSource("Meter", port, types) });
  const model = modelOf(folder.root, ["meter.ts"]);
  const cache: EmitCache = new WeakMap();
  const text = emitModule(model, formatTypeScript, cache);
  assert.ok(text.includes("export type { Reading, State };"));
  assert.equal(emitModule(model, formatTypeScript, cache), text);
});

function modelOf(root: string, paths: readonly string[]): PackageModel {
  const { model } = scanPackage({
    root,
    configFile: "sluice.json",
    config: {
      name: "@example/emit",
      runtime: "@sluice/sluice",
      include: [],
      exclude: [],
      output: "sluice.gen.ts",
      schema: "sluice.schema.json",
    },
    paths,
  });
  assert.ok(model !== undefined);
  return model;
}
