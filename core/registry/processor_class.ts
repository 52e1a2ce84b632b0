/**
 * Gets the class of a node type from the module that exports it. Called by generated code, which may be older than that
 * module.
 *
 * @module
 */
import { listNames, SluiceError } from "../errors.ts";
import { didYouMean } from "../errors/suggestion.ts";
import { CODEGEN_COMMAND } from "./staleness.ts";

/**
 * Returns the class that a module exports by a name.
 *
 * @param type the registered name of the node type
 * @param path the module's path in messages
 * @throws {SluiceError} `InvalidGraph` if the module exports no such class, or if the class has no `process()`
 */
export function processorClass<M extends object, K extends string & keyof M>(
  type: string,
  path: string,
  module: M,
  name: K,
): M[K] {
  if (isProcessorClass(module[name])) return module[name];
  const classes = Object.keys(module).filter((each) => isProcessorClass(module[each as K]));
  const found = typeof module[name] === "function"
    ? `its class "${name}" has no method process()`
    : `it exports no class "${name}"${didYouMean(name, classes)}`;
  throw new SluiceError(
    "InvalidGraph",
    `Cannot load node type "${type}" from "${path}": ${found}; processors there: ${listNames(classes)}; ` +
      `if the class was renamed, moved or removed, run ${CODEGEN_COMMAND}`,
  );
}

function isProcessorClass(value: unknown): boolean {
  return typeof value === "function" && typeof value.prototype?.process === "function";
}
