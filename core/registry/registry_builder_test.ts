import assert from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { NodeRegistry } from "./node_registry.ts";
import { type AnyNodeType, definePackage } from "./node_type.ts";
import { currentPlatform, forPlatform } from "./platform.ts";
import { assertNodeNotRegistered, assertNodePort, assertNodeRegistered } from "./registry_asserts.ts";

function typeOf(type: string, source = `${type}.ts:1`): AnyNodeType {
  const ports = [port({ name: "audio", direction: "input", kind: "audio" })];
  return fixture(() => ({ process: () => {} }), { type, source, ports });
}

function packageOf(name: string, nodes: AnyNodeType[], packages: ReturnType<typeof definePackage>[] = []) {
  return definePackage({ name, url: "", nodes, packages, sources: {} });
}

Deno.test("NodeRegistry.builder() takes types, lists, packages, factories and conditions", () => {
  const registry = NodeRegistry.builder()
    .node(typeOf("a"))
    .nodes([typeOf("b"), packageOf("@example/c", [typeOf("c")], [packageOf("@example/d", [typeOf("d")])])])
    .nodeWith(({ platform }) => typeOf(`e-${platform}`))
    .nodeWith(({ has }) => has("b") ? undefined : typeOf("f"))
    .nodeIf(true, typeOf("g"))
    .nodeIf(false, typeOf("h"))
    .nodeIf(({ platform }) => platform === currentPlatform(), typeOf("i"))
    .build();
  assert.deepEqual(registry.listNodeTypes(), ["a", "b", "c", "d", `e-${currentPlatform()}`, "g", "i"]);
});

Deno.test("NodeRegistry.builder() names both places of a clash", () => {
  const builder = NodeRegistry.builder()
    .nodes([packageOf("@example/one", [typeOf("gain", "one.ts:4")])])
    .nodes([packageOf("@example/two", [typeOf("gain", "two.ts:9")])]);
  assert.throws(() => builder.build(), {
    code: "InvalidGraph",
    message:
      `Cannot register node type "gain" of @example/two (two.ts:9): the name is taken by @example/one (one.ts:4); choose another with @processor({ name })`,
  });
});

Deno.test("NodeRegistry.builder() gives a name the implementation of this system", () => {
  const [here, elsewhere] = [typeOf("camera", "here.ts:1"), typeOf("camera", "elsewhere.ts:1")];
  const registry = NodeRegistry.builder()
    .nodeIf(({ platform }) => platform === currentPlatform(), here)
    .nodeIf(({ platform }) => platform !== currentPlatform(), elsewhere)
    .build();
  assert.equal(registry.getMetadata("camera").source, "here.ts:1");
});

Deno.test("NodeRegistry.builder() refuses what is no node type", () => {
  const builder = NodeRegistry.builder().node({} as AnyNodeType);
  assert.throws(() => builder.build(), { code: "InvalidGraph", message: /^Cannot register a node type: / });
});

Deno.test("NodeRegistry.getMetadata() tells the package, and refuses an unknown name", () => {
  const registry = new NodeRegistry([packageOf("@example/one", [typeOf("gain")])]);
  assert.equal(registry.getMetadata("gain").package, "@example/one");
  assert.throws(() => registry.getMetadata("gian"), { code: "NodeTypeNotFound", message: /did you mean "gain"/ });
});

Deno.test("assertNodeRegistered() and its kin tell what there is", () => {
  const registry = new NodeRegistry([packageOf("@example/one", [typeOf("gain")])]);
  assert.equal(assertNodeRegistered(registry, "gain").type, "gain");
  assert.throws(() => assertNodeRegistered(registry, "mixer"), {
    name: "AssertionError",
    message: `Node type "mixer" is not registered; registered: "gain"`,
  });
  assertNodeNotRegistered(registry, "mixer");
  assert.throws(() => assertNodeNotRegistered(registry, "gain"), {
    message: `Node type "gain" is registered (gain.ts:1)`,
  });
  assertNodePort(registry, "gain", "input", "audio");
  assert.throws(() => assertNodePort(registry, "gain", "output", "audio"), {
    message: /^Node type "gain" has no output "audio"; outputs: /,
  });
});

Deno.test("forPlatform() chooses, or says for which systems there is something", () => {
  assert.equal(forPlatform("camera", { linux: 1, darwin: 2 }, "darwin"), 2);
  assert.throws(() => forPlatform("camera", { linux: 1, darwin: 2 }, "windows"), {
    code: "NodeTypeNotFound",
    message: `Cannot load node type "camera": it has no implementation for windows; there is one for linux, darwin`,
  });
});
