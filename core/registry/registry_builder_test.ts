import assert from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { NodeRegistry } from "./node_registry.ts";
import { type AnyNodeType, definePackage, type NodeType } from "./node_type.ts";
import { currentPlatform, forPlatform } from "../descriptor/platform.ts";
import { assertNodeNotRegistered, assertNodePort, assertNodeRegistered } from "../../testing/registry_asserts.ts";

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

Deno.test("NodeRegistry.builder() names both places of a clash, in the call that brings it", () => {
  const message =
    `Cannot register node type "gain" of @example/two (two.ts:9): the name is taken by @example/one (one.ts:4); choose another with @processor({ name })`;
  const [one, two] = [typeOf("gain", "one.ts:4"), typeOf("gain", "two.ts:9")];
  const [first, second] = [packageOf("@example/one", [one]), packageOf("@example/two", [two])];
  const builder = () => NodeRegistry.builder().nodes([first]);
  const clash = { code: "InvalidGraph", message };
  for (
    const add of [
      () => builder().nodes([second]),
      () => builder().nodes([two]),
      () => builder().node(two),
      () => builder().nodeIf(true, two),
      () => NodeRegistry.builder().node(one).nodes([packageOf("@example/three", [], [second])]),
    ]
  ) assert.throws(add, clash);
  for (const decided of [builder().nodeWith(() => two), builder().nodeIf(() => true, two)]) {
    assert.throws(() => decided.build(), clash);
  }
});

Deno.test("NodeRegistry.builder() refuses the same type a second time, and names both calls", () => {
  const gain = typeOf("gain");
  const twice = (call: string, first: string) => ({
    code: "InvalidGraph",
    message: `Cannot register node type "gain" (gain.ts:1) by ${call} of the builder: ${first} has registered it ` +
      "already; leave one of the two out",
  });
  assert.throws(() => NodeRegistry.builder().node(gain).node(gain), twice("node() (call 2)", "node() (call 1)"));
  assert.throws(
    () => NodeRegistry.builder().nodes([typeOf("a"), packageOf("@example/one", [gain])]).node(gain),
    twice("node() (call 2)", "nodes() (call 1)"),
  );
  const late = NodeRegistry.builder().nodeWith(() => gain).nodeWith(() => undefined).nodeIf(() => true, gain);
  assert.throws(() => late.build(), twice("nodeIf() (call 3)", "nodeWith() (call 1)"));
  const builder = NodeRegistry.builder().node(gain).nodeWith(({ has }) => has("gain") ? undefined : gain);
  for (const built of [builder.build(), builder.build()]) assert.deepEqual(built.listNodeTypes(), ["gain"]);
});

Deno.test("NodeRegistry.builder() and the registry take a package that several packages list", () => {
  const shared = packageOf("@example/shared", [typeOf("gain")]);
  const packages = ["a", "b"].map((name) => packageOf(name, [typeOf(name)], [shared]));
  assert.deepEqual(NodeRegistry.builder().nodes([...packages, shared]).build().listNodeTypes(), ["a", "b", "gain"]);
  assert.deepEqual(new NodeRegistry(packages).listNodeTypes(), ["a", "b", "gain"]);
});

Deno.test("NodeRegistry.builder() gives a name the implementation of this system", () => {
  const [here, elsewhere] = [typeOf("camera", "here.ts:1"), typeOf("camera", "elsewhere.ts:1")];
  const registry = NodeRegistry.builder()
    .nodeIf(({ platform }) => platform === currentPlatform(), here)
    .nodeIf(({ platform }) => platform !== currentPlatform(), elsewhere)
    .build();
  assert.equal(registry.getMetadata("camera").source, "here.ts:1");
});

Deno.test("NodeRegistry.builder() refuses at once what it cannot register", () => {
  const wanted = "wanted a node type, such as nodes.gain";
  const list = "wanted a list of node types and packages";
  const condition = "wanted a condition: true, false, or a function that gives one of them";
  const factory = "wanted a function that gives a node type, or undefined for none";
  const gain = typeOf("gain");
  type Call = (builder: ReturnType<typeof NodeRegistry.builder>) => unknown;
  const calls: [string, Call, string][] = [
    ["node", (each) => each.node({} as AnyNodeType), `found an object, ${wanted}`],
    ["node", (each) => each.node(null as never), `found null, ${wanted}`],
    ["node", (each) => each.node((gain as NodeType)() as never), `found "gain" with a configuration, ${wanted}`],
    ["node", (each) => each.node(packageOf("p", []) as never), `found the package "p", ${wanted}`],
    ["nodes", (each) => each.nodes(null as never), `found null, ${list}`],
    ["nodes", (each) => each.nodes("gain" as never), `found a string, ${list}`],
    ["nodes", (each) => each.nodes(gain as never), `found a function, ${list}`],
    ["nodes", (each) => each.nodes([gain, undefined as never]), `found undefined, ${wanted}`],
    ["nodeWith", (each) => each.nodeWith(gain.descriptor as never), `found an object, ${factory}`],
    ["nodeIf", (each) => each.nodeIf("linux" as never, gain), `found a string, ${condition}`],
    ["nodeIf", (each) => each.nodeIf(false, new Map() as never), `found an instance of Map, ${wanted}`],
    ["nodeWith", (each) => each.nodeWith(() => null as never).build(), `found null, ${wanted}`],
    ["nodeWith", (each) => each.nodeWith(() => Promise.resolve(gain) as never).build(), `found a promise, ${wanted}`],
  ];
  for (const [method, call, found] of calls) {
    assert.throws(() => call(NodeRegistry.builder()), {
      code: "InvalidGraph",
      message: `Cannot register node types by ${method}() (call 1) of the builder: ${found}`,
    });
  }
});

Deno.test("NodeRegistry refuses what is no list, no package and no node type", () => {
  for (
    const [make, message] of [
      [() => new NodeRegistry(null as never), "Cannot make a registry: found null, wanted a list of packages"],
      [
        () => new NodeRegistry([typeOf("gain") as never]),
        'Cannot register a package: found a function, wanted a package, which a sluice.gen.ts exports as "nodePackage"',
      ],
      [
        () => new NodeRegistry().add([] as never),
        "Cannot register a node type: found a list, wanted a node type, such as nodes.gain",
      ],
      [
        () => new NodeRegistry([{ name: "p", nodes: [null] } as never]),
        "Cannot register a node type: found null, wanted a node type, such as nodes.gain",
      ],
    ] as const
  ) assert.throws(make, { code: "InvalidGraph", message });
});

Deno.test("NodeRegistry.getMetadata() tells the package, and refuses an unknown name", () => {
  const registry = new NodeRegistry([packageOf("@example/one", [typeOf("gain")])]);
  assert.equal(registry.getMetadata("gain").package, "@example/one");
  assert.throws(() => registry.getMetadata("gian"), { code: "NodeTypeNotFound", message: /did you mean "gain"/ });
  assert.throws(() => registry.getMetadata("com.example.hum"), {
    message: 'Cannot find node type "com.example.hum"; available: "gain"; it is named as a plugin\'s stage: name the ' +
      "plugin's folder by --plugins, or load it by loadPlugins()",
  });
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
