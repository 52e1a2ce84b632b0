/**
 * Bundles the command and its workers into `dist`, which `cli/start.ts` runs. The parts that few runs need (the
 * generator, the control plane) are files of their own, and the public modules are among the bundle's, so that users'
 * processors share its classes (`core/registry/import_module.ts`).
 *
 * Source maps give stacks the places in the sources of processors, by which a node is found whose code has thrown.
 *
 * `--if-needed` bundles only what is missing or older than its sources.
 *
 * @module
 */
import { dirname, relative, resolve } from "node:path";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";
import ts from "typescript";
import config from "../deno.json" with { type: "json" };
import { isBundleCurrent, readParts, readSources, SOURCES_FILE } from "../core/registry/bundle_state.ts";
import { writeTogether } from "../codegen/files/write_together.ts";
import { bundledNode, listBundledNodes, NODES } from "./bundled_nodes.ts";
import { collectCrateLicences } from "./crate_licences.ts";
import { CLIENT_FILE } from "../transports/http/client_file.ts";
import { bundleClient } from "./client_bundle.ts";
import { ROOT } from "./root.ts";

/** The public modules, by their names in the bundle; the command has another entrance there. */
const DOORS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(config.exports).filter(([door]) => door !== "./cli").map((
    [door, path],
  ) => [door === "." ? "mod" : door.slice("./".length), path.slice("./".length)]),
);

/** The packages that lanes import and that are no public modules, by their names in the bundle. */
const PACKAGES: Readonly<Record<string, string>> = { tap_package: "control/taps/tap_package.ts" };

/** The modules of workers. */
const WORKERS: Readonly<Record<string, string>> = {
  lane_worker: "core/lanes/loop/lane_worker.ts",
  main_watch_worker: "core/process/main_watch_worker.ts",
  fresh_package_worker: "core/registry/fresh_package_worker.ts",
  source_watch_worker: "cli/watch/source_watch_worker.ts",
};

const MAIN = "cli/main.ts";

/** Begins the name of a module with one standard node type. */
const NODE = "\0node:";

/** What each of them imports. */
const GENERATED = "generated.ts";

/** Reads the project that a graph belongs to, by parts of the generator which it imports all or none of. */
const PROJECT = "cli/project/project.ts";

/** What runs a graph on the main thread. */
const RUN = "cli/commands/run_command.ts";

/** The steps of a start, each with the module that it begins with. */
const STEPS: Readonly<Record<string, string>> = {
  first: MAIN,
  lane: WORKERS.lane_worker,
  node: GENERATED,
  package: NODES,
  run: RUN,
};

/** What Rolldown tells of modules. */
export interface ModuleGraph {
  getModuleInfo(
    id: string,
  ): { readonly importedIds: readonly string[]; readonly dynamicallyImportedIds: readonly string[] } | null;
}

/** The module that tells sources that they are not a bundle. */
const BUNDLE_MODULE = "core/registry/bundle.ts";

/** The part of Optique that tells how many columns a text takes. */
const WIDTHS_MODULE = "@optique/core/dist/displaywidth.js";

/**
 * What the generator and media files stand on is not bundled: it is large, and loaded where code is generated and where a
 * media file is opened.
 */
const EXTERNAL = ["ts-morph", "@dprint/formatter", "@dprint/typescript", "mediabunny"];

/** What so many standard node types import is one part; the rest is beside those that do. */
const MANY_NODES = 8;

/** The longest time between the first file of a bundle and its list of sources, milliseconds. */
const LONGEST_WRITE_MS = 60_000;

/** What the bundle depends on beside the modules in it. */
const BESIDE = [
  "deno.json",
  "deno.lock",
  "tools/bundle.ts",
  "tools/bundled_nodes.ts",
  "tools/client_bundle.ts",
  "Cargo.lock",
  "tools/crate_licences.ts",
];

/**
 * Makes the bundle in place of the one that is there. A command that runs that one goes on: what it still loads, such as
 * the module of a lane that starts again, is there all the time.
 */
export async function makeBundle(): Promise<void> {
  const startedMs = Date.now();
  const modules = { main: MAIN, ...DOORS, ...PACKAGES, ...WORKERS };
  const input = Object.entries(modules).map(([name, path]) => [name, ROOT + path]);
  const types = listBundledNodes().map((type) => [`node_${type}`, NODE + type]);
  const bundle = await rolldown({
    input: Object.fromEntries([...input, ...types]),
    cwd: ROOT,
    platform: "node",
    preserveEntrySignatures: "allow-extension",
    resolve: { conditionNames: ["deno", "import", "module", "default"], mainFields: ["module", "main"] },
    external: (id) => id.startsWith("node:") || EXTERNAL.includes(id),
    plugins: [ownModules],
  });
  const folder = resolve(ROOT, "dist");
  const { output } = await bundle.generate({
    dir: folder,
    format: "esm",
    sourcemap: true,
    sourcemapExcludeSources: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: partOf(), debugName: "parts" }] },
  });
  const files = new Map(output.map((each) => [each.fileName, each.type === "chunk" ? each.code : each.source]));
  dropMaps(files, output.filter((each) => each.type === "chunk"));
  const inside = output.flatMap((each) => each.type === "chunk" ? each.moduleIds : []).map((id) => relative(ROOT, id));
  files.set(CLIENT_FILE, await bundleClient());
  files.set("LICENSES.txt", await collectLicences(inside));
  await replaceBundle(folder, files);
  const own = inside.filter((path) => !/^\.\.|^\0|node_modules\//.test(path)).concat(BESIDE, BUNDLE_MODULE);
  const sources = readSources(ROOT, [...new Set(own)].sort());
  // What has changed while the bundle was made may not be in it.
  if (Object.values(sources).some(([mtimeMs]) => mtimeMs >= startedMs)) return;
  const parts = readParts(ROOT, [...files.keys()].filter((name) => name.endsWith(".js")).sort());
  await Deno.writeTextFile(`${folder}/${SOURCES_FILE}`, JSON.stringify({ ...parts, ...sources }));
}

/**
 * Puts what a start loads anyway into few files: to find, read and link one takes Deno a tenth of a millisecond.
 *
 * @returns the part that a module belongs to, if any: what one step of a start imports and no step before it
 */
function partOf(): (id: string, context: ModuleGraph) => string | null {
  let parts: ReadonlyMap<string, string> | undefined;
  return (id, graph) => (parts ??= findParts(graph)).get(id) ?? null;
}

/**
 * Names the part of each module that belongs to one.
 *
 * What a run imports on the main thread and a processor or a worker imports too is a part of its own. Otherwise one
 * small module in common would make each lane load all that a run needs on the main thread.
 */
export function findParts(graph: ModuleGraph): Map<string, string> {
  const parts = new Map<string, string>();
  const add = (id: string, part: string): void => {
    if (parts.has(id)) return;
    parts.set(id, part);
    for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) add(imported, part);
  };
  const addImports = (root: string, part: string): void => {
    for (const imported of graph.getModuleInfo(root)?.importedIds ?? []) add(imported, part);
  };
  const processors = graph.getModuleInfo(ROOT + NODES)?.dynamicallyImportedIds ?? [];
  const elsewhere = new Set<string>();
  for (const id of [...processors, ...Object.values(WORKERS).map((path) => ROOT + path)]) reach(graph, id, elsewhere);
  for (const [part, root] of Object.entries(STEPS)) {
    if (root === RUN) {
      for (const id of reach(graph, ROOT + root)) if (elsewhere.has(id) && !parts.has(id)) parts.set(id, "shared");
    }
    addImports(ROOT + root, part);
    if (root === GENERATED) parts.set(ROOT + root, part);
  }
  for (const id of graph.getModuleInfo(ROOT + PROJECT)?.dynamicallyImportedIds ?? []) add(id, "project");
  const users = new Map<string, number>();
  for (const processor of processors) {
    for (const id of reach(graph, processor)) users.set(id, (users.get(id) ?? 0) + 1);
  }
  for (const [id, count] of users) if (count >= MANY_NODES && !parts.has(id)) parts.set(id, "nodes");
  return parts;
}

/** What a module imports, and what that imports. */
function reach(graph: ModuleGraph, root: string, found: Set<string> = new Set()): Set<string> {
  for (const imported of graph.getModuleInfo(root)?.importedIds ?? []) {
    if (found.has(imported)) continue;
    found.add(imported);
    reach(graph, imported, found);
  }
  return found;
}

/**
 * Leaves source maps to the processors alone, whose places in a stack tell which node has thrown: Deno reads the map of
 * each module that imports others, which takes a start 10 ms.
 */
function dropMaps(files: Map<string, string | Uint8Array>, chunks: readonly OutputChunk[]): void {
  for (const { fileName, moduleIds, code } of chunks) {
    if (moduleIds.some((id) => id.startsWith(`${ROOT}processors/`))) continue;
    files.set(fileName, code.replace(/^\/\/# sourceMappingURL=.*$/m, ""));
    files.delete(`${fileName}.map`);
  }
}

/**
 * Puts the files of a bundle in the place of the last one, whose parts stay for commands that still run it; those of the
 * one before go. There is no list of sources then: until one is written, commands that start run the sources.
 */
export async function replaceBundle(folder: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  const lastMs = await modifiedMs(`${folder}/${SOURCES_FILE}`);
  await Deno.remove(`${folder}/${SOURCES_FILE}`).catch(() => {});
  // Parts first: the modules that have the same name each time import them.
  const isPart = (name: string) => /-[\w-]{8}\.js(?:\.map)?$/.test(name);
  const names = [...files.keys()].sort((a, b) => Number(isPart(b)) - Number(isPart(a)));
  await writeTogether(names.map((name) => ({ path: `${folder}/${name}`, text: files.get(name)! })));
  for await (const { name } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (!files.has(name) && await modifiedMs(path) < lastMs - LONGEST_WRITE_MS) await Deno.remove(path).catch(() => {});
  }
}

/** When a file was written; 0 for one that is not there. */
async function modifiedMs(path: string): Promise<number> {
  return await Deno.stat(path).then(({ mtime }) => mtime?.getTime() ?? 0, () => 0);
}

/** Makes our own modules fit for the bundle. */
const ownModules: Plugin = {
  name: "sluice",
  resolveId: (id) => id.startsWith(NODE) ? id : undefined,
  load: (id) => id.startsWith(NODE) ? { code: bundledNode(id.slice(NODE.length)), moduleType: "ts" } : undefined,
  transform(code, id) {
    const path = id.startsWith(NODE) ? NODES : relative(ROOT, id);
    if (path.endsWith(WIDTHS_MODULE)) return { code: measureLate(code), map: null };
    if (path.startsWith("..") || path.includes("node_modules")) return undefined;
    if (path === BUNDLE_MODULE) return { code: bundleModule(), map: null };
    const placed = code.includes("import.meta") ? keepPlaces(code, path) : code;
    if (/^\s*@(?:processor|input|output|config)\b/m.test(placed)) return lowerDecorators(placed, id);
    // Lines stay as they are.
    return placed === code ? undefined : { code: placed, map: null };
  },
  // Deno reads the files of all imports that it can see, of those too that are never reached.
  renderChunk(code) {
    return { code: code.replace(/\bimport\(("\.\/[^"]+\.js")\)/g, "import(import.meta.resolve($1))"), map: null };
  },
};

/**
 * Lets Optique measure texts without `Intl.Segmenter`, whose making takes a start 11 ms, where each character is one
 * column wide.
 */
function measureLate(code: string): string {
  const made = /const segmenter = (new Intl\.Segmenter\([^)]*\));/.exec(code);
  const used = "let width = 0;\n";
  if (made === null || !code.includes(`${used}\tfor (const { segment } of segmenter.segment(stripped))`)) {
    throw new Error(`Cannot bundle the command: ${WIDTHS_MODULE} is not as it was; see what measureLate() is for`);
  }
  const late = `if (/^[ -~]*$/.test(stripped)) return stripped.length; segmenter ??= ${made[1]}; ${used}`;
  return code.replace(made[0], "let segmenter;").replace(used, late);
}

/** The module that stands for {@linkcode BUNDLE_MODULE}. */
function bundleModule(): string {
  const at = (path: string) => `new URL(${JSON.stringify(path)}, import.meta.url).href`;
  const doors = Object.entries({ ...DOORS, ...PACKAGES }).map(([name, path]) =>
    `[${at(`../${path}`)}, ${at(`./${name}.js`)}]`
  );
  const types = listBundledNodes().map((type) => `[${at(`../${NODES}#${type}`)}, ${at(`./node_${type}.js`)}]`);
  return `export const bundle = { doors: new Map([${[...doors, ...types].join(", ")}]) };`;
}

/** Lets `import.meta.url` say where the source is, and URLs of workers name modules of the bundle. */
function keepPlaces(code: string, path: string): string {
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.ESNext, true);
  const edits: { readonly node: ts.Node; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const [first] = ts.isNewExpression(node) || ts.isCallExpression(node) ? node.arguments ?? [] : [];
    if (
      first !== undefined && ts.isStringLiteral(first) && /^new URL\(|^import\.meta\.resolve\(/.test(node.getText())
    ) {
      const target = relative(ROOT, resolve(ROOT, dirname(path), first.text));
      const worker = Object.keys(WORKERS).find((name) => WORKERS[name] === target);
      if (worker !== undefined) return void edits.push({ node: first, text: `"./${worker}.js"` });
    }
    if (ts.isPropertyAccessExpression(node) && node.getText() === "import.meta.url") {
      edits.push({ node, text: `new URL(${JSON.stringify(`../${path}`)}, import.meta.url).href` });
    } else ts.forEachChild(node, visit);
  };
  visit(source);
  return edits.reverse().reduce(
    (text, { node, text: by }) => text.slice(0, node.getStart()) + by + text.slice(node.end),
    code,
  );
}

/** Standard decorators as plain code, which V8 does not know and Rolldown leaves. */
function lowerDecorators(code: string, id: string): { code: string; map: string } {
  const { outputText, sourceMapText = "" } = ts.transpileModule(code, {
    fileName: id,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      useDefineForClassFields: true,
      sourceMap: true,
    },
  });
  return { code: outputText, map: sourceMapText };
}

/** The licences of the packages whose code is in the bundle, and of the crates in the libraries that it loads. */
async function collectLicences(modules: readonly string[]): Promise<string> {
  const packages = new Set<string>();
  for (const path of modules) {
    const found = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path.replace(/^\0/, ""));
    if (found !== null) packages.add(found[0]);
  }
  const texts = await Promise.all(
    [...packages].sort().map(async (folder) => {
      const { name, version, license } = JSON.parse(await Deno.readTextFile(`${ROOT}${folder}package.json`));
      const files = [...Deno.readDirSync(ROOT + folder)].filter((each) => /^licen[cs]e/i.test(each.name));
      const bodies = await Promise.all(files.map((file) => Deno.readTextFile(`${ROOT}${folder}${file.name}`)));
      return [`${name} ${version} (${license})`, ...bodies.map((body) => body.trim())].join("\n\n");
    }),
  );
  return `${[...texts, ...await collectCrateLicences()].join("\n\n----\n\n")}\n`;
}

if (import.meta.main && !(Deno.args.includes("--if-needed") && isBundleCurrent())) await makeBundle();
