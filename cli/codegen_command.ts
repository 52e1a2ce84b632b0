/**
 * `sluice codegen`: runs the generator. It is imported only here, and only when it is asked for.
 *
 * @module
 */
import { runCodegen } from "../codegen/main.ts";
import type { CodegenArgs } from "./args.ts";

/** @returns the exit code */
export async function codegenCommand(args: CodegenArgs): Promise<number> {
  const forwarded = [
    ...(args.check ? ["--check"] : []),
    ...(args.config === undefined ? [] : ["--config", args.config]),
  ];
  return await runCodegen(forwarded);
}
