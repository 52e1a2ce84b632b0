/**
 * `sluice new project FOLDER`: makes a folder in which a processor, its test, a graph file and a script work at once.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import { newManifest, type RuntimeSource } from "./deno_manifest.ts";
import { LINE_WIDTH, newProjectFiles, projectTasks } from "./new_project_files.ts";
import { STANDARD_PACKAGE } from "../standard_types.ts";
import { writeTogether } from "../files/write_together.ts";

/**
 * Makes the files of a new project, and the folder if it is missing.
 *
 * @param folder its path; the package is named after it
 * @param source where the runtime comes from
 * @returns names of the files
 * @throws {SluiceError} `InvalidConfig` if one of the files exists
 * @throws {WriteFailure} if a file cannot be written; then no file is
 */
export async function newProject(folder: string, source: RuntimeSource): Promise<readonly string[]> {
  if (folder === "") throw refuse('Cannot make a project: the folder is empty; name one, such as "../my-graphs"');
  const root = resolve(folder);
  const runtime = STANDARD_PACKAGE;
  const manifest = newManifest(root, runtime, source, {
    tasks: projectTasks(runtime),
    fmt: { lineWidth: LINE_WIDTH, exclude: ["*.gen.ts"] },
  });
  const files = { "deno.json": manifest.text, ...newProjectFiles(packageName(root), runtime) };
  for (const name of Object.keys(files)) {
    if (!await exists(join(root, name))) continue;
    throw refuse(
      `Cannot make a project in "${folder}": "${name}" is there already; name another folder, or add a processor to a ` +
        `project with "sluice new processor NAME"`,
    );
  }
  await writeTogether(Object.entries(files).map(([name, text]) => ({ path: join(root, name), text })));
  return Object.keys(files);
}

/** The folder's name, reduced to what a package may be called. */
function packageName(root: string): string {
  return basename(root).replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|-+$/g, "") || "my-graphs";
}

function refuse(message: string): SluiceError {
  return new SluiceError("InvalidConfig", message);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false);
}
