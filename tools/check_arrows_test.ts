import assert from "node:assert/strict";
import { dirname } from "node:path";
import { findFileCircles, findWrongArrows } from "./check_arrows.ts";
import { describeRooms, ROOMS } from "./rooms.ts";
import { ROOT } from "./root.ts";
import { listTypeScript } from "./source_files.ts";

type Files = Readonly<Record<string, string>>;

/** Checks the arrows of planted files. */
function check(files: Files): Promise<string[]> {
  return planted(
    files,
    (names, root) => findWrongArrows(names, root).map(({ place, message }) => `${place}: ${message}`),
  );
}

async function planted<T>(files: Files, look: (names: string[], root: string) => T): Promise<T> {
  const root = `${await Deno.makeTempDir({ prefix: "sluice_arrows_" })}/`;
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(root + path), { recursive: true });
      await Deno.writeTextFile(root + path, text);
    }
    return look(Object.keys(files).sort(), root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const FORMS: readonly string[] = [
  'import { gain } from "../../../processors/audio/gain.ts";',
  'import type { Gain } from "../../../processors/audio/gain.ts";',
  'import "../../../processors/audio/gain.ts";',
  'export * from "../../../processors/audio/gain.ts";',
  'export const late = () => import("../../../processors/audio/gain.ts");',
  'export type T = import("../../../processors/audio/gain.ts").Gain;',
  'export const url = new URL("../../../processors/audio/gain.ts", import.meta.url);',
];

for (const form of FORMS) {
  Deno.test(`findWrongArrows() finds, in core, ${form}`, async () => {
    assert.deepEqual(await check({ "core/lanes/lane/planted.ts": `// line 1\n${form}\n` }), [
      'core/lanes/lane/planted.ts:2: "core" may not import "processors" ("../../../processors/audio/gain.ts"); ' +
      'it may import "ffi"',
    ]);
  });
}

Deno.test("findWrongArrows() lets the arrows of the design pass", async () => {
  const files = {
    "cli/main.ts":
      'import "../processors/sluice.gen.ts"; import "../core/runtime.ts"; import "@optique/core/facade";\n' +
      'export const run = () => import("../codegen/main.ts");',
    "processors/audio/gain.ts": 'import "../../core/processor.ts"; import "node:path"; import "./db.ts";',
    "core/driver/native.ts": 'import "../../ffi/library.ts"; import { parse } from "jsonc-parser";',
    "core/ring_test.ts": 'import "../testing.ts"; import fc from "fast-check";',
    "tests/thin_path_test.ts": 'import "../codegen/main.ts"; import "../cli/main.ts";',
  };
  assert.deepEqual(await check(files), []);
});

Deno.test("findWrongArrows() refuses a static import of codegen in cli", async () => {
  assert.deepEqual(await check({ "cli/main.ts": 'import { generate } from "../codegen/main.ts";' }), [
    'cli/main.ts:1: "cli" may import "codegen" only by import() while it runs',
  ]);
});

Deno.test("findWrongArrows() refuses a package that the part does not name, and all that is not npm", async () => {
  const files = {
    "core/links/a.ts": 'import "npm:@optique/core@1.3.6/parser";',
    "core/links/b.ts": 'import "jsr:@std/assert";',
    "core/links/c.ts": 'import fc from "fast-check";',
  };
  assert.deepEqual(await check(files), [
    'core/links/a.ts:1: "core" may not use the package "@optique/core"; it may use "jsonc-parser", "smol-toml"',
    'core/links/b.ts:1: "jsr:@std/assert" comes from outside npm: use a pinned npm package',
    'core/links/c.ts:1: "core" may not use the package "fast-check"; it may use "jsonc-parser", "smol-toml"',
  ]);
});

Deno.test("findWrongArrows() asks for rules for a part that it does not know", async () => {
  assert.deepEqual(await check({ "extras/x.ts": 'import "../core/runtime.ts";' }), [
    'extras/x.ts:1: part "extras" has no rules: enter it in tools/check_arrows.ts',
  ]);
});

const CIRCLES: readonly { readonly name: string; readonly files: Files; readonly circles: readonly string[][] }[] = [
  {
    name: "two files that import each other's types",
    files: {
      "core/a.ts": 'import type { B } from "./rooms/b.ts"; import "./c.ts";',
      "core/c.ts": "export {};",
      "core/rooms/b.ts": 'export type { A } from "../a.ts";',
    },
    circles: [["core/a.ts", "core/rooms/b.ts"]],
  },
  {
    name: "a circle of three, one import of it in a call and one in a type, and another circle",
    files: {
      "core/a.ts": 'export type T = import("./b.ts").B;',
      "core/b.ts": 'export const late = () => import("./c.ts");',
      "core/c.ts": 'export const url = new URL("./a.ts", import.meta.url);',
      "core/d.ts": 'import "./a.ts"; import "./e.ts";',
      "core/e.ts": 'import "./d.ts";',
    },
    circles: [["core/a.ts", "core/b.ts", "core/c.ts"], ["core/d.ts", "core/e.ts"]],
  },
  {
    name: "a file that imports itself, in the inputs of tests",
    files: { "tests/fixtures/a.ts": 'import "./a.ts";' },
    circles: [["tests/fixtures/a.ts"]],
  },
  {
    name: "a class that imports more than types from the code that is generated from it",
    files: {
      "nodes/gate.ts": 'import { gate } from "./sluice.gen.ts";',
      "nodes/sluice.gen.ts": 'import type { Gate } from "./gate.ts";',
    },
    circles: [["nodes/gate.ts", "nodes/sluice.gen.ts"]],
  },
];

for (const { name, files, circles } of CIRCLES) {
  Deno.test(`findFileCircles() finds ${name}`, async () => {
    assert.deepEqual(await planted(files, findFileCircles), circles);
  });
}

Deno.test("findFileCircles() lets a diamond pass, and a class that names a type of its generated code", async () => {
  const files = {
    "core/a.ts": 'import "./b.ts"; import "./c.ts";',
    "core/b.ts": 'import "./d.ts";',
    "core/c.ts": 'import "./d.ts"; import "./missing.ts"; import "node:path";',
    "core/d.ts": "export {};",
    "nodes/gate.ts": 'import type { GatePorts } from "./sluice.gen.ts";',
    "nodes/sluice.gen.ts": 'export const gate = () => import("./gate.ts");',
  };
  assert.deepEqual(await planted(files, findFileCircles), []);
});

const ROOM_CASES: readonly { readonly name: string; readonly files: Files; readonly wrong: readonly string[] }[] = [
  {
    name: "an import of a later room, of types alone too",
    files: {
      "core/links/local_link.ts":
        'import { Frame } from "../frames/frame.ts";\nimport type { Lane } from "../lanes/lane/lane.ts";',
      "core/errors/thrown.ts": 'export * from "../runtime.ts";',
      "web/model/zoom.ts": 'export const late = () => import("../islands/graph_view.tsx");',
      "codegen/scan/fields.ts": 'import "../model.ts"; import "../generate.ts";',
    },
    wrong: [
      'codegen/scan/fields.ts:1: room "scan" may not import room "generate" ("../generate.ts"), which comes after it in tools/rooms.ts',
      'core/errors/thrown.ts:1: room "errors" may not import room "runtime" ("../runtime.ts"), which comes after it in tools/rooms.ts',
      'core/links/local_link.ts:2: room "links" may not import room "lane" ("../lanes/lane/lane.ts"), which comes after it in tools/rooms.ts',
      'web/model/zoom.ts:1: room "model" may not import room "islands" ("../islands/graph_view.tsx"), which comes after it in tools/rooms.ts',
    ],
  },
  {
    name: "a file that is in no room",
    files: {
      "core/utils.ts": 'import "./errors.ts";',
      "cli/new/thing.ts": "export {};",
      "core/utils_test.ts": "export {};",
    },
    wrong: [
      'cli/new/thing.ts: "cli/new/thing.ts" is in no room: enter it in tools/rooms.ts',
      'core/utils.ts: "core/utils.ts" is in no room: enter it in tools/rooms.ts',
    ],
  },
];

for (const { name, files, wrong } of ROOM_CASES) {
  Deno.test(`findWrongArrows() finds ${name}`, async () => {
    assert.deepEqual(await check(files), wrong);
  });
}

Deno.test("findWrongArrows() lets imports of rooms before pass, within a room, and those of tests", async () => {
  const files = {
    "core/errors.ts": 'import "./errors/thrown.ts";',
    "core/errors/option_check.ts": 'import "../errors.ts";',
    "core/links/local_link_test.ts": 'import "../runtime.ts"; import "./local_link.ts";',
    "core/lanes/lane/lane.ts": 'import "../messages.ts"; import "../cells/node_cell.ts"; import "./ready_set.ts";',
  };
  assert.deepEqual(await check(files), []);
});

Deno.test("ROOMS names only files and folders that are there", () => {
  const files = listTypeScript();
  const missing = Object.entries(ROOMS).flatMap(([folder, rooms]) =>
    Object.values(rooms).flat().map((each) => `${folder}/${each}`)
  ).filter((path) => !files.some((file) => path.endsWith("/") ? file.startsWith(path) : file === path));
  assert.deepEqual(missing, []);
});

Deno.test("docs/architecture.md shows the rooms in the order of ROOMS", () => {
  const page = Deno.readTextFileSync(`${ROOT}docs/architecture.md`).replace(/\s+/g, " ");
  for (const line of describeRooms()) assert.ok(page.includes(line), `docs/architecture.md lacks: ${line}`);
});
