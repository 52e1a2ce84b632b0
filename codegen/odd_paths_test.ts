import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { NodePackage } from "../core/registry/node_type.ts";
import { findStaleSources } from "../core/registry/staleness.ts";
import { processorSource, tempPackage } from "./fixtures/temp_package.ts";

const CORE = new URL("../core/", import.meta.url).href;

/** Names of files that an import specifier must encode, and one that it need not. */
const ODD = Deno.build.os === "windows"
  ? ["a#b", "c%20d", "e f"]
  : ["a#b", "a?b", "c%20d", "a\\b", "e f", "音/ü", "g\nh"];

Deno.test("generate() imports files whose names mean something else in a URL", async () => {
  const source = (name: string) =>
    processorSource(name, "  @config()\n  mode: Mode = Mode.On;", `import { Mode } from "./odd%23types.ts";`)
      .replace(/^import \{ config.*$/m, `import { config, input, processor } from "${CORE}annotations.ts";`)
      .replace(/^import type.*$/m, `import type { AudioFrame, StreamInput } from "${CORE}../generated.ts";`)
      .replace("./odd", name === "Node5" ? "../odd" : "./odd");
  const files = ODD.map((path, i) => [`${path}.ts`, source(`Node${i}`)]);
  await using own = await tempPackage({
    ...Object.fromEntries(files),
    "odd#types.ts": `export enum Mode {\n  On = "on",\n}\n`,
  });
  const result = await own.run();
  assert.deepEqual(result.problems, []);
  const module = await import(pathToFileURL(join(own.root, "sluice.gen.ts")).href) as { nodePackage: NodePackage };
  assert.equal(module.nodePackage.nodes.length, ODD.length);
  for (const node of module.nodePackage.nodes) {
    const make = await node.load();
    assert.equal((make({}).processor as unknown as { mode: string }).mode, "on", node.descriptor.source);
  }
  assert.deepEqual(await findStaleSources(module.nodePackage), []);
  await own.write(`${ODD[0]}.ts`, `${files[0][1]}\n// Changed.\n`);
  assert.deepEqual(await findStaleSources(module.nodePackage), [{ path: "a%23b.ts", isMissing: false }]);
});
