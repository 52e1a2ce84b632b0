import assert from "node:assert/strict";
import { findValueMisfit } from "../core/descriptor/value_check.ts";
import type { NodeDescriptor } from "../core/descriptor/descriptor.ts";
import { tempPackage } from "./fixtures/temp_package.ts";
import { finder } from "./testdata/accepted/value_schemas/sluice.gen.ts";
import type { Finding, Found } from "./testdata/accepted/value_schemas/finder.ts";
import { Mark, Side } from "./testdata/accepted/value_schemas/shapes.ts";

const { outputs }: NodeDescriptor = finder.descriptor;

/** The first place of a value that does not fit what a port carries: `marks.0.label`; `undefined` if it fits. */
function misfit(port: string, value: unknown): string | undefined {
  const { valueSchema } = outputs.find(({ name }) => name === port)!;
  return findValueMisfit(valueSchema!, value)?.path.join(".");
}

const FINDING: Finding = {
  x: 1,
  name: "first",
  side: Side.Left,
  marks: [new Mark("a", 1)],
  pair: ["a", 1],
  corners: [{ x: 1 }, { x: 2, y: NaN }],
  rest: ["a", 1, 2, 3],
  distance: 3 as Finding["distance"],
  when: new Date(0),
  id: 1n,
  byName: { a: { x: 1 } },
  bySide: { left: 1 },
  table: new Map(),
  maybe: undefined,
  whatever: Symbol.iterator,
  foreign: undefined as unknown as Finding["foreign"],
  asked: () => {},
  worked: 1,
  part: { x: 1 },
  measure: () => 1,
};

Deno.test("a schema takes every value of its type", () => {
  assert.equal(misfit("findings", FINDING), undefined);
  assert.equal(misfit("findings", { ...FINDING, side: "both", when: null, maybe: 1, more: "than named" }), undefined);
  const found: Found = { value: FINDING, left: { value: FINDING, right: null }, right: null };
  assert.equal(misfit("found", found), undefined);
  assert.equal(misfit("json", { a: [1, "2", { b: null }] }), undefined);
  assert.equal(misfit("deep", { inner: { inner: { inner: { inner: {} } } } }), undefined);
  assert.equal(misfit("samples", { level: 255, offset: -32768, place: new Uint8Array(3), isValid: true }), undefined);
  assert.equal(misfit("mark", { label: "a", count: 0, weight: 1 }), undefined);
});

Deno.test("a schema refuses what is not of its type, at its place", () => {
  const wrong: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ x: 11 }, "x"],
    [{ name: 1 }, "name"],
    [{ side: "up" }, "side"],
    [{ marks: [{ label: 1, count: 0, weight: 1 }] }, "marks.0.label"],
    [{ pair: ["a"] }, "pair"],
    [{ pair: ["a", "b"] }, "pair.1"],
    [{ corners: [{ x: 1 }] }, "corners"],
    [{ rest: ["a", 1, "b"] }, "rest.2"],
    [{ distance: "3 m" }, "distance"],
    [{ when: "1970-01-01" }, "when"],
    [{ spectrum: [1] }, "spectrum"],
    [{ id: 1 }, "id"],
    [{ byName: { a: { y: 1 } } }, "byName.a.x"],
    [{ bySide: { left: "1" } }, "bySide.left"],
    [{ table: {} }, "table"],
    [{ maybe: "1" }, "maybe"],
    [{ part: {} }, "part.x"],
    [{ report: { question: { asked: "maybe" } } }, "report.question.asked"],
  ];
  for (const [part, place] of wrong) assert.equal(misfit("findings", { ...FINDING, ...part }), place, place);
  assert.equal(misfit("found", { value: FINDING, left: { value: FINDING }, right: null }), "left.right");
  assert.equal(misfit("json", { a: [1, undefined] }), "a.1");
  assert.equal(misfit("samples", { level: 256, offset: 0, place: [0, 0, 0], isValid: true }), "level");
  assert.equal(misfit("samples", { level: 0, offset: 0, place: [0, 0], isValid: true }), "place");
});

Deno.test("a tag that a value cannot have is a warning with its place, and the rest of the schema stays", async () => {
  const text = `import { type DataFrame, output, processor, type StreamOutput } from "@sluice/sluice";

export interface Reading {
  /** How loud. @minimum loud */
  level: number;
  /** How long. @maximum 5 */
  length: number;
}

/** Reads. */
@processor({ mode: "loop" })
export class Reader {
  @output()
  readings!: StreamOutput<DataFrame<Reading>>;
  process(): void {}
}
`;
  await using folder = await tempPackage({ "reader.ts": text });
  const { files, problems } = await folder.run();
  assert.deepEqual(problems, [
    'reader.ts:4:17: warning: Cannot use "@minimum" on "level" of "Reading": "loud" is not a number',
  ]);
  const [{ text: made }] = files;
  assert.match(made, /length: \{ type: "number", description: "How long\.", maximum: 5 \}/);
  assert.match(made, /level: \{ type: "number" \}/);
});

/** A processor that reads what another package makes: `LevelReading` of Sluice, and `Mark` of `@other/marks`. */
const IMPORTING = `import { type DataFrame, input, type PoolSize, processor, type StreamInput } from "@sluice/sluice";
import type { LevelReading } from "@sluice/sluice/nodes";
import type { Mark } from "@other/marks";

/** Reads. */
@processor()
export class Reader {
  @input()
  levels!: StreamInput<DataFrame<LevelReading>>;
  @input()
  marks!: StreamInput<DataFrame<Mark>>;
  @input()
  sizes!: StreamInput<DataFrame<PoolSize>>;
  process(): void {}
}
`;

/** As far as the generator reads the module of another package. */
const MARKS = `defineNodeType({
  descriptor: {
    type: "marker",
    source: "marker.ts:1",
    className: "Marker",
    mode: "loop",
    inputs: [],
    outputs: [{
      name: "marks",
      direction: "output",
      kind: "data",
      type: "DataFrame<Mark>",
      schema: "Mark",
      valueSchema: { type: "object", properties: { label: { type: "string" } }, required: ["label"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
});
definePackage({ name: "@other/marks" });
`;

Deno.test("a port that carries a type of another package has the schema of that package's ports", async () => {
  const files = {
    "reader.ts": IMPORTING,
    "marks/sluice.gen.ts": MARKS,
    "deno.json": JSON.stringify({ imports: { "@other/marks": "./marks/sluice.gen.ts" } }),
  };
  const config = { include: ["*.ts"], runtime: "@sluice/sluice", packages: ["@other/marks"] };
  await using folder = await tempPackage(files, config);
  const { problems, files: [{ text }] } = await folder.run();
  assert.deepEqual(problems, []);
  assert.match(
    text,
    /schema: "Mark",\s+valueSchema: \{\s+type: "object",\s+properties: \{ label: \{ type: "string" \} \},/,
  );
  assert.match(text, /schema: "LevelReading",\s+valueSchema: \{\s+description:\s+"Levels over a period of audio/);
  assert.match(text, /schema: "PoolSize",\s+valueSchema: \{\s+\$comment: 'PoolSize is of "@sluice\/sluice", which/);
});
