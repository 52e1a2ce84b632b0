/** The schema of a project that only names its own classes, as an editor uses it. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getLanguageService, TextDocument } from "vscode-json-languageservice";
import { formatDiagnostic } from "./diagnostics.ts";
import { generate, type GenerateResult } from "./generate.ts";

/** A class of one input and a key. */
function classText(name: string): string {
  return `import { type AudioFrame, config, input, processor, type StreamInput } from "@sluice/sluice";

/** Hears things. */
@processor()
export class ${name} {
  @input() audio!: StreamInput<AudioFrame>;
  /** How well it hears. @minimum 0 */
  @config() acuity = 1;

  process(): void {
    while (this.audio.read() !== undefined);
  }
}
`;
}

interface Project {
  readonly result: GenerateResult;
  readonly read: (file: string) => Promise<string>;
}

async function inProject(config: object, className: string, test: (project: Project) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-standard-"));
  try {
    await writeFile(join(folder, "sluice.json"), JSON.stringify({ name: "mine", include: ["*.ts"], ...config }));
    await writeFile(join(folder, "it.ts"), classText(className));
    const result = await generate({ configPath: join(folder, "sluice.json") });
    await test({ result, read: (file) => readFile(join(folder, file), "utf8") });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const GRAPH = `{
  "version": 1,
  "nodes": {
    "file": { "type": "wav-source", "config": { "path": "a.wav" } },
    "gain": { "type": "gain", "config": { "gainDb": -6 } },
    "ear": { "type": "ear", "config": { "acuity": 2 } }
  },
  "links": [{ "from": "file.audio", "to": "gain.audioIn" }, { "from": "gain.audioOut", "to": "ear.audio" }]
}`;

/** What an editor says of a graph, and the labels that it offers at `|`. */
async function ask(schema: string, marked: string): Promise<{ mistakes: string[]; labels: string[] }> {
  const service = getLanguageService({ schemaRequestService: () => Promise.reject(new Error("no network")) });
  service.configure({ schemas: [{ uri: "file:///s.json", fileMatch: ["*"], schema: JSON.parse(schema) }] });
  const document = TextDocument.create("file:///graph.json", "json", 1, marked.replace("|", ""));
  const json = service.parseJSONDocument(document);
  const at = document.positionAt(Math.max(0, marked.indexOf("|")));
  const [found, offered] = [await service.doValidation(document, json), await service.doComplete(document, at, json)];
  return {
    mistakes: found.map(({ message, range }) => `${range.start.line + 1}: ${message}`),
    labels: (offered?.items ?? []).map(({ label }) => label.replaceAll('"', "")),
  };
}

Deno.test("a project's schema knows its classes, Sluice's node types and its native stages", async () => {
  await inProject({}, "Ear", async ({ result, read }) => {
    assert.deepEqual(result.diagnostics, []);
    assert.deepEqual(result.nodeTypes, ["ear"]);
    const schema = await read("sluice.schema.json");
    assert.deepEqual((await ask(schema, GRAPH)).mistakes, []);
    const { mistakes } = await ask(schema, GRAPH.replace("wav-source", "wav-sauce").replace('"acuity"', '"accuity"'));
    assert.deepEqual(mistakes.map((each) => each[0]), ["4", "6"], mistakes.join("\n"));
    const { labels } = await ask(schema, `{ "version": 1, "nodes": { "a": { "type": "|" } } }`);
    for (const type of ["ear", "wav-source", "fft"]) assert.ok(labels.includes(type), type);
    assert.ok(!labels.some((type) => type.startsWith("native-")), "stages for tests");
    const keys = await ask(schema, `{ "version": 1, "nodes": { "a": { "type": "gain", "config": { | } } } }`);
    assert.deepEqual(keys.labels, ["gainDb"]);
    assert.doesNotMatch(await read("sluice.gen.ts"), /wavSource/, "they are in the schema alone");
  });
});

Deno.test("packages may name Sluice's own package, whose node types then are in nodes and the registry", async () => {
  await inProject({ packages: ["@sluice/sluice"] }, "Ear", async ({ result, read }) => {
    assert.deepEqual(result.diagnostics, []);
    const module = await read("sluice.gen.ts");
    assert.match(module, /^import \* as package1 from "@sluice\/sluice";$/m);
    assert.match(module, /readonly wavSource: typeof package1\.nodes\.wavSource/);
    assert.match(module, /packages: \[package1\.nodePackage\]/);
    assert.deepEqual((await ask(await read("sluice.schema.json"), GRAPH)).mistakes, []);
  });
  await inProject({ packages: ["@sluice/sluice"] }, "Gain", ({ result }) => {
    assert.match(
      result.diagnostics.map(formatDiagnostic).join("\n"),
      /it\.ts:5:\d+: error: Cannot register node type "gain": the name is taken by "Gain" of @sluice\/sluice \(processors/,
    );
    return Promise.resolve();
  });
});

Deno.test("a class that has the name of one of Sluice's node types is warned of", async () => {
  await inProject({}, "Gain", async ({ result, read }) => {
    const [warning, ...more] = result.diagnostics;
    assert.deepEqual([warning.severity, warning.line, more], ["warning", 5, []]);
    assert.equal(
      warning.message,
      'Node type "gain" has the name of one of @sluice/sluice: the command line refuses graphs beside it',
    );
    assert.equal(warning.mend, 'give it another name: "@processor({ name: "my-gain" })"');
    const { labels } = await ask(
      await read("sluice.schema.json"),
      `{ "version": 1, "nodes": { "a": { "type": "gain", "config": { | } } } }`,
    );
    assert.deepEqual(labels, ["acuity"], "the project's own is meant");
  });
});
