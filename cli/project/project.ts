/**
 * A folder with a `sluice.json`: whether its classes have generated code, and whether that knows all of them.
 *
 * @module
 */
import { dirname, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SluiceError } from "../../core/errors.ts";
import type { NodePackage } from "../../core/registry/node_type.ts";

/** File that says what the generator reads. */
const CONFIG = "sluice.json";

/** What makes a file worth reading for the generator. */
const ANNOTATION = /^[ \t]*@processor\b/m;

/** A folder with a `sluice.json`. */
export interface Project {
  /** The package's name. */
  readonly name: string;
  /** Absolute path of the folder. */
  readonly folder: string;
  /** Absolute path of the generated module, whether it is there or not. */
  readonly generated: string;
  /** Absolute paths of folders with plugins. */
  readonly plugins: readonly string[];
  /** Absolute paths of the files with processor classes, sorted. */
  readonly classFiles: readonly string[];
}

/**
 * Reads the project in a folder. The parts of the generator that this takes are loaded only where there is one.
 *
 * @returns `undefined` if the folder has no `sluice.json`
 * @throws {SluiceError} `InvalidGraph` if that cannot be read
 */
export async function readProject(folder: string): Promise<Project | undefined> {
  const path = resolve(folder, CONFIG);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch {
    return undefined;
  }
  const [{ parseConfig }, { describePlaced }, { findFiles }] = await Promise.all([
    import("../../codegen/config.ts"),
    import("../../codegen/diagnostics.ts"),
    import("../../codegen/files/find_files.ts"),
  ]);
  const { config, diagnostics } = parseConfig(relative(".", path), text);
  if (config === undefined) {
    throw new SluiceError("InvalidGraph", describePlaced(diagnostics[0]));
  }
  const root = dirname(path);
  const paths = (await findFiles(root, config.include, config.exclude)).map((each) => resolve(root, each));
  const annotated = await Promise.all(paths.map(async (each) => ANNOTATION.test(await Deno.readTextFile(each))));
  return {
    name: config.name,
    folder: root,
    generated: resolve(root, config.output),
    plugins: (config.plugins ?? []).map((each) => resolve(root, each)),
    classFiles: paths.filter((_, i) => annotated[i]),
  };
}

/** The files of a project with classes that its generated code does not know, as absolute paths. */
export function findNewClassFiles(project: Project, known: NodePackage): string[] {
  const sources = new Set(Object.keys(known.sources).map((path) => new URL(path, known.url).href));
  return project.classFiles.filter((path) => !sources.has(pathToFileURL(path).href));
}
