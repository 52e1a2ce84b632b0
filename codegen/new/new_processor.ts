/**
 * `sluice new processor NAME`: makes a class with its test and its page, which run without changes.
 *
 * @module
 */
import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { applyEdits, modify } from "jsonc-parser";
import { SluiceError } from "../../core/errors.ts";
import { type GeneratorConfig, parseConfig } from "../config.ts";
import { planManifest, type RuntimeSource } from "./deno_manifest.ts";
import { describePlaced } from "../diagnostics.ts";
import { identifierOf } from "../names.ts";
import { newProcessorFiles, type NewProcessorPaths } from "./new_processor_files.ts";
import { assertProcessorName } from "./new_processor_name.ts";
import { relativeSpecifier } from "../paths.ts";
import { findFiles, isFound } from "../files/find_files.ts";
import { scanPackage } from "../scan/scan_package.ts";
import { namedStandardPackage, standardPackages } from "../standard_types.ts";
import { writeTogether } from "../files/write_together.ts";

/** What to make. */
export interface NewProcessorOptions {
  /** The registered name: `hum-filter`. */
  readonly name: string;
  /** Path of the `sluice.json`, which is written if it is missing. */
  readonly configPath: string;
  /** Where the class goes, relative to the package's root; by default the first folder that is read. */
  readonly folder?: string;
  /** Where the runtime comes from, for a project that does not say. */
  readonly source: RuntimeSource;
}

/** What was made. */
export interface NewProcessor {
  /** Paths relative to the package's root: class, test, page. */
  readonly files: readonly string[];
  /** Other files that were written, relative to the root, each with what was added to it; nothing for a new file. */
  readonly changes: readonly { readonly path: string; readonly added: readonly string[] }[];
  /** The `deno.json` that governs the files: its absolute path and its tasks. Absent inside Sluice's repository. */
  readonly manifest?: { readonly path: string; readonly tasks: readonly string[] };
}

/** A `sluice.json`, existing or new. */
interface Config {
  readonly path: string;
  readonly isNew: boolean;
  readonly text: string;
  readonly config: GeneratorConfig;
}

/**
 * Makes the files of a new processor. Checks everything before it writes anything.
 *
 * Adds the folder to `sluice.json` if that does not read it. Writes or completes a `deno.json` if the import of the
 * runtime would fail.
 *
 * @throws {SluiceError} `InvalidConfig` if the name is invalid or taken, a file exists already, the folder cannot be
 * read by the generator, or a configuration is wrong
 * @throws {WriteFailure} if a file cannot be written; then no file is
 */
export async function newProcessor(options: NewProcessorOptions): Promise<NewProcessor> {
  const { name, configPath, source } = options;
  assertProcessorName(name);
  if (configPath === "") {
    throw refuse(`Cannot make processor "${name}": the path of the configuration is empty; name a sluice.json`);
  }
  const root = dirname(resolve(configPath));
  const before = await readConfig(configPath, root, source);
  const paths = planPaths(options, before.config, root);
  const { include, text, config } = extendInclude(options, before, paths.code);
  await assertFree(name, root, before);
  for (const path of Object.values(paths)) {
    if (await exists(join(root, path))) {
      throw refuse(`Cannot make processor "${name}": "${path}" is there already; choose another name, or remove it`);
    }
  }
  const manifest = isPath(config.runtime) ? undefined : await planManifest(root, config.runtime, source);
  const changes: { path: string; text: string; added: readonly string[] }[] = [];
  if (before.isNew) changes.push({ path: basename(configPath), text, added: [] });
  else if (include !== undefined) changes.push({ path: basename(configPath), text, added: [`"${include}"`] });
  if (manifest?.text !== undefined) {
    changes.push({ path: relative(root, manifest.path), text: manifest.text, added: manifest.added });
  }
  const made = newProcessorFiles(name, config, paths);
  const texts = [...changes.map((each) => [each.path, each.text]), ...Object.entries(made)];
  await writeTogether(
    await Promise.all(texts.map(async ([path, text]) => ({ path: await followLink(join(root, path)), text }))),
  );
  return {
    files: Object.values(paths),
    changes: changes.map(({ path, added }) => ({ path, added })),
    ...(manifest === undefined ? {} : { manifest: { path: manifest.path, tasks: manifest.tasks } }),
  };
}

async function readConfig(path: string, root: string, { checkout }: RuntimeSource): Promise<Config> {
  const isNew = !await exists(path);
  const text = isNew ? newConfigText(root, checkout) : await readFile(path, "utf8");
  const { config, diagnostics } = parseConfig(path, text);
  if (config === undefined) throw refuse(describePlaced(diagnostics[0]));
  return { path, isNew, text, config };
}

function newConfigText(root: string, checkout: string | undefined): string {
  const inside = checkout === undefined ? ".." : relative(checkout, root);
  const isOurs = !/^\.\.(?:[\\/]|$)/.test(inside) && !isAbsolute(inside);
  const runtime = isOurs ? { runtime: relativeSpecifier(`${inside}/sluice.json`, "generated.ts") } : {};
  const content = { name: `@example/${basename(root)}`, include: ["processors/**/*.ts"], ...runtime };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function planPaths({ name, folder }: NewProcessorOptions, config: GeneratorConfig, root: string): NewProcessorPaths {
  const first = /^(?:\.\/)?([^*?[\]{}()]*\/|)/.exec(config.include[0] ?? "")?.[1] ?? "";
  const base = relative(root, resolve(root, folder ?? first)).replaceAll("\\", "/");
  if (base.startsWith("..") || isAbsolute(base)) {
    throw refuse(
      `Cannot make processor "${name}" in "${folder}": it is not inside "${root}", the folder of the sluice.json; ` +
        "name a folder inside it, or another sluice.json with --config",
    );
  }
  const stem = name.replaceAll("-", "_");
  const at = (file: string) => base === "" ? file : `${base}/${file}`;
  return { code: at(`${stem}.ts`), test: at(`${stem}_test.ts`), page: `docs/processors/${stem}.md` };
}

/** Adds the new class to `include`, unless a glob covers it. */
function extendInclude(
  { name, folder }: NewProcessorOptions,
  { path, text, config }: Config,
  code: string,
): { readonly include?: string; readonly text: string; readonly config: GeneratorConfig } {
  const { include, exclude } = config;
  if (isFound(code, include, exclude)) return { text, config };
  const glob = folder === undefined || !code.includes("/") ? code : `${dirname(code)}/**/*.ts`;
  if (!isFound(code, [glob], exclude)) {
    const cause = isFound(code, [glob], []) ? `"exclude" of "${path}"` : "the generator, which never enters it,";
    throw refuse(
      `Cannot make processor "${name}": ${cause} leaves "${code}" out; choose another folder with --folder`,
    );
  }
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  const edits = modify(text, ["include", include.length], glob, { isArrayInsertion: true, formattingOptions });
  return { include: glob, text: applyEdits(text, edits), config: { ...config, include: [...include, glob] } };
}

/** Refuses a name that a class of the package, of a listed package or of Sluice has. */
async function assertFree(name: string, root: string, { path, config }: Config): Promise<void> {
  const paths = await findFiles(root, config.include, config.exclude);
  const own = await namedStandardPackage(config);
  const { model } = scanPackage({ root, configFile: basename(path), config, paths, own });
  const known = [
    ...(model?.nodes ?? []).map(({ descriptor }) => ({ descriptor, from: config.name })),
    ...[...(model?.packages ?? []), ...await standardPackages(config)].flatMap((each) =>
      each.descriptors.map((descriptor) => ({ descriptor, from: each.name }))
    ),
  ];
  const taken = known.find(({ descriptor }) => identifierOf(descriptor.type) === identifierOf(name));
  if (taken === undefined) return;
  const { className, source, type } = taken.descriptor;
  const isGenerated = !model?.nodes.some(({ descriptor }) => descriptor === taken.descriptor) ||
    await hasConstant(join(root, config.output), identifierOf(type));
  throw refuse(
    `Cannot make processor "${name}": the name is taken by "${className}" of ${taken.from} (${source}); ` +
      (isGenerated ? "" : `"${config.output}" has it not yet: run "deno task codegen", or `) +
      `choose another, such as "my-${name}"`,
  );
}

/** Whether a generated module has a node type. */
async function hasConstant(path: string, identifier: string): Promise<boolean> {
  return (await readFile(path, "utf8").catch(() => "")).includes(`export const ${identifier}:`);
}

function isPath(specifier: string): boolean {
  return /^\.\.?\//.test(specifier);
}

function refuse(message: string): SluiceError {
  return new SluiceError("InvalidConfig", message);
}

/** The real path of a file, so that a link to it stays a link; the path itself if the file does not exist. */
async function followLink(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
