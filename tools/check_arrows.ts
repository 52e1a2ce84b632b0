/**
 * Checks that imports point one way: `cli, control, web, transports -> processors -> kernels -> core -> ffi -> crates`.
 * `codegen` is a tool: nothing that runs imports it, except the command line, dynamically. Each folder names the npm
 * packages that it may use. An import counts whether it is of types or of values, static or dynamic, a re-export, or
 * the URL of a worker's module.
 *
 * Inside `core`, `codegen`, `control`, `cli` and `web` imports point one way too: from room to room, in the order that
 * `rooms.ts` declares. Tests are free there.
 *
 * No file can be reached from itself by imports, type-only ones included, in the inputs of tests either. One import does
 * not count there: that of types from the generated code beside a file. The generator writes that code from the file,
 * so it imports the file, and a class that declares its `ports` names their type in it; when the two run, only the
 * generated code imports the other.
 *
 * `deno run -A tools/check_arrows.ts` checks the whole checkout and ends with 1 if an arrow points the wrong way, or if
 * files import each other in a circle.
 *
 * @module
 */
import { posix } from "node:path";
import { findCircles } from "./import_circles.ts";
import { listImports, type ModuleImport } from "./module_imports.ts";
import { roomOf } from "./rooms.ts";
import { ROOT } from "./root.ts";
import { listTypeScript } from "./source_files.ts";

/** What the files of one part may import, beside their own part. */
interface PartRules {
  /** Parts. */
  readonly parts: readonly string[];
  /** Parts that only `import()` may name. */
  readonly dynamicParts?: readonly string[];
  /** npm packages, by the names of `deno.json` and `package.json`. `node:` modules are free everywhere. */
  readonly npm: readonly string[];
}

/**
 * The parts by folder, and the files at the root by name. A folder in a folder has rules of its own where it stands here
 * as well, and then the outer one may import it only if that names it. A part that is not here is an error: enter it.
 */
const RULES: Readonly<Record<string, PartRules | "anything">> = {
  "ffi": { parts: [], npm: [] },
  "core": { parts: ["ffi"], npm: ["jsonc-parser", "smol-toml"] },
  "guest": { parts: ["core", "ffi"], npm: [] },
  "kernels": { parts: ["core", "ffi"], npm: [] },
  "testing": { parts: ["core", "ffi"], npm: [] },
  "processors": { parts: ["core", "kernels"], npm: ["@uwdata/flechette", "mediabunny"] },
  "codegen": {
    parts: ["core"],
    dynamicParts: ["sluice.gen.ts"],
    npm: ["@dprint/formatter", "@dprint/typescript", "jsonc-parser", "ts-morph"],
  },
  "control": {
    parts: ["control/taps", "core", "ffi", "deno.json"],
    npm: ["@modelcontextprotocol/server", "hono", "jsonc-parser", "zod"],
  },
  "control/taps": { parts: ["control", "core", "ffi", "kernels", "processors"], npm: [] },
  "transports": { parts: ["core", "control"], npm: [] },
  "transports/http": { parts: ["transports", "core", "control"], npm: ["hono", "zod"] },
  "transports/grpc": {
    parts: ["transports", "transports/http", "core", "control"],
    npm: ["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-node"],
  },
  "transports/hls": { parts: ["core"], npm: [] },
  "transports/webrtc": { parts: ["transports", "core", "control"], npm: ["hono"] },
  "python": { parts: ["core", "ffi"], npm: [] },
  "cli": {
    parts: [
      "sluice.gen.ts",
      "control",
      "control/taps",
      "transports",
      "transports/http",
      "transports/grpc",
      "transports/hls",
      "transports/webrtc",
      "processors",
      "kernels",
      "core",
      "ffi",
      "deno.json",
    ],
    dynamicParts: ["codegen"],
    npm: ["@modelcontextprotocol/server", "@optique/core", "jsonc-parser"],
  },
  "web": { parts: ["control"], npm: ["@dagrejs/dagre", "@preact/signals", "preact", "uplot"] },
  "mod.ts": { parts: ["core", "sluice.gen.ts"], npm: [] },
  "sluice.gen.ts": { parts: ["generated.ts", "stages.gen.ts", "core", "processors"], npm: [] },
  "stages.gen.ts": { parts: ["generated.ts"], npm: [] },
  "testing.ts": { parts: ["testing", "core"], npm: [] },
  "kernels.ts": { parts: ["kernels"], npm: [] },
  "media.ts": { parts: ["processors", "core"], npm: [] },
  "gpu.ts": { parts: ["processors"], npm: [] },
  "pipelines.ts": { parts: ["core"], npm: [] },
  "plugins.ts": { parts: ["core"], npm: [] },
  "control.ts": { parts: ["control"], npm: [] },
  "client.ts": { parts: ["transports", "transports/http", "core"], npm: [] },
  "generated.ts": { parts: ["core"], npm: [] },
  "examples": {
    parts: [
      "mod.ts",
      "media.ts",
      "gpu.ts",
      "plugins.ts",
      "pipelines.ts",
      "control.ts",
      "client.ts",
      "transports/http",
      "transports/grpc",
      "transports/hls",
      "transports/webrtc",
    ],
    npm: ["@modelcontextprotocol/client"],
  },
  "bench": "anything",
  "tests": "anything",
  "tools": "anything",
};

/**
 * What a test may import on top of its part's own rules, fixtures of `tests/` among it. What crosses more folders
 * belongs in `tests/`.
 */
const FOR_TESTS = {
  parts: ["testing", "testing.ts", "generated.ts", "sluice.gen.ts", "tests"],
  npm: [
    "@grpc/grpc-js",
    "@modelcontextprotocol/client",
    "ajv",
    "fast-check",
    "parse-prometheus-text-format",
    "vscode-json-languageservice",
  ],
};

/** An import that points the wrong way. */
export interface WrongArrow {
  /** `core/runtime.ts:12`. */
  readonly place: string;
  readonly message: string;
}

/**
 * Checks files.
 *
 * @param files paths relative to `root`
 * @param root absolute path, ending with a separator
 * @returns the wrong arrows, in the order of the files
 */
export function findWrongArrows(files: readonly string[], root: string = ROOT): WrongArrow[] {
  return files.flatMap((file) => {
    const text = Deno.readTextFileSync(root + file);
    const wrong = listImports(file, text).flatMap((each) => {
      const message = judge(file, each) ?? judgeRoom(file, each);
      return message === undefined ? [] : [{ place: `${file}:${each.line}`, message }];
    });
    if (isTest(file) || roomOf(file) !== undefined) return wrong;
    return [{ place: file, message: `"${file}" is in no room: enter it in tools/rooms.ts` }, ...wrong];
  });
}

/**
 * Finds circles of files.
 *
 * @param files paths relative to `root`
 * @param root absolute path, ending with a separator
 * @returns the files of each circle, sorted
 */
export function findFileCircles(files: readonly string[], root: string = ROOT): string[][] {
  const imports = new Map(files.map((file) => {
    const text = Deno.readTextFileSync(root + file);
    return [
      file,
      listImports(file, text).filter((each) => !isOfOwnGenerated(each)).map((each) => targetOf(file, each)),
    ];
  }));
  return findCircles(imports);
}

/** Whether it is of types from the generated code of the folder that the file stands in. */
function isOfOwnGenerated({ specifier, typeOnly }: ModuleImport): boolean {
  return typeOnly && specifier === "./sluice.gen.ts";
}

/** The path that an import names, if it is relative. */
function targetOf(file: string, { specifier }: ModuleImport): string {
  return posix.join(posix.dirname(file), specifier);
}

/** Why an import is wrong, or `undefined`. */
function judge(file: string, each: ModuleImport): string | undefined {
  const { specifier, dynamic } = each;
  const part = partOf(file);
  const rules = RULES[part];
  if (rules === undefined) return `part "${part}" has no rules: enter it in tools/check_arrows.ts`;
  if (/^(jsr|https?):/.test(specifier)) return `"${specifier}" comes from outside npm: use a pinned npm package`;
  if (rules === "anything" || specifier.startsWith("node:")) return undefined;
  const forTests = isTest(file) ? FOR_TESTS : { parts: [], npm: [] };
  if (/^\.{0,2}\//.test(specifier)) {
    const target = partOf(targetOf(file, each));
    if (target === part || rules.parts.includes(target) || forTests.parts.includes(target)) return undefined;
    const dynamicParts = rules.dynamicParts ?? [];
    if (dynamicParts.includes(target)) {
      return dynamic ? undefined : `"${part}" may import "${target}" only by import() while it runs`;
    }
    return `"${part}" may not import "${target}" ("${specifier}"); it may import ${list(rules.parts)}`;
  }
  const name = packageName(specifier);
  if (rules.npm.includes(name) || forTests.npm.includes(name)) return undefined;
  return `"${part}" may not use the package "${name}"; it may use ${list(rules.npm)}`;
}

/** Why an import from room to room is wrong, or `undefined`. */
function judgeRoom(file: string, each: ModuleImport): string | undefined {
  const target = targetOf(file, each);
  if (isTest(file) || !/^\.{1,2}\//.test(each.specifier) || partOf(target) !== partOf(file)) return undefined;
  const own = roomOf(file);
  const other = roomOf(target);
  if (own === undefined || own === "free" || other === undefined || other === "free") return undefined;
  if (other.place <= own.place) return undefined;
  return `room "${own.name}" may not import room "${other.name}" ("${each.specifier}"), which comes after it in ` +
    "tools/rooms.ts";
}

function isTest(file: string): boolean {
  return /_(test|bench)\.tsx?$/.test(file);
}

/** The part that a path stands in: its first two folders if they have rules, else the first, or the file at the root. */
function partOf(path: string): string {
  const [first, second] = path.split("/", 2);
  const inner = `${first}/${second}`;
  return inner in RULES ? inner : first;
}

/** `npm:ajv@8/dist/x.js`, `ajv/dist/x.js` and `ajv` are all `ajv`. */
function packageName(specifier: string): string {
  const path = specifier.replace(/^npm:\/?/, "");
  const name = path.split("/", path.startsWith("@") ? 2 : 1).join("/");
  return name.replace(/(?<=.)@.*$/, "");
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "nothing else" : names.map((name) => `"${name}"`).join(", ");
}

if (import.meta.main) {
  const files = listTypeScript();
  const wrong = findWrongArrows(files);
  for (const { place, message } of wrong) console.error(`${place}: ${message}`);
  const circles = findFileCircles(listTypeScript(ROOT, true));
  for (const circle of circles) console.error(`These files import each other: ${circle.join(", ")}`);
  console.error(`${files.length} files, ${wrong.length} wrong arrows, ${circles.length} circles`);
  if (wrong.length > 0 || circles.length > 0) Deno.exit(1);
}
