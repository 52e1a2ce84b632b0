/** Values that a running node refuses, and entries of one key: what the graph, the log and its journal have then. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { ConfigObjectSchema } from "../../core/descriptor/descriptor.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { graphMethods } from "../connections/graph_methods.ts";
import type { Command } from "../schemas/commands.ts";
import { CommandAccess } from "./command_access.ts";
import { CommandLog } from "./command_log.ts";
import type { GraphStore } from "./graph_store.ts";
import { openJournal } from "./journal.ts";

const config: ConfigObjectSchema = {
  type: "object",
  properties: {
    parameters: { type: "object", additionalProperties: { type: "number" }, default: {}, "x-live": true },
    rate: { type: "number" },
  },
  required: [],
  additionalProperties: false,
};

/** Takes no parameter above 10. */
class Picky {
  audioIn!: { read(): unknown };
  parameters: Record<string, number> = {};
  rate = 0;

  process(): void {
    while (this.audioIn.read() !== undefined);
  }

  configChanged(): void {
    for (const [name, value] of Object.entries(this.parameters)) {
      if (value > 10) throw new RangeError(`"${name}" is ${value}, wanted at most 10`);
    }
  }
}

const picky = fixture(() => new Picky(), {
  type: "picky",
  lane: "main",
  config,
  ports: [
    port({ name: "audioIn", direction: "input", kind: "audio" }),
    port({ name: "audioOut", direction: "output", kind: "audio" }),
  ],
})().type;

const NODES: readonly Command[] = [
  { op: "add", id: "tone", type: "tone-source" },
  { op: "add", id: "a", type: "picky", config: { parameters: { Mix: 1 } } },
  { op: "add", id: "b", type: "picky" },
  { op: "connect", from: "tone.audio", to: "a.audioIn" },
  { op: "connect", from: "tone.audio", to: "b.audioIn" },
];

const WHY = 'Node "a" (picky) failed in configChanged(): "Makeup" is 600, wanted at most 10';

function makeRuntime(): Runtime {
  const registry = new NodeRegistry([nodePackage]);
  registry.add(picky);
  return new Runtime({ mode: "live", registry, endsWithSources: false });
}

/** Calls of a client, which may name what a script may or what others may. */
function callsOf(runtime: Runtime, log: CommandLog, all = false) {
  const access = new CommandAccess(runtime, { all });
  const methods = graphMethods({ runtime, log: () => log, access, store: {} as GraphStore });
  const parameters = (id: string) => runtime.graph().nodes[id].config?.parameters;
  return {
    edit: async (...commands: Command[]) => await methods["graph.edit"]({ commands, by: "test" } as never),
    methods,
    parameters,
  };
}

const set = (node: string, values: Record<string, number | Record<string, number>>): Command => ({
  op: "set",
  node,
  values,
});

for (const all of [false, true]) {
  const whose = all ? "the program that owns the server" : "a client";
  Deno.test(`${whose} sets entries of a key, which join those that the key has when it is their turn`, async () => {
    await using runtime = makeRuntime();
    using log = new CommandLog(runtime);
    await runtime.start();
    const { edit, methods, parameters } = callsOf(runtime, log, all);
    await edit(...NODES, set("b", { "parameters.Mix": 4 }));
    await Promise.all([
      edit(set("a", { "parameters.Makeup": 3, "parameters.Wet / Dry": 0.5 })),
      edit(set("a", { "parameters.Makeup": 2 }), set("a", { "parameters.a.b": 7 })),
      methods["node.setConfig"]({ node: "b", key: "parameters.Makeup", value: 9, by: "other" }),
    ]);
    deepEqual(parameters("a"), { Mix: 1, Makeup: 2, "Wet / Dry": 0.5, "a.b": 7 });
    deepEqual(parameters("b"), { Mix: 4, Makeup: 9 });
    equal(log.entries[1].title, "set a.parameters.Makeup=3, a.parameters.Wet / Dry=0.5");
    deepEqual(log.entries.length, 4);
    await log.undo("test");
    await log.undo("test");
    await log.undo("test");
    deepEqual([parameters("a"), parameters("b")], [{ Mix: 1 }, { Mix: 4 }]);
  });
}

Deno.test("values that a node refuses are no step of undo, and the error does not say that anything is in effect", async () => {
  await using runtime = makeRuntime();
  using log = new CommandLog(runtime);
  await runtime.start();
  const { edit, parameters } = callsOf(runtime, log);
  await edit(...NODES);
  await edit(set("a", { "parameters.Makeup": 3 }));
  await rejects(edit(set("a", { "parameters.Makeup": 600 })), { code: "NodeFailed", message: WHY });
  await rejects(edit(set("a", { "parameters.Makeup": 600 }), set("b", { parameters: { A: 11 } })), {
    message: `${WHY} (and 1 more)`,
  });
  deepEqual([parameters("a"), parameters("b")], [{ Mix: 1, Makeup: 3 }, undefined]);
  deepEqual(log.entries.slice(2).map(({ error, results }) => [error, results]), [[WHY, []], [
    `${WHY} (and 1 more)`,
    [],
  ]]);
  equal(log.next.undo, "set a.parameters.Makeup=3");
  await log.undo("test");
  deepEqual(parameters("a"), { Mix: 1 });
});

Deno.test("a change of which one node refuses its part is in effect for the others, is undone so, and comes out of the journal so", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  const error = `The edit is in effect, but not all of it succeeded: ${WHY}`;
  {
    await using runtime = makeRuntime();
    using journal = await openJournal(path, runtime);
    await runtime.start();
    const { edit, parameters } = callsOf(runtime, journal.log);
    await edit(...NODES);
    for (
      const other of [set("b", { "parameters.A": 5 }), { op: "place", node: "b", position: { x: 1, y: 2 } } as const]
    ) {
      await rejects(edit(set("a", { "parameters.Makeup": 600 }), other), { message: error });
    }
    deepEqual([parameters("a"), parameters("b")], [{ Mix: 1 }, { A: 5 }]);
    deepEqual(journal.log.entries.map((entry) => [entry.error, entry.results.length]).slice(1), [[error, 2], [
      error,
      2,
    ]]);
    await journal.log.undo("test");
    await journal.log.undo("test");
    deepEqual([parameters("a"), parameters("b")], [{ Mix: 1 }, undefined]);
    await journal.log.redo("test");
    deepEqual([parameters("a"), parameters("b")], [{ Mix: 1 }, { A: 5 }]);
  }
  await using runtime = makeRuntime();
  using journal = await openJournal(path, runtime);
  const { parameters } = callsOf(runtime, journal.log);
  deepEqual([parameters("a"), parameters("b")], [{ Mix: 1 }, { A: 5 }]);
  await Deno.remove(path);
});

Deno.test("a wrong key or value is refused as such, and not by the lock, while a recorder stands behind the node", async () => {
  const folder = await Deno.makeTempDir();
  await using runtime = makeRuntime();
  using log = new CommandLog(runtime);
  await runtime.start();
  const { edit, methods, parameters } = callsOf(runtime, log, true);
  await edit(
    ...NODES,
    { op: "add", id: "file", type: "wav-sink", config: { path: `${folder}/out.wav` } },
    { op: "connect", from: "a.audioOut", to: "file.audio" },
  );
  const wrong: Record<string, RegExp> = {
    "parametrs.Makeup": /: unknown key "parametrs\.Makeup" \(did you mean "parameters"\?\); available: /,
    "rate.Hz": /: unknown key "rate\.Hz" \(did you mean "rate"\?\); available: /,
  };
  for (const [key, message] of Object.entries(wrong)) {
    await rejects(edit(set("a", { [key]: 3 })), { code: "InvalidConfig", message });
    await rejects(methods["node.setConfig"]({ node: "a", key, value: 3, by: "test" }) as Promise<unknown>, { message });
    equal(log.plan({ commands: [set("a", { [key]: 3 })] }).refused?.code, "InvalidConfig");
  }
  await rejects(edit(set("a", { rate: {} })), { code: "InvalidConfig", message: /"rate" is an object|"rate" is \{/ });
  await rejects(edit(set("a", { rate: 3 })), { code: "Busy", message: /"file" records what comes from "a"; pause/ });
  await edit(set("a", { "parameters.Makeup": 3 }));
  deepEqual(parameters("a"), { Mix: 1, Makeup: 3 });
  await runtime.stop();
  await Deno.remove(folder, { recursive: true });
});
