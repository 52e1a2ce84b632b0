import assert from "node:assert/strict";
import { checkGraph } from "../../core/graph/load.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { answer, ROOT } from "./command_line.ts";

const COMMANDS = [
  ...[
    "run",
    "check",
    "nodes list",
    "nodes info",
    "new processor",
    "top",
    "codegen",
    "doctor",
    "info",
    "convert",
    "play",
    "serve",
    "call",
    "mcp",
  ],
  ...["list", "info", "check", "new", "build"].map((each) => `plugins ${each}`),
];

Deno.test("docs/graph_file.md shows a graph in which nothing is wrong, and errors as they are", async () => {
  const text = await Deno.readTextFile(`${ROOT}docs/graph_file.md`);
  const [, graph] = /```json\n([^]*?)```/.exec(text)!;
  const registry = new NodeRegistry([nodePackage]);
  assert.deepEqual(checkGraph(graph, "graph.json", registry).errors, []);
  const broken = graph.replace("-6", '"loud"').replace("speech.audio", "speech.audo");
  const [, errors] = /```\n(graph\.json:[^]*?)```/.exec(text)!;
  const found = checkGraph(broken, "graph.json", registry).errors.map(({ message }) => `${message}\n`);
  assert.equal(found.join(""), errors);
});

Deno.test("docs/cli.md names every option and command of the help texts", async () => {
  const text = await Deno.readTextFile(`${ROOT}docs/cli.md`);
  await Promise.all(COMMANDS.map(async (command) => {
    assert.ok(text.includes(`\`sluice ${command}`), command);
    const { code, stdout } = await answer([...command.split(" "), "--help"]);
    assert.equal(code, 0);
    if (command === "codegen") return;
    for (const [option] of stdout.matchAll(/^ {2}(?! ).*?(--[a-z]+)/gm)) {
      const name = option.trim().split(/[ ,]+/).at(-1)!;
      assert.ok(text.includes(name), `${command} ${name}`);
    }
  }));
});
