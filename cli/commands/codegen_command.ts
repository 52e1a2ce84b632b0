/**
 * `sluice codegen`: runs the generator, which is loaded only on demand.
 *
 * @module
 */
import type { CodegenArgs } from "../args.ts";

/** @returns the exit code */
export async function codegenCommand(args: CodegenArgs): Promise<number> {
  const { runCodegen } = await import("../../codegen/main.ts");
  const forwarded = [
    ...(args.watch ? ["--watch"] : []),
    ...(args.check ? ["--check"] : []),
    ...(args.config === undefined ? [] : ["--config", args.config]),
  ];
  return await runCodegen(forwarded);
}
