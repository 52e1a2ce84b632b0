/** What graphs from outside may name, by the attempts of those who want more. */
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { NodeRegistry } from "../registry/node_registry.ts";
import { nodePackage } from "../../sluice.gen.ts";
import type { SluiceError } from "../errors.ts";
import type { GraphFile } from "../graph/schema.ts";
import { GraphPolicy, type GraphPolicyOptions } from "./graph_policy.ts";
import { PipelineRunner } from "./pipeline_runner.ts";

const registry = new NodeRegistry([nodePackage]);
const TYPES = ["gain", "wav-source", "image-source", "http-source", "udp-source", "udp-sink"];

/** A folder that graphs may use, `open`, beside one that they may not. */
async function folders() {
  const path = await Deno.realPath(await Deno.makeTempDir());
  for (const name of ["open/%d", "open/in", "open/frames", "secret"]) {
    await Deno.mkdir(`${path}/${name}`, { recursive: true });
  }
  await Deno.writeTextFile(`${path}/secret/key`, "key");
  await Deno.writeTextFile(`${path}/open/in/a.wav`, "RIFF");
  await Deno.symlink("../secret", `${path}/open/way`);
  await Deno.symlink("../secret/key", `${path}/open/key.wav`);
  await Deno.symlink("../secret/none", `${path}/open/none.wav`);
  await Deno.symlink("in/a.wav", `${path}/open/inner.wav`);
  await Deno.symlink("../../secret/key", `${path}/open/frames/1.png`);
  const policy = (more: Partial<GraphPolicyOptions> = {}) =>
    new GraphPolicy({
      registry,
      nodes: TYPES,
      roots: [`${path}/open`],
      hosts: ["media.example", "a.example:81"],
      ...more,
    });
  return { path, policy, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function one(type: string, config?: unknown): unknown {
  return { version: 1, nodes: { a: { type, ...(config !== undefined && { config }) } } };
}

const file = (path: string) => one("wav-source", { path });
const gain = (more: object) => ({ version: 1, nodes: { a: { type: "gain", ...more } } });

const LOOP: { me?: unknown } = {};
LOOP.me = LOOP;

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
}

const PATH = /"path" of node "a" is .*, wanted a relative path in a folder that the server allows/;
const HOST = /wanted (a URL|the address) of a host that is allowed: "media\.example" and "a\.example:81"/;

/** What is refused: by which code, and with which words. */
const HOSTILE: { readonly [what: string]: readonly [graph: unknown, code: string, says: RegExp] } = {
  "a folder above": [file("../secret/key"), "AccessDenied", PATH],
  "a folder above, further in": [file("in/../../secret/key"), "AccessDenied", PATH],
  "an absolute path": [file("/etc/passwd"), "AccessDenied", PATH],
  "an absolute path of a file in the folder": [file("/in/a.wav"), "AccessDenied", PATH],
  "a file of a drive": [file("C:new.wav"), "AccessDenied", PATH],
  "a path with a drive": [file("C:/key"), "AccessDenied", PATH],
  "a path with backslashes": [file("..\\secret\\key"), "AccessDenied", PATH],
  "a path with NUL": [file("in/a.wav\0.png"), "AccessDenied", PATH],
  "a URL of a file": [file("file:///etc/passwd"), "AccessDenied", PATH],
  "a link out of the folder": [file("key.wav"), "AccessDenied", PATH],
  "a link to nothing out of the folder": [file("none.wav"), "AccessDenied", PATH],
  "a folder by a link, with a file that is there": [file("way/key"), "AccessDenied", PATH],
  "a folder by a link, with a file that is not": [file("way/none"), "AccessDenied", PATH],
  "a folder that is not there": [
    file("none/a.wav"),
    "AccessDenied",
    /wanted one whose folder exists .*: make it first/,
  ],
  "the folder itself": [file("."), "AccessDenied", PATH],
  "numbered files, one of them a link": [one("image-source", { path: "frames/%d.png" }), "AccessDenied", PATH],
  "a number in the place of a folder": [one("image-source", { path: "%d/%d.png" }), "AccessDenied", PATH],
  "a URL": [one("http-source", { url: "http://10.0.0.1/" }), "AccessDenied", HOST],
  "a URL with the host as a name": [
    one("http-source", { url: "http://media.example@evil.example" }),
    "AccessDenied",
    HOST,
  ],
  "a URL of another port": [one("http-source", { url: "http://a.example:82/" }), "AccessDenied", HOST],
  "an address by default": [one("udp-sink", { port: 9 }), "AccessDenied", /"hostname" .* is "127\.0\.0\.1"/],
  "no address": [
    one("udp-source", { port: 9 }),
    "AccessDenied",
    /node "a" names no host; name one in hostname or group/,
  ],
  "an address of a socket": [one("udp-sink", { hostname: "unix:/run/x" }), "AccessDenied", HOST],
  "the environment": [file("${env:HOME}/a.wav"), "AccessDenied", /node "a" refers to the environment/],
  "the environment, further in": [
    one("http-source", { url: "http://media.example", headers: { x: "${env:TOKEN}" } }),
    "AccessDenied",
    /refers to the environment/,
  ],
  "a sub-graph": [{ version: 1, nodes: { a: { graph: "../a.json" } } }, "AccessDenied", /has "graph".*may not have/],
  "a type that is not named": [one("wav-sink"), "AccessDenied", /is of type "wav-sink", .* allowed: "gain", /],
  "a type with a path": [one("./gain.ts#gain"), "AccessDenied", /is not allowed/],
  "a type with a package": [one("@sluice/sluice/gain"), "AccessDenied", /is not allowed/],
  "a type of an object's prototype": [one("constructor"), "AccessDenied", /is not allowed/],
  "plugins": [{ ...gain({}), plugins: ["codecs"] }, "AccessDenied", /the graph has "plugins"/],
  "packages": [{ ...gain({}), packages: ["./a.ts"] }, "AccessDenied", /the graph has "packages"/],
  "pools": [{ ...gain({}), pools: { audio: { slots: 1_048_576 } } }, "AccessDenied", /the graph has "pools"/],
  "memory": [{ ...gain({}), memory: { limit: 2 ** 40 } }, "AccessDenied", /the graph has "memory"/],
  "an unknown key": [gain({ env: {} }), "AccessDenied", /node "a" has "env"/],
  "a process": [gain({ isolate: "process" }), "AccessDenied", /node "a" has "isolate"/],
  "a priority": [gain({ priority: "realtime" }), "AccessDenied", /node "a" has "priority"/],
  "a lane": [gain({ lane: "x" }), "LimitExceeded", /needs 1 lanes beside "main", at most 0 allowed/],
  "a lane with processors": [{ ...gain({}), lanes: { x: { cpus: [0] } } }, "AccessDenied", /lane "x" has "cpus"/],
  "lanes": [{ ...gain({}), lanes: "auto" }, "AccessDenied", /leaves the choice of lanes to the runtime/],
  "a lane that the runtime chooses": [gain({ lane: "auto" }), "AccessDenied", /leaves the choice of lanes/],
  "conversions": [{ ...gain({}), convert: "auto" }, "AccessDenied", /"convert" of the graph is "auto"/],
  "a conversion": [
    { ...gain({}), links: [{ from: "a.b", to: "b.a", convert: "auto" }] },
    "AccessDenied",
    /"convert" of link 1/,
  ],
  "an unknown key of a link": [
    { ...gain({}), links: [{ from: "a.b", to: "b.a", through: "x" }] },
    "AccessDenied",
    /link 1 has "through"/,
  ],
  "many links": [{ ...gain({}), links: Array(257).fill({}) }, "LimitExceeded", /has 257 links, at most 256 allowed/],
  "long links": [{ ...gain({}), capacity: { byKind: { video: 65_536 } } }, "LimitExceeded", /hold 65536 frames/],
  "keys of prototypes": [JSON.parse('{"version":1,"nodes":{},"__proto__":{"a":1}}'), "AccessDenied", /has "__proto__"/],
  "a key of prototypes in a node": [
    JSON.parse('{"version":1,"nodes":{"a":{"type":"gain","__proto__":{}}}}'),
    "AccessDenied",
    /node "a" has "__proto__"/,
  ],
  "a type given twice": [
    JSON.parse('{"version":1,"nodes":{"a":{"type":"gain","type":"process"}}}'),
    "AccessDenied",
    /"process"/,
  ],
  "a value that says another as JSON": [
    { version: 1, nodes: { a: { type: "gain", toJSON: () => ({ type: "process" }) } } },
    "AccessDenied",
    /"process"/,
  ],
  "many nodes": [
    { version: 1, nodes: Object.fromEntries(Array.from({ length: 1e5 }, (_, k) => [`n${k}`, { type: "gain" }])) },
    "LimitExceeded",
    /has \d+ bytes or more, at most 65536 allowed/,
  ],
  "some nodes": [
    { version: 1, nodes: Object.fromEntries(Array.from({ length: 65 }, (_, k) => [`n${k}`, { type: "gain" }])) },
    "LimitExceeded",
    /has 65 nodes, at most 64 allowed/,
  ],
  "a long text": [gain({ config: { x: "x".repeat(64 * 2 ** 20) } }), "LimitExceeded", /bytes or more/],
  "a deep value": [gain({ config: deep(100_000) }), "LimitExceeded", /bytes or more/],
  "a deep type": [one(deep(5_000) as string), "AccessDenied", /is not allowed/],
  "a value that refers to itself": [gain({ config: LOOP }), "InvalidGraph", /it is nothing that JSON can say/],
  "a list of nodes": [{ version: 1, nodes: [] }, "InvalidGraph", /"nodes" is a list, wanted an object/],
  "no object": ["graph", "InvalidGraph", /it is a string, wanted an object/],
};

Deno.test("GraphPolicy refuses what it does not name, and says which node and key", async () => {
  await using at = await folders();
  const { admit } = at.policy();
  for (const [what, [graph, code, says]] of Object.entries(HOSTILE)) {
    throws(() => admit(graph as GraphFile), (error: SluiceError) => {
      equal(error.code, code, `${what}: ${error.message}`);
      match(error.message, /^Cannot admit the graph: /);
      match(error.message, says, what);
      return true;
    }, what);
  }
  throws(() => admit(file("/etc/passwd") as GraphFile), { nodeId: "a", key: "path" });
});

Deno.test("a GraphPolicy that names nothing admits no node", () => {
  throws(() => new GraphPolicy({ registry }).admit(gain({}) as GraphFile), {
    code: "AccessDenied",
    message: 'Cannot admit the graph: node "a" is of type "gain", which is not allowed; allowed: none',
  });
});

Deno.test("GraphPolicy admits what it names, and gives paths as the files that they mean", async () => {
  await using at = await folders();
  const { admit } = at.policy();
  const pathOf = (path: string) => admit(file(path) as GraphFile).nodes.a.config!.path;
  equal(pathOf("in/a.wav"), `${at.path}/open/in/a.wav`);
  equal(pathOf("./in//new.wav"), `${at.path}/open/in/new.wav`);
  equal(pathOf("inner.wav"), `${at.path}/open/in/a.wav`);
  const configOf = (type: string, config: unknown) => admit(one(type, config) as GraphFile).nodes.a.config;
  equal(configOf("http-source", { url: "http://MEDIA.example:8080/x" })!.url, "http://media.example:8080/x");
  equal(configOf("http-source", { url: "http://a.example:81" })!.url, "http://a.example:81/");
  deepEqual(configOf("udp-sink", { hostname: "media.example", port: 9 }), { hostname: "media.example", port: 9 });
  const graph = { ...gain({ config: { gainDb: 1 }, lane: "main", bypassed: true }), $schema: "x", mode: "live" };
  const { $schema: _, ...rest } = graph;
  deepEqual(admit(graph as unknown as GraphFile), { ...rest, links: [], memory: { limit: 2 ** 29 } });
  const lanes = at.policy({ limits: { lanes: 1 } });
  equal(lanes.admit({ ...gain({ lane: "x" }), lanes: { x: {} } } as unknown as GraphFile).nodes.a.lane, "x");
  throws(() => lanes.admit({ ...gain({ lane: "x" }), lanes: { y: {} } } as unknown as GraphFile), { key: "lanes" });
});

Deno.test("GraphPolicy looks for a path in each of its folders, and writes to the first that has its folder", async () => {
  await using at = await folders();
  throws(() => at.policy({ roots: [`${at.path}/open/%d`] }), { message: /is no folder .*, or has "%" in its path/ });
  const { admit } = at.policy({ roots: [`${at.path}/secret`, `${at.path}/open`] });
  const pathOf = (path: string) => admit(file(path) as GraphFile).nodes.a.config!.path;
  equal(pathOf("in/a.wav"), `${at.path}/open/in/a.wav`);
  equal(pathOf("in/new.wav"), `${at.path}/open/in/new.wav`);
  equal(pathOf("new.wav"), `${at.path}/secret/new.wav`);
});

Deno.test("a graph with names of prototypes, or a deep one, is refused as any that is wrong", async () => {
  const { admit } = new GraphPolicy({ registry, nodes: ["gain"] });
  const text = '{"version":1,"nodes":{"__proto__":{"type":"gain","config":{"__proto__":{"polluted":1}}}},' +
    '"inputs":{"in":"__proto__.audioIn"}}';
  const runner = new PipelineRunner({ registry });
  const error = await runner.prepare(admit(JSON.parse(text))).catch((each) => each);
  match(error.message, /__proto__/);
  equal(error.isBadInput, true);
  const nested = await runner.prepare(admit(gain({ config: deep(5_000) }) as GraphFile)).catch((each) => each);
  match(nested.message, /nested deeper than 64 levels/);
  equal(({} as { polluted?: unknown }).polluted, undefined);
});

Deno.test("a GraphPolicy cannot be made of what runs commands, of a plugin that is not named, or of what is not there", () => {
  const make = (options: object) => () => new GraphPolicy({ registry, ...options });
  throws(make({ nodes: ["process"] }), { code: "InvalidConfig", message: /"process" runs any command/ });
  throws(make({ nodes: ["opus-encode"] }), { code: "InvalidConfig", message: /is a stage of plugin "codecs"/ });
  make({ nodes: ["opus-encode"], plugins: ["codecs"] })();
  throws(make({ nodes: ["gian"] }), { code: "NodeTypeNotFound" });
  throws(make({ nodes: "gain" }), { code: "InvalidConfig", message: /"nodes" is a string, wanted a list/ });
  throws(make({ roots: ["nowhere"] }), { code: "InvalidConfig", message: /"nowhere" in "roots" is no folder/ });
  throws(make({ root: ["."] }), {
    code: "InvalidConfig",
    message: /there is no option "root" \(did you mean "roots"\?\)/,
  });
  throws(make({ limits: { memoryBytes: Infinity } }), {
    code: "InvalidConfig",
    message: /wanted a whole number from 0/,
  });
  throws(make({ limits: { nodes: -1 } }), { code: "InvalidConfig", message: /limit "nodes" is -1/ });
});
