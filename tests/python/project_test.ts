/** Nodes in Python in a `sluice.json`: their typed factories, single classes, the interpreter, and the reload of a file. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { generate } from "../../codegen/generate.ts";
import { type SlowReload, watchSources } from "../../cli/watch/reload.ts";
import type { Reload } from "../../cli/watch/reloads.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { findPython } from "../../transports/fixtures/foreign_clients.ts";
import { noPlugins } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { until } from "../fixtures/waiting.ts";

const python = noPlugins === undefined ? await findPython("numpy") : undefined;
const missing = noPlugins ?? (python === undefined ? "there is no Python with numpy" : undefined);

function test(name: string, fn: (folder: string) => Promise<void>): void {
  Deno.test({
    name: `Python in a project: ${name}${missing === undefined ? "" : ` (left out: ${missing})`}`,
    ignore: missing !== undefined,
    fn: async () => {
      Deno.env.delete("SLUICE_PYTHON");
      const folder = await Deno.makeTempDir();
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** A source that counts, and a class that nobody names. */
const COUNTER = (step: string, id = "counter") => `
from sluice import DataFrame, Output, command, config, node

@node("com.example.${id}", mode="loop")
class Counter:
    """Counts."""

    value: Output[DataFrame[int]]
    start: int = config(0, minimum=0, maximum=10)
    "Where it begins."

    def setup(self) -> None:
        self.count = self.start

    def process(self) -> None:
        self.wait_until_ns(self.now_ns() + 1e6)
        self.count ${step}

    def snapshot(self) -> int:
        return self.count

    def restore(self, count: int) -> None:
        self.count = count

    @command("The number.")
    def read(self) -> int:
        return self.count


@node("com.example.${id}-too")
class Other(Counter):
    """Counts, too."""
`;

test("typed factories of the classes that a path names, by the interpreter of the project", async (folder) => {
  await Deno.writeTextFile(`${folder}/counter.py`, COUNTER("+= 1"));
  const config = { name: "@example/py", runtime: "@sluice/sluice", plugins: ["./counter.py#Counter"], python };
  const configPath = `${folder}/sluice.json`;
  await Deno.writeTextFile(configPath, JSON.stringify(config));
  const { files, diagnostics, nodeTypes } = await generate({ configPath });
  deepEqual(diagnostics, []);
  deepEqual(nodeTypes, ["com.example.counter"]);
  const text = files.find(({ path }) => path === "sluice.gen.ts")!.text;
  match(text, /export interface ComExampleCounterConfig \{[^}]*readonly start\?: number;/);
  match(text, /export const comExampleCounter: NodeType<ComExampleCounterConfig, ComExampleCounterHandle> =/);
  match(text, /folder: new URL\(".\/counter\.py%23Counter", import\.meta\.url\)/);
  await Deno.writeTextFile(configPath, JSON.stringify({ ...config, python: "./none/python" }));
  const [refused] = (await generate({ configPath })).diagnostics;
  match(refused.message, /is refused: "\S+none\/python" cannot be started: No such file or directory/);
});

test("a module that cannot be imported is refused with its line", async (folder) => {
  await Deno.writeTextFile(`${folder}/broken.py`, "import sluice\nimport nothing_of_that_name\n");
  await Deno.writeTextFile(`${folder}/helper.py`, "raise SystemExit('nobody imports it')\n");
  Deno.env.set("SLUICE_PYTHON", python!);
  const { packages, refused } = await loadPlugins([folder]);
  deepEqual(packages, []);
  equal(refused.length, 1);
  match(refused[0].message, /ModuleNotFoundError: No module named 'nothing_of_that_name' \(broken\.py:2\)/);
});

rare(test)(
  "a file that is saved replaces its nodes with their state, and a broken one changes nothing",
  async (folder) => {
    Deno.env.set("SLUICE_PYTHON", python!);
    const path = `${folder}/counter.py`;
    await Deno.writeTextFile(path, COUNTER("+= 1", "saved"));
    const { packages, refused } = await loadPlugins([path]);
    deepEqual(refused, []);
    await using runtime = new Runtime({
      native: "require",
      mode: "live",
      registry: new NodeRegistry([nodePackage, ...packages]),
    });
    runtime.addByType("com.example.saved", {}, { id: "counter" });
    runtime.addByType("console-sink", { format: "json" }, { id: "sink" });
    runtime.connectByName("counter.value", "sink.data");
    await runtime.start();
    const ended = new AbortController();
    const reloads: Reload[] = [];
    const watching = Promise.withResolvers<void>();
    const over = watchSources(runtime, Infinity, {
      onWatching: () => watching.resolve(),
      onWarned: () => {},
      onSlow: (_: SlowReload) => {},
      onReload: (reload) => void reloads.push(reload),
    }, ended.signal);
    await watching.promise;
    const read = async () => await runtime.command("counter", "read") as number;
    while (await read() <= 10);
    await Deno.writeTextFile(path, "import sluice\nthis is no Python\n");
    await until(() => reloads.length === 1);
    match(String(reloads[0].error?.message), /counter\.py: SyntaxError/);
    ok(await read() > 10);
    await Deno.writeTextFile(path, COUNTER("-= 1", "saved"));
    await until(() => reloads.length === 2);
    deepEqual([reloads[1].error, reloads[1].nodes, reloads[1].anew], [undefined, ["counter"], {}]);
    // It counts down from where the old code was.
    const from = await read();
    ok(from > 10);
    while (await read() >= from);
    ended.abort();
    await over;
    await runtime.stop();
  },
);
