import assert from "node:assert/strict";
import { ROOT } from "./root.ts";
import { rare } from "../tests/fixtures/rare.ts";

/** What people who build graphs name, and what the declarations of generated code are made of. */
const IN_BOTH = [
  "AudioFrame",
  "DataFrame",
  "EncodedFrame",
  "Frame",
  "KnownPorts",
  "NodeHandle",
  "NodePackage",
  "NodeSpec",
  "NodeType",
  "PacketFieldsOf",
  "PacketFrame",
  "PortsOf",
  "StreamInput",
  "StreamOutput",
  "VideoFrame",
];

Deno.test("mod.ts exports at most 180 names, and none that only generated code needs", async () => {
  const [door, generated] = await Promise.all([namesOf("mod.ts"), namesOf("generated.ts")]);
  assert.ok(door.has("Runtime") && generated.has("defineNodeType"));
  assert.ok(door.size <= 180, `${door.size} names`);
  assert.deepEqual([...generated].filter((name) => door.has(name)).sort(), IN_BOTH);
});

Deno.test("mod.ts exports the standard node types under one name", async () => {
  const [door, nodes] = await Promise.all([namesOf("mod.ts"), namesOf("sluice.gen.ts")]);
  assert.ok(nodes.has("gain") && nodes.has("GainHandle"));
  assert.deepEqual([...nodes].filter((name) => door.has(name)).sort(), ["nodePackage", "nodes"]);
});

Deno.test("deno.json exports each public module, and publishes it", async () => {
  const { exports, publish } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  assert.deepEqual(exports, {
    ".": "./mod.ts",
    "./nodes": "./sluice.gen.ts",
    "./stages": "./stages.gen.ts",
    "./testing": "./testing.ts",
    "./generated": "./generated.ts",
    "./kernels": "./kernels.ts",
    "./media": "./media.ts",
    "./gpu": "./gpu.ts",
    "./plugins": "./plugins.ts",
    "./pipelines": "./pipelines.ts",
    "./control": "./control.ts",
    "./client": "./client.ts",
    "./http": "./transports/http/mod.ts",
    "./hls": "./transports/hls/mod.ts",
    "./webrtc": "./transports/webrtc/mod.ts",
    "./grpc": "./transports/grpc/mod.ts",
    "./cli": "./cli/start.ts",
  });
  for (const path of Object.values<string>(exports)) {
    const [first] = path.replace("./", "").split("/");
    assert.ok(publish.include.includes(first), path);
  }
});

rare(Deno.test)("what people import loads no transport, and the contract of transports loads no package", async () => {
  for (
    const door of [
      "mod.ts",
      "testing.ts",
      "generated.ts",
      "kernels.ts",
      "media.ts",
      "gpu.ts",
      "plugins.ts",
      "pipelines.ts",
      "control.ts",
    ]
  ) {
    const loaded = await loadedBy(door);
    assert.ok(loaded.length > 1, door);
    assert.deepEqual(loaded.filter((path) => path.startsWith("transports/")), [], door);
  }
  const http = await loadedBy("transports/http/mod.ts");
  assert.deepEqual(
    http.filter((path) => path.startsWith("transports/grpc/") || /@connectrpc|@bufbuild/.test(path)),
    [],
  );
  const contract = await loadedBy("core/pipeline/transport.ts");
  assert.deepEqual(contract.filter((path) => !/^(core|ffi)\//.test(path)), []);
});

Deno.test("client.ts loads no package, no module of Node and nothing that runs graphs, and names nothing of Deno", async () => {
  const loaded = await loadedAtRunTime("client.ts");
  assert.ok(loaded.includes("transports/http/web_socket_transport.ts"));
  const allowed =
    /^(client\.ts$|transports\/(http\/|(client_calls|client_state|wire_error)\.ts$)|control\/schemas\/|core\/(errors|values|frames|pipeline|element_index)\b|ffi\/layout)/;
  assert.deepEqual(loaded.filter((path) => !allowed.test(path)), []);
  for (const path of loaded) {
    const text = (await Deno.readTextFile(ROOT + path)).replace(/\/\*[^]*?\*\/|\/\/.*$/gm, "");
    assert.doesNotMatch(text, /\bDeno\.|\bprocess\.|["']node:/, path);
  }
});

/** What importing a module loads: paths of this checkout, and specifiers of everything else. */
async function loadedBy(path: string): Promise<string[]> {
  return (await modulesOf(path)).map(({ specifier }) => inCheckout(specifier));
}

/** The same without what is imported for its types alone. */
async function loadedAtRunTime(path: string): Promise<string[]> {
  const modules = new Map((await modulesOf(path)).map((each) => [each.specifier, each]));
  const loaded = new Set([new URL(`file://${ROOT}${path}`).href]);
  for (const specifier of loaded) {
    for (const { code } of modules.get(specifier)?.dependencies ?? []) {
      if (code !== undefined) loaded.add(code.specifier);
    }
  }
  return [...loaded].map(inCheckout);
}

interface GraphModule {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly code?: { readonly specifier: string } }[];
}

async function modulesOf(path: string): Promise<readonly GraphModule[]> {
  const { stdout, code } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", ROOT + path] }).output();
  assert.equal(code, 0);
  return JSON.parse(new TextDecoder().decode(stdout)).modules;
}

function inCheckout(specifier: string): string {
  return specifier.replace(new URL(`file://${ROOT}`).href, "");
}

/** The names that a module exports, types among them. */
async function namesOf(path: string): Promise<Set<string>> {
  const { stdout, code } = await new Deno.Command(Deno.execPath(), { args: ["doc", "--json", ROOT + path] }).output();
  assert.equal(code, 0);
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const [{ symbols }] = Object.values<{ symbols: { name: string }[] }>(nodes);
  return new Set(symbols.map(({ name }) => name));
}
