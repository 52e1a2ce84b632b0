/** What comes with Sluice has one name, in everything that takes or shows names. */
import { deepEqual, doesNotMatch, equal, ok } from "node:assert/strict";
import { infoCommand, listCommand } from "../cli/commands/nodes_command.ts";
import { type Io, TextOutput } from "../cli/output/output.ts";
import { describeType } from "../control/answers/snapshot.ts";
import { checkExpression } from "../cli/expression/check_expression.ts";
import { completeExpression } from "../cli/expression/completion.ts";
import { checkGraph } from "../core/graph/load.ts";
import { NodeRegistry } from "../core/registry/node_registry.ts";
import { Runtime } from "../core/runtime.ts";
import { viewRuntime } from "../core/runtime_view.ts";
import { nodePackage, nodes } from "../sluice.gen.ts";

const ROOT = new URL("../", import.meta.url);
const registry = new NodeRegistry([nodePackage]);
const types = registry.list().map(({ descriptor }) => descriptor);
const NAMES = types.map(({ type }) => type);

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

/** What a command prints. */
async function printed(run: (io: Io) => Promise<number>): Promise<string> {
  let text = "";
  const stdout = new TextOutput({
    writeSync(bytes) {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  const io: Io = { stdout, stderr: stdout, interactive: false, screen: false, columns: () => 80, rows: () => 24 };
  equal(await run(io), 0, text);
  return text;
}

const ARGS = { json: false, packages: [], plugins: [] };

Deno.test("nodes list has each name once, in its family, on three screens", async () => {
  const text = await printed((io) => listCommand({ command: "list", ...ARGS }, io));
  const [head, ...lines] = text.trimEnd().split("\n");
  deepEqual(head.split(/ +/), ["FAMILY", "NAME", "DESCRIPTION"]);
  deepEqual(
    lines.map((line) => line.split(/ +/).slice(0, 2)),
    types.map(({ category, type }) => [category, type]),
  );
  deepEqual([...new Set(types.map(({ category }) => category))], [
    "audio",
    "clap",
    "codec",
    "data",
    "device",
    "file",
    "flow",
    "gpu",
    "live",
    "media",
    "network",
    "rtsp",
    "sensor",
    "video",
    "webrtc",
  ]);
  ok(lines.length <= 120, `${lines.length} lines, wanted three screens of 40`);
  deepEqual(lines.filter((line) => line.length > 100), []);
});

Deno.test("each name works in a graph file, in a line, in nodes info, in the schema, in scripts and on the page", async () => {
  const schema: { $defs: Record<string, unknown> } = JSON.parse(await read("sluice.schema.json"));
  const runtime = new Runtime({ registry });
  const onPage = viewRuntime(runtime).types().map((each) => describeType(each).type);
  await runtime[Symbol.asyncDispose]();
  const inScripts = Object.values(nodes).map(({ descriptor }) => descriptor.type);
  const inLines = ["", "gain ! "].flatMap((start) =>
    completeExpression(start, registry).map(({ text }) => text.slice(start.length))
  );
  for (const type of NAMES) {
    const file = JSON.stringify({ version: 1, nodes: { a: { type } } });
    const { errors } = checkGraph(file, "g.json", registry);
    const line = checkExpression(type, registry);
    for (const { code, message } of [...errors, ...line.errors]) ok(code !== "NodeTypeNotFound", message);
    ok(inLines.includes(type), `${type} completes`);
    ok(JSON.stringify(schema).includes(`"const":"${type}"`), `${type} in the schema`);
    ok(onPage.includes(type), `${type} on the page`);
    ok(inScripts.includes(type), `${type} in scripts`);
    const info = await printed((io) => infoCommand({ command: "info", type, ...ARGS }, io));
    equal(info.split("\n")[0], type);
  }
});

Deno.test("each has a heading on the page of its family in the documentation", async () => {
  const overview = await read("docs/processors/README.md");
  for (const [family, all] of Map.groupBy(types, ({ category }) => category)) {
    const page = await read(`docs/processors/${family}.md`);
    const headings = [...page.matchAll(/^## (.+)$/gm)].flatMap(([, heading]) => heading.split(", "));
    deepEqual(all.map(({ type }) => type).filter((type) => !headings.includes(type)), [], family);
    for (const { type } of all) ok(overview.includes(`\`${type}\``), type);
  }
});

Deno.test("the examples of stages are graphs", () => {
  for (const { type, doc } of types.filter(({ lane }) => lane === "native")) {
    const [, example] = /\*\*Example\.\*\* `([^`]+)`/.exec(doc) ?? [];
    ok(example?.includes(type), type);
    const { errors } = checkExpression(example, registry, [], undefined, "auto");
    deepEqual(errors.map(({ message }) => message), [], type);
  }
});

Deno.test("no id of a shipped stage stands where people read or write names", async () => {
  for (
    const path of [
      "sluice.schema.json",
      "stages.gen.ts",
      "docs/processors/media.md",
      "docs/processors/sensor.md",
      "examples/demo_video.json",
    ]
  ) {
    doesNotMatch(await read(path), /org\.sluice\.(codecs|sensors|video)/, path);
  }
});
