/**
 * `sluice new`: makes a project, or a processor with its test and its page, and generates their code.
 *
 * @module
 */
import { dirname, join, relative, resolve } from "node:path";
import type { NewProcessorArgs, NewProjectArgs } from "../args.ts";
import { COMMAND_LINE } from "../project/configuration.ts";
import { ownCheckout } from "../project/own_package.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { VERSION } from "../output/version.ts";

/** @returns the exit code */
export async function newProjectCommand({ folder }: NewProjectArgs, io: Io): Promise<number> {
  const { newProject } = await import("../../codegen/new/new_project.ts");
  const { runCodegen } = await import("../../codegen/main.ts");
  const { WriteFailure } = await import("../../codegen/files/write_together.ts");
  try {
    const files = await newProject(folder, { version: VERSION, checkout: ownCheckout() });
    for (const file of files) io.stdout.line(`new: ${join(folder, file)}`);
  } catch (error) {
    if (!(error instanceof WriteFailure)) throw error;
    const mend = error.mend ?? "name another folder";
    io.stderr.line(`error: Cannot make a project in "${folder}": ${error.message}; nothing was made; ${mend}`);
    return EXIT.failed;
  }
  const code = await runCodegen(["--config", join(folder, "sluice.json")]);
  if (code !== EXIT.ok) return code;
  const there = resolve(folder) === resolve(".")
    ? ""
    : `cd ${/^[\w./+@-]+$/.test(folder) ? folder : `"${folder}"`} && `;
  io.stdout.line(`Try it: ${there}deno task dev`);
  return EXIT.ok;
}

/** @returns the exit code */
export async function newProcessorCommand(args: NewProcessorArgs, io: Io): Promise<number> {
  const { newProcessor } = await import("../../codegen/new/new_processor.ts");
  const { runCodegen } = await import("../../codegen/main.ts");
  const { WriteFailure } = await import("../../codegen/files/write_together.ts");
  const configPath = args.config ?? "sluice.json";
  const root = dirname(resolve(configPath));
  const source = { version: VERSION, checkout: ownCheckout() };
  let made: Awaited<ReturnType<typeof newProcessor>>;
  try {
    made = await newProcessor({ ...args, configPath, source });
  } catch (error) {
    if (!(error instanceof WriteFailure)) throw error;
    const left = error.left.length === 0 ? "nothing was made" : `left as they are: ${error.left.join(", ")}`;
    const mend = error.mend ?? "name another folder with --folder";
    io.stderr.line(`error: Cannot make processor "${args.name}": ${error.message}; ${left}; ${mend}`);
    return EXIT.failed;
  }
  const { files, changes, manifest } = made;
  for (const { path, added } of changes) {
    io.stdout.line(added.length === 0 ? `new: ${path}` : `changed: ${path}: ${added.join(", ")}`);
  }
  for (const path of files) io.stdout.line(`new: ${path}`);
  const code = await runCodegen(args.config === undefined ? [] : ["--config", args.config]);
  if (code !== EXIT.ok) return code;
  // Deno looks for its configuration from the current directory upwards, not from the test.
  const elsewhere = root === resolve(".") || manifest === undefined ? "" : ` --config ${relative(".", manifest.path)}`;
  io.stdout.line(`Try it: deno test -A${elsewhere} ${relative(".", resolve(root, files[1]))}`);
  if (elsewhere === "" && manifest !== undefined) {
    const codegen = manifest.tasks.includes("codegen") ? "deno task codegen" : `${COMMAND_LINE} codegen`;
    io.stdout.line(`After each change of an annotation: ${codegen}`);
  }
  return EXIT.ok;
}
