/**
 * The `deno.json` of a new project, which has to map `@sluice/sluice` to the runtime.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { applyEdits, type JSONPath, modify, parse, type ParseError } from "jsonc-parser";
import { SluiceError } from "../../core/errors.ts";
import { projectTasks } from "./new_project_files.ts";
import { STANDARD_PACKAGE } from "../standard_types.ts";

/** Where the runtime comes from. */
export interface RuntimeSource {
  /** Its version. */
  readonly version: string;
  /** Absolute path of the checkout to use; absent for the published package. */
  readonly checkout?: string;
}

/** The `deno.json` that governs a project. */
export interface Manifest {
  /** Absolute path. */
  readonly path: string;
  /** The text to write; absent if nothing changes. */
  readonly text?: string;
  /** What was added, such as `"links"`; everything for a new file. */
  readonly added: readonly string[];
  /** Names of its tasks. */
  readonly tasks: readonly string[];
}

/** The parts of a `deno.json` that concern imports. */
interface ManifestContent {
  readonly name?: string;
  readonly imports?: { readonly [specifier: string]: unknown };
  readonly importMap?: string;
  readonly links?: readonly unknown[];
  readonly tasks?: object;
  readonly workspace?: unknown;
}

interface Found {
  readonly path: string;
  readonly text: string;
  readonly content: ManifestContent;
}

/**
 * Finds the `deno.json` that governs a folder, and what an import of the runtime needs added to it.
 *
 * @param root absolute path of the folder
 * @param specifier the specifier by which the project imports the runtime
 * @param what is to be made, for messages
 * @throws {SluiceError} `InvalidConfig` if it cannot be read, or lacks the import and is not the project's own
 */
export async function planManifest(
  root: string,
  specifier: string,
  source: RuntimeSource,
  what = "a processor",
): Promise<Manifest> {
  const all = await findManifests(root, what);
  const nearest = all.at(0);
  if (nearest === undefined) {
    const { codegen, sluice } = projectTasks(specifier);
    return newManifest(root, specifier, source, { tasks: { codegen, sluice } });
  }
  const { path, content } = nearest;
  const tasks = Object.keys(content.tasks ?? {});
  if (content.name === STANDARD_PACKAGE) return { path, added: [], tasks };
  const lacking = await lackingEntries(nearest, all, specifier, source);
  if (lacking.length === 0) return { path, added: [], tasks };
  if (dirname(path) !== root || content.importMap !== undefined) {
    const lines = lacking.map(([keys, value]) => `${JSON.stringify(value)} as "${keys.filter(isText).join('"."')}"`);
    throw new SluiceError(
      "InvalidConfig",
      `Cannot make ${what}: "${relative(root, path)}" does not lead from "${specifier}" to the runtime; ` +
        `add ${lines.join(" and ")} to it`,
    );
  }
  let { text } = nearest;
  for (const [keys, value] of lacking) {
    text = applyEdits(
      text,
      modify(text, keys, value, {
        isArrayInsertion: typeof keys.at(-1) === "number",
        formattingOptions: { insertSpaces: true, tabSize: 2 },
      }),
    );
  }
  return { path, text, added: lacking.map(([keys]) => keys.filter(isText).map((key) => `"${key}"`).join(".")), tasks };
}

/** The `deno.json` or `deno.jsonc` of a folder and its parents, the nearest first. */
async function findManifests(root: string, what: string): Promise<Found[]> {
  const found: Found[] = [];
  for (let folder = root;; folder = dirname(folder)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const path = join(folder, name);
      const text = await readFile(path, "utf8").catch(() => undefined);
      if (text === undefined) continue;
      const errors: ParseError[] = [];
      const content = parse(text, errors, { allowTrailingComma: true });
      if (errors.length > 0 || typeof content !== "object" || content === null) {
        throw new SluiceError("InvalidConfig", `Cannot make ${what}: "${path}" is no JSON; correct its syntax`);
      }
      found.push({ path, text, content });
      break;
    }
    if (dirname(folder) === folder) return found;
  }
}

/**
 * A `deno.json` for a folder without one.
 *
 * @param root absolute path of the folder
 * @param specifier the specifier by which the project imports the runtime
 * @param more further content
 */
export function newManifest(
  root: string,
  specifier: string,
  source: RuntimeSource,
  more: { readonly tasks: { readonly [name: string]: string }; readonly fmt?: object },
): Manifest & { readonly text: string } {
  const { checkout } = source;
  const link = checkout === undefined ? undefined : linkTo(root, checkout);
  const content = {
    ...(link === undefined ? {} : { links: [link] }),
    imports: { [specifier]: published(source) },
    ...more,
  };
  const text = `${JSON.stringify(content, null, 2)}\n`;
  return { path: join(root, "deno.json"), text, added: [], tasks: Object.keys(more.tasks) };
}

/** An addition: its place and its value. */
async function lackingEntries(
  nearest: Found,
  all: readonly Found[],
  specifier: string,
  source: RuntimeSource,
): Promise<[JSONPath, string][]> {
  const folder = dirname(nearest.path);
  const imports = await importsOf(nearest);
  for (const { content } of all.slice(1)) if (content.workspace !== undefined) Object.assign(imports, content.imports);
  const target = imports[specifier];
  if (target === undefined) {
    const entry: [JSONPath, string] = [["imports", specifier], published(source)];
    return [entry, ...await lackingLink(nearest, source)];
  }
  if (/^(?:\.{0,2}\/|file:)/.test(String(target))) {
    if (imports[`${specifier}/`] !== undefined) return [];
    const doors = {
      nodes: "sluice.gen.ts",
      stages: "stages.gen.ts",
      testing: "testing.ts",
      generated: "generated.ts",
      kernels: "kernels.ts",
      media: "media.ts",
      plugins: "plugins.ts",
      pipelines: "pipelines.ts",
      control: "control.ts",
      client: "client.ts",
      http: "transports/http/mod.ts",
      grpc: "transports/grpc/mod.ts",
      cli: "cli/start.ts",
    };
    return Object.entries(doors).filter(([door]) => imports[`${specifier}/${door}`] === undefined).map((
      [door, file],
    ) => [["imports", `${specifier}/${door}`], String(target).replace(/[^/]*$/, file)]);
  }
  return String(target).startsWith("jsr:") && folder !== source.checkout ? await lackingLink(nearest, source) : [];
}

async function importsOf({ path, content }: Found): Promise<Record<string, unknown>> {
  if (content.importMap === undefined) return { ...content.imports };
  const text = await readFile(join(dirname(path), content.importMap), "utf8").catch(() => "{}");
  return { ...parse(text)?.imports };
}

/** The link to the checkout, unless a link to one exists. */
async function lackingLink({ path, content }: Found, { checkout }: RuntimeSource): Promise<[JSONPath, string][]> {
  if (checkout === undefined) return [];
  const links = Array.isArray(content.links) ? content.links.map(String) : [];
  for (const link of links) {
    const text = await readFile(resolve(dirname(path), link, "deno.json"), "utf8").catch(() => "{}");
    if (parse(text)?.name === STANDARD_PACKAGE) return [];
  }
  return [[["links", links.length], linkTo(dirname(path), checkout)]];
}

function linkTo(folder: string, checkout: string): string {
  const path = relative(folder, checkout).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}

function published({ version }: RuntimeSource): string {
  return `jsr:${STANDARD_PACKAGE}@${version}`;
}

function isText(key: string | number): key is string {
  return typeof key === "string";
}
