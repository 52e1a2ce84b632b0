/**
 * `sluice new processor`: makes a class, its test and its page, and generates their code.
 *
 * @module
 */
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { NewProcessorArgs } from "./args.ts";
import { EXIT } from "./failure.ts";
import type { Io } from "./output.ts";

/** @returns the exit code */
export async function newProcessorCommand(args: NewProcessorArgs, io: Io): Promise<number> {
  const { newProcessor } = await import("../codegen/new_processor.ts");
  const { runCodegen } = await import("../codegen/main.ts");
  const config = args.config ?? "sluice.json";
  const { files } = await newProcessor(args.name, config, args.folder, runtimeFor(dirname(resolve(config))));
  for (const path of files) io.stdout.line(`new: ${path}`);
  const code = await runCodegen(args.config === undefined ? [] : ["--config", args.config]);
  if (code !== EXIT.ok) return code;
  io.stdout.line(`Try it: deno test -A ${relative(".", resolve(dirname(config), files[1]))}`);
  return EXIT.ok;
}

/** What a new package imports the runtime by: these very files where they are a checkout, else the published name. */
function runtimeFor(root: string): string {
  const here = new URL("../core/generated_api.ts", import.meta.url);
  if (here.protocol !== "file:" || here.pathname.includes("/node_modules/")) return "@sluice/sluice";
  const path = relative(root, fileURLToPath(here)).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}
