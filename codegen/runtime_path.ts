/**
 * The specifier by which a generated module imports the runtime.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import type { GeneratorConfig } from "./config.ts";
import { pathOfSpecifier, relativePath } from "./paths.ts";
import { describeFileError } from "./files/read_source.ts";

/**
 * The specifier of the runtime in the generated module, which may stand deeper than the package's root: a path or a URL
 * names the module itself; a package has a door for generated code.
 */
export function runtimeSpecifier({ runtime, output }: Pick<GeneratorConfig, "runtime" | "output">): string {
  if (isRelative(runtime)) return relativePath(output, runtime);
  return isAbsolute(runtime) || /^(?:https?|file):/.test(runtime) ? runtime : `${runtime}/generated`;
}

/**
 * Where the runtime is on this machine.
 *
 * @param root absolute path of the package's root
 * @param runtime as `sluice.json` has it
 * @returns an absolute path; `undefined` if `runtime` is a package's name or a URL
 */
export function runtimePath(root: string, runtime: string): string | undefined {
  return isRelative(runtime) || isAbsolute(runtime) ? resolve(root, pathOfSpecifier(runtime)) : undefined;
}

/** Why nothing can be imported from the runtime's file, to follow a colon; `undefined` if the file exists. */
export async function findRuntimeProblem(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isFile() ? undefined : "it is not a file";
  } catch (error) {
    return describeFileError(error);
  }
}

function isRelative(specifier: string): boolean {
  return /^\.\.?\//.test(specifier);
}
