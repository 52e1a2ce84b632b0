/**
 * Finds a node type by its package, as worker lanes do, and its class in the module that exports it: generated code may
 * be older than either.
 *
 * @module
 */
import { listNames, SluiceError } from "../errors.ts";
import { didYouMean } from "../errors/suggestion.ts";
import { describeThrown, isInstance } from "../errors/thrown.ts";
import { logDetail } from "../log.ts";
import { importModule } from "./import_module.ts";
import type { AnyNodeType } from "./node_type.ts";
import { CODEGEN_COMMAND } from "./staleness.ts";

/** Codes that colour a terminal's text. */
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const COLORS = /\x1b\[[0-9;]*m/g;

/** The possible exports of a module named as a package. */
interface PackageModule {
  readonly nodePackage?: { readonly nodes?: readonly AnyNodeType[] };
}

/**
 * Imports a generated module and takes one of its node types.
 *
 * @param packageUrl URL of a module that exports `nodePackage`
 * @returns the type; its `load()` throws `InvalidGraph` as well if the module of its class cannot be imported
 * @throws {SluiceError} `InvalidGraph` if the module cannot be imported or is no package, `NodeTypeNotFound` if the
 * package does not hold the type
 */
export async function loadNodeType(type: string, packageUrl: string): Promise<AnyNodeType> {
  const { nodePackage } = await attempt<PackageModule>(type, packageUrl, () => importModule(packageUrl, type));
  if (!Array.isArray(nodePackage?.nodes)) {
    throw new SluiceError(
      "InvalidGraph",
      `Cannot load node type "${type}" from "${packageUrl}": the module does not export "nodePackage" with a list ` +
        `"nodes", so the generator did not make it; give the package the URL of its "sluice.gen.ts"`,
    );
  }
  const found = nodePackage.nodes.find((each) => each.descriptor.type === type);
  if (found === undefined) {
    throw new SluiceError(
      "NodeTypeNotFound",
      `Cannot find node type "${type}" in ${packageUrl}; run deno task codegen to bring it up to date`,
    );
  }
  logDetail("lane", "trace", () => [`Found node type "${type}"`, { in: packageUrl }]);
  return placedType(found, packageUrl);
}

/**
 * Wraps a type. Its `load()` throws `InvalidGraph`, naming the module, if the module of its class cannot be imported or
 * throws.
 *
 * @param url the module to name if the type does not name its package
 */
export function placedType(type: AnyNodeType, url: string): AnyNodeType {
  const { descriptor, portsOf } = type;
  const source = type.package && URL.parse(descriptor.source.replace(/:\d+$/, ""), type.package.url)?.href;
  return {
    descriptor,
    package: type.package,
    load: () => attempt(descriptor.type, source ?? type.package?.url ?? url, () => type.load()),
    ...(portsOf && { portsOf }),
  };
}

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

/** Runs an import, and adds the attempted action to its failure. */
async function attempt<T>(type: string, url: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (isInstance(cause, SluiceError)) throw cause;
    const error = new SluiceError(
      "InvalidGraph",
      `Cannot load node type "${type}" from "${url}": ${summarize(cause)}`,
      { cause },
    );
    const { stack } = describeThrown(cause);
    if (stack !== undefined) error.stack = stack;
    throw error;
  }
}

/** The first line of an import's failure, the place in its last line, and what to do if a package is missing. */
function summarize(cause: unknown): string {
  const lines = describeThrown(cause).message.replace(COLORS, "").trim().split("\n");
  const place = lines.length > 1 ? /^ *at (\S+:\d+:\d+)$/.exec(lines[lines.length - 1]) : null;
  const what = place === null ? lines[0] : `${lines[0]} (${place[1]})`;
  const missing = /^Import "((?:@[\w.-]+\/)?[a-z0-9][\w.-]*)[^"]*" not a dependency/i.exec(lines[0]);
  if (missing === null) return what;
  // A process keeps the `imports` that it started with.
  return `${what}; unless it is added, run "deno add npm:${missing[1]}", then start anew`;
}

function isProcessorClass(value: unknown): boolean {
  return typeof value === "function" && typeof value.prototype?.process === "function";
}
