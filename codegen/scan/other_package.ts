/**
 * Reads the node types of another package from its generated module: the descriptors in it are literals, so that none
 * of the other package's code runs.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { parse } from "jsonc-parser";
import { Node, type ObjectLiteralExpression, Project, type SourceFile, SyntaxKind } from "ts-morph";
import type { NodeDescriptor } from "../../core/descriptor/descriptor.ts";
import { diagnosticInConfig } from "../config_place.ts";
import type { Diagnostic } from "../diagnostics.ts";
import { MANIFESTS } from "../files/imported_files.ts";
import type { OtherPackageModel } from "../model.ts";
import { evaluate } from "./literal.ts";
import { findDeepNode, isOverflow } from "./nesting.ts";
import { isGeneratedModule } from "../files/outputs.ts";
import type { SourceText } from "../files/read_source.ts";

/**
 * Reads a generated module.
 *
 * @param root absolute path of the package that names it
 * @param output this package's generated module
 * @param specifier a path that starts at `root`, or a name that the `imports` of its `deno.json` map to one
 * @param readText reads a file by its path relative to `root`
 * @param diagnostics receives the errors
 */
export function readOtherPackage(
  root: string,
  configFile: string,
  output: string,
  specifier: string,
  readText: (path: string) => SourceText,
  diagnostics: Diagnostic[],
): OtherPackageModel | undefined {
  const refuse = (reason: string, mend: string): undefined =>
    void diagnostics.push(
      diagnosticInConfig(root, configFile, specifier, `Cannot use package "${specifier}": ${reason}`, mend),
    );
  const path = /^\.\.?\//.test(specifier) ? posix.normalize(specifier) : mappedPath(root, specifier);
  if (path === undefined) {
    return refuse(
      `"imports" of deno.json has no path for it`,
      `name the path of its generated module: "./…/sluice.gen.ts"`,
    );
  }
  if (resolve(root, path) === resolve(root, output)) {
    return refuse("it is the module that is generated here", `leave it out of "packages"`);
  }
  const read = readText(path);
  if (!read.ok) {
    return refuse(
      `"${path}" cannot be read: ${read.reason}`,
      `run "deno task codegen" in that package, or correct the path`,
    );
  }
  const file = parseModule(read.text);
  if (file === undefined) return refuse(`"${path}" is nested too deeply`, `name a "sluice.gen.ts"`);
  const descriptors: NodeDescriptor[] = [];
  let name: unknown;
  for (const call of file.getDescendantsOfKind(SyntaxKind.CallExpression)) {
    const called = call.getExpression().getText();
    const [parts] = call.getArguments();
    if (!Node.isObjectLiteralExpression(parts)) continue;
    if (called === "definePackage") name = literalOf(parts, "name");
    if (called === "defineNodeType" || called === "shippedStage") {
      descriptors.push(literalOf(parts, "descriptor") as NodeDescriptor);
    }
  }
  if (typeof name !== "string" || descriptors.length === 0 || !descriptors.every(isDescriptor)) {
    return isGeneratedModule(read.text)
      ? refuse(`"${path}" is cut off, or was changed by hand`, `run "deno task codegen" in that package`)
      : refuse(`"${path}" was not made by the generator`, `name a "sluice.gen.ts"`);
  }
  return { name, path, specifier, descriptors };
}

function parseModule(text: string): SourceFile | undefined {
  try {
    const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
    const file = project.createSourceFile("/other.gen.ts", text);
    return findDeepNode(file.compilerNode) === undefined ? file : undefined;
  } catch (error) {
    if (isOverflow(error)) return undefined;
    throw error;
  }
}

function isDescriptor(value: NodeDescriptor | undefined): boolean {
  return typeof value?.type === "string" && Array.isArray(value.inputs) && Array.isArray(value.outputs) &&
    Array.isArray(value.config?.required);
}

function literalOf(parts: ObjectLiteralExpression, key: string): unknown {
  const property = parts.getProperty(key);
  const initializer = Node.isPropertyAssignment(property) ? property.getInitializer() : undefined;
  const value = initializer && evaluate(initializer);
  return value?.ok ? value.value : undefined;
}

function mappedPath(root: string, specifier: string): string | undefined {
  for (const name of MANIFESTS) {
    try {
      const target = parse(readFileSync(join(root, name), "utf8"))?.imports?.[specifier];
      if (typeof target === "string" && /^\.\.?\//.test(target)) return posix.normalize(target);
    } catch {
      // The file does not exist.
    }
  }
  return undefined;
}
