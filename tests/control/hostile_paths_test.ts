/** Commands from outside that name files: each text of each shipped type that may be a path, each way to give it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { ConfigObjectSchema, ConfigSchema } from "../../core/descriptor/descriptor.ts";
import { ControlClient } from "../../control/client/client.ts";
import { serveControl } from "../../control.ts";
import { nodePackage, NodeRegistry, Runtime } from "../../mod.ts";
import { nodePackage as shippedStages } from "../../stages.gen.ts";

/** A value with a text at the place of a path. */
type Place = (path: string) => unknown;

/** Finds the places of paths in a value of a schema. */
function placesOf(schema: ConfigSchema): Place[] {
  const { anyOf = [], properties = {}, items, additionalProperties: others } = schema;
  return [
    ...(schema["x-reaches"] === "path" ? [(path: string) => path] : []),
    ...anyOf.flatMap(placesOf),
    ...Object.entries(properties).flatMap(([key, each]) =>
      placesOf(each).map((place) => (path: string) => ({ [key]: place(path) }))
    ),
    ...(typeof items === "object" ? placesOf(items).map((place) => (path: string) => [place(path)]) : []),
    ...(typeof others === "object" ? placesOf(others).map((place) => (path: string) => ({ a: place(path) })) : []),
  ];
}

/** Values of the keys that a node needs. */
function required({ required = [], properties }: ConfigObjectSchema): Record<string, never> {
  const value = ({ type }: ConfigSchema) => type === "array" ? ["true"] : "fine";
  return Object.fromEntries(required.map((key) => [key, value(properties[key]) as never]));
}

/** A folder with links out of it, which commands may write to, and a server. */
async function serveFolder() {
  const outside = await Deno.makeTempDir();
  const root = `${outside}/root`;
  await Deno.mkdir(`${root}/numbered`, { recursive: true });
  await Deno.writeTextFile(`${outside}/secret.json`, '{"version":1,"nodes":{"secret":{"type":"tone-source"}}}');
  await Deno.symlink(outside, `${root}/up`);
  await Deno.symlink(`${outside}/secret.json`, `${root}/secret`);
  await Deno.symlink(`${outside}/new`, `${root}/dangling`);
  await Deno.symlink(`${outside}/secret.json`, `${root}/numbered/7.png`);
  const registry = new NodeRegistry([nodePackage, shippedStages]);
  const runtime = new Runtime({ mode: "live", registry, native: "off", endsWithSources: false });
  await runtime.start();
  const limits = { callsPerSecond: 1e6, burst: 1e6, mainShare: 1, connectionShare: 1 };
  const server = serveControl(runtime, { port: 0, commands: { roots: [root] }, limits });
  const client = new ControlClient({ url: `${server.url.replace("http", "ws")}/rpc` });
  await client.ready();
  return {
    outside,
    registry,
    runtime,
    client,
    async refusal(method: string, params: object): Promise<{ code: string; message: string }> {
      try {
        const result = await client.call(method as "graph.plan", params as never);
        return result.refused ?? { code: "", message: JSON.stringify(result) };
      } catch (error) {
        const { code, message } = error as { code: string; message: string };
        return { code, message };
      }
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await server.close();
      await runtime[Symbol.asyncDispose]();
      await Deno.remove(outside, { recursive: true });
    },
  };
}

/** Paths that mean files outside. */
const pathsOut = (outside: string) => [
  "../x",
  "../x.m3u8",
  "/etc/x.m3u8",
  "a/../../x",
  "./..",
  `${outside}/secret.json`,
  "/etc/passwd",
  `file://${outside}/secret.json`,
  "FILE:secret.json",
  "C:x",
  "..\\x",
  "up/secret.json",
  "up/up/x",
  "secret",
  "dangling",
  "numbered/%d.png",
  "%2e%2e/x",
  "num%d/x.png",
  "x\0",
  "x\0/../../y",
  "",
  ".",
];

Deno.test("no path out of the folders is taken, at any place of any shipped type, by any method", async () => {
  await using served = await serveFolder();
  const { runtime, registry, outside, refusal } = served;
  await served.client.call("graph.edit", { commands: [{ op: "add", type: "tone-source", id: "tone" }] });
  const before = runtime.graph();
  let places = 0;
  for (const { descriptor } of registry.list()) {
    const { type, config } = descriptor;
    for (const place of placesOf(config)) {
      places++;
      for (const path of pathsOut(outside)) {
        const given = { ...required(config), ...place(path) as Record<string, never> };
        // An empty text that is the default names nothing.
        if (path === "" && Object.keys(given).some((key) => config.properties[key].default === "")) continue;
        const node = { type, config: given };
        const add = { commands: [{ op: "add", id: "n", ...node }] };
        const document = { document: { ...before, nodes: { ...before.nodes, n: node } } };
        for (
          const [method, params] of [
            ["graph.edit", add],
            ["graph.plan", add],
            ["graph.edit", { commands: [{ op: "replace", node: "tone", ...node }] }],
            ["graph.apply", document],
            ["graph.plan", document],
          ] as const
        ) {
          const { code, message } = await refusal(method, params);
          // The document's own check may come first.
          const isMalformed = code === "InvalidConfig" && (path === "" || / matching \/\\\.m3u8\$\/$/.test(message));
          ok(
            code === "AccessDenied" || isMalformed && !path.endsWith(".m3u8"),
            `${method} ${type} ${JSON.stringify(given)}: ${code} ${message}`,
          );
        }
      }
    }
  }
  ok(places >= 13, `${places}`);
  for (const path of pathsOut(outside)) {
    const { code, message } = await refusal("graph.save", { path });
    match(code, path === "" ? /InvalidParams/ : /AccessDenied/, `${path}: ${message}`);
  }
  deepEqual(runtime.graph(), before);
  deepEqual((await Array.fromAsync(Deno.readDir(outside), ({ name }) => name)).sort(), ["root", "secret.json"]);
});

Deno.test("a node of the graph gets no path out of the folders, neither by set nor by node.setConfig", async () => {
  await using served = await serveFolder();
  const { outside, refusal, runtime } = served;
  await served.client.call("graph.edit", {
    commands: [{ op: "add", type: "wav-sink", id: "out", config: { path: "out.wav" } }],
  });
  const before = runtime.graph();
  for (const path of pathsOut(outside)) {
    if (path === "") continue;
    const bySet = await refusal("graph.edit", { commands: [{ op: "set", node: "out", values: { path } }] });
    equal(bySet.code, "AccessDenied", path);
    equal((await refusal("node.setConfig", { node: "out", key: "path", value: path })).code, "AccessDenied", path);
  }
  deepEqual(runtime.graph(), before);
});

Deno.test("a document from outside has no sub-graph, whose file nobody has admitted", async () => {
  await using served = await serveFolder();
  const { outside, refusal, runtime } = served;
  for (const graph of [`${outside}/secret.json`, `${outside}/missing.json`, "../secret.json", "up/secret.json"]) {
    const document = { version: 1, nodes: { sub: { graph } } };
    const told = await refusal("graph.apply", { document });
    equal(told.code, "AccessDenied", `${graph}: ${told.message}`);
    equal((await refusal("graph.plan", { document })).message, told.message);
  }
  deepEqual(Object.keys(runtime.graph().nodes), []);
});

Deno.test("commands change no program of a node that the graph has", async () => {
  const registry = new NodeRegistry([nodePackage]);
  await using runtime = new Runtime({ mode: "live", registry, native: "off" });
  runtime.addByType("process", { command: ["cat"] }, { id: "cat" });
  await runtime.start();
  await using server = serveControl(runtime, { port: 0 });
  const client = new ControlClient({ url: `${server.url.replace("http", "ws")}/rpc` });
  await client.ready();
  const code = (asked: Promise<unknown>) => asked.then(() => "", (error: { code: string }) => error.code);
  const command = ["sh", "-c", "true"];
  const commands = [{ op: "set" as const, node: "cat", values: { command } }];
  equal(await code(client.call("graph.edit", { commands })), "AccessDenied");
  equal(await code(client.call("node.setConfig", { node: "cat", key: "command", value: command })), "AccessDenied");
  const nodes = { cat: { type: "process", config: { command } } };
  equal(await code(client.call("graph.apply", { document: { version: 1, nodes } })), "AccessDenied");
  deepEqual(runtime.graph().nodes.cat.config?.command, ["cat"]);
  client.close();
});
