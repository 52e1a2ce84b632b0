import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { nativePackage } from "../../core/registry/fixtures/test_stages.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { SluiceError } from "../../core/errors.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { fixture } from "../../tests/fixtures/define.ts";
import type { Command } from "../schemas/commands.ts";
import { CommandAccess, type CommandAccessOptions } from "./command_access.ts";
import { CommandLog } from "./command_log.ts";

/** A graph that its owner gave a program, and clients that may have files in one folder. */
async function serve(
  test: (run: (commands: readonly Command[]) => Promise<unknown>, runtime: Runtime) => Promise<void>,
) {
  const root = await Deno.makeTempDir();
  await using runtime = new Runtime({
    mode: "live",
    registry: new NodeRegistry([nodePackage]),
    endsWithSources: false,
  });
  runtime.addByType("process", { command: ["cat"] }, { id: "program" });
  runtime.addByType("gain", {}, { id: "gain" });
  const access = new CommandAccess(runtime, { roots: [root], stdout: false });
  const log = new CommandLog(runtime);
  await test((commands) => log.transact(() => access.admit(commands), "client"), runtime);
  await Deno.remove(root, { recursive: true });
}

const OUTSIDE = { path: "/etc/passwd" };

Deno.test("values are refused for a node that the same commands have added, replaced or renamed", async () => {
  await serve(async (run, runtime) => {
    const before = runtime.graph();
    const ways: readonly (readonly Command[])[] = [
      [{ op: "add", type: "wav-sink", id: "s", config: { path: "a.wav" } }, { op: "set", node: "s", values: OUTSIDE }],
      [{ op: "add", type: "wav-sink", config: { path: "a.wav" } }, { op: "set", node: "wav-sink", values: OUTSIDE }],
      [{ op: "replace", node: "gain", type: "wav-source", config: { path: "a.wav" } }, {
        op: "set",
        node: "gain",
        values: OUTSIDE,
      }],
      [{ op: "rename", node: "program", to: "other" }, {
        op: "set",
        node: "other",
        values: { command: ["touch", "x"] },
      }],
      [{ op: "add", type: "wav-sink", id: "s", config: { path: "a.wav" } }, { op: "rename", node: "s", to: "t" }, {
        op: "set",
        node: "t",
        values: { path: "-" },
      }],
    ];
    for (const way of ways) await rejects(run(way), { code: "AccessDenied" }, JSON.stringify(way));
    deepEqual(runtime.graph(), before);
  });
});

Deno.test("values are refused for a node that calls before them are still adding", async () => {
  await serve(async (run, runtime) => {
    const [added, set] = await Promise.allSettled([
      run([{ op: "add", type: "wav-sink", id: "s", config: { path: "a.wav" } }]),
      run([{ op: "set", node: "s", values: OUTSIDE }]),
    ]);
    equal(added.status, "fulfilled");
    equal((set as PromiseRejectedResult).reason.code, "AccessDenied");
    match(runtime.graph().nodes.s.config?.path as string, /a\.wav$/);
  });
});

Deno.test("values for a node that commands have removed, or that nobody has added, name the nodes that there are", async () => {
  await serve(async (run) => {
    const set: Command = { op: "set", node: "gain", values: { gainDb: 1 } };
    await rejects(run([{ op: "remove", node: "gain" }, set]), { code: "NodeNotFound", message: /nodes: "program"/ });
    await rejects(run([{ op: "set", node: "gian", values: { gainDb: 1 } }]), /did you mean "gain"/);
  });
});

Deno.test("a path of the graph's document is admitted as it stands there", async () => {
  const root = await Deno.makeTempDir({ dir: "." });
  await using runtime = new Runtime({ mode: "live", registry: new NodeRegistry([nodePackage]) });
  const access = new CommandAccess(runtime, { roots: [root] });
  const admit = (path: string) => {
    const [command] = access.admit([{ op: "add", type: "wav-sink", config: { path } }]);
    return command.op === "add" && command.config?.path;
  };
  const folder = root.replace(/^\.\//, "");
  equal(admit("a.wav"), `${folder}/a.wav`);
  equal(admit(`${folder}/a.wav`), `${folder}/a.wav`);
  await Deno.remove(root, { recursive: true });
});

Deno.test("stages of foreign plugins, and nodes that run programs, are added where they are allowed alone", async () => {
  const { name } = nativePackage;
  await using runtime = new Runtime({ mode: "live", registry: new NodeRegistry([nodePackage, nativePackage]) });
  const stage: Command = { op: "add", type: "native-gain" };
  const program: Command = { op: "add", type: "process", config: { command: ["cat"] } };
  const refused = (commands: readonly Command[], options: CommandAccessOptions) => {
    try {
      new CommandAccess(runtime, options).admit(commands);
      return "";
    } catch (error) {
      return (error as SluiceError).message;
    }
  };
  for (const command of [stage, { ...stage, op: "replace", node: "gain" } as const]) {
    match(refused([command], {}), new RegExp(`is a stage of plugin "${name}"; start with --allow-plugin ${name}`));
    match(refused([command], { plugins: ["another"], programs: true }), /is a stage of plugin/);
    equal(refused([command], { plugins: [name] }), "");
  }
  match(refused([program], { plugins: [name] }), /"process" runs programs; start with --allow-programs/);
  equal(refused([program], { programs: true }), "");
  const document = { ...runtime.graph(), nodes: { gain: { type: "native-gain" } } };
  throws(() => new CommandAccess(runtime).document(document, runtime.graph()), { code: "AccessDenied" });
  // What the graph has already stays.
  deepEqual(new CommandAccess(runtime).document(document, document), document);
});

Deno.test("no value names the server's own graph file or journal, by whatever path", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  const [graph, journal] = [`${root}/graph.json`, `${root}/graph.journal`];
  await Deno.writeTextFile(graph, "{}");
  await Deno.symlink(graph, `${root}/link.json`);
  await using runtime = new Runtime({ registry: new NodeRegistry([nodePackage]) });
  const access = new CommandAccess(runtime, { roots: [root] }, [graph, journal]);
  for (const path of ["graph.json", "link.json", "graph.journal"]) {
    throws(() => access.admit([{ op: "add", type: "wav-sink", config: { path } }]), {
      code: "AccessDenied",
      message: /is a file of this server: its graph or its journal; name another$/,
    });
  }
  access.admit([{ op: "add", type: "wav-sink", config: { path: "other.wav" } }]);
  await Deno.remove(root, { recursive: true });
});

Deno.test("commands give processes no permissions that their nodes have not", async () => {
  await serve(async (run, runtime) => {
    const isolated = { isolate: "process", isolatePermissions: { run: true } } as const;
    await rejects(run([{ op: "add", type: "gain", id: "more", ...isolated }]), { code: "AccessDenied" });
    await rejects(run([{ op: "replace", node: "gain", type: "gain", ...isolated }]), /start with --allow-programs/);
    await runtime.edit((edit) => void edit.addByType("gain", {}, { id: "own", ...isolated }));
    await run([{ op: "replace", node: "own", type: "gain", config: { gainDb: -3 }, ...isolated }]);
    const access = new CommandAccess(runtime, {});
    const graph = runtime.graph();
    deepEqual(access.document(graph, graph).nodes.own.isolatePermissions, { run: true });
    const { own } = graph.nodes;
    const wider = {
      ...graph,
      nodes: { ...graph.nodes, own: { ...own, isolatePermissions: { run: true, read: true } } },
    };
    throws(() => access.document(wider, graph), { code: "AccessDenied" });
  });
});

Deno.test("an entry is admitted by itself, and joins those that the node has", async () => {
  const root = await Deno.makeTempDir();
  const files = {
    type: "object",
    additionalProperties: { type: "string", "x-reaches": "path" },
    "x-live": true,
  } as const;
  const reader = fixture(() => ({ process() {} }), {
    type: "reader",
    config: { type: "object", properties: { files }, required: [], additionalProperties: false },
    ports: [],
  });
  await using runtime = new Runtime({ mode: "live" });
  runtime.add(reader({ files: { first: "a.wav" } }), { id: "reader" });
  const access = new CommandAccess(runtime, { roots: [root] });
  const set = (path: string): Command => ({ op: "set", node: "reader", values: { "files.second.one": path } });
  throws(() => access.admit([set("/etc/passwd")]), { code: "AccessDenied" });
  deepEqual(access.admit([set("b.wav"), set("c.wav")]).map((command) => command.op === "set" && command.values), [
    { files: { first: "a.wav", "second.one": `${root}/b.wav` } },
    { files: { first: "a.wav", "second.one": `${root}/c.wav` } },
  ]);
  await Deno.remove(root, { recursive: true });
});
