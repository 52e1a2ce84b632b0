/** One name with an implementation for each system, as generated code has it. */
import assert from "node:assert/strict";
import { NodeRegistry } from "../core/registry/node_registry.ts";
import { currentPlatform } from "../core/descriptor/platform.ts";
import { nodePackage } from "./testdata/accepted/platforms/sluice.gen.ts";

Deno.test("a node type of several systems is one in the registry, and loads the class of this system", async () => {
  const registry = new NodeRegistry([nodePackage]);
  assert.deepEqual(registry.listNodeTypes(), ["camera"]);
  const { platforms } = registry.getMetadata("camera");
  assert.deepEqual([...platforms ?? []].sort(), ["darwin", "linux"]);
  const classes = { linux: "LinuxCamera", darwin: "AppleCamera", windows: undefined };
  const expected = classes[currentPlatform()];
  const loading = registry.get("camera").load();
  if (expected === undefined) await assert.rejects(loading, { code: "NodeTypeNotFound" });
  else assert.equal((await loading)({}).processor.constructor.name, expected);
});
