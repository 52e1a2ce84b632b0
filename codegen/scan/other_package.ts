/**
 * Reads the node types of another package from its generated module: the descriptors in it are literals, so that
 * nothing of the other package is run.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parse } from "jsonc-parser";
import { Node, type ObjectLiteralExpression, Project, SyntaxKind } from "ts-morph";
import type { NodeDescriptor } from "../../core/registry/descriptor.ts";
import { diagnosticInConfig } from "../config_place.ts";
import type { Diagnostic } from "../diagnostics.ts";
import type { OtherPackageModel } from "../model.ts";
import { evaluate } from "./literal.ts";

/**
 * Reads a generated module.
 *
 * @param root absolute path of the package that names it
 * @param specifier a path that starts at `root`, or a name that the `imports` of its `deno.json` lead to one
 * @param diagnostics what is wrong is added here
 */
export function readOtherPackage(
  root: string,
  configFile: string,
  specifier: string,
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
  let text: string;
  try {
    text = readFileSync(join(root, path), "utf8");
  } catch {
    return refuse(`"${path}" cannot be read`, `run "deno task codegen" in that package, or correct the path`);
  }
  const file = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true }).createSourceFile(
    "/other.gen.ts",
    text,
  );
  const descriptors: NodeDescriptor[] = [];
  let name: unknown;
  for (const call of file.getDescendantsOfKind(SyntaxKind.CallExpression)) {
    const called = call.getExpression().getText();
    const [parts] = call.getArguments();
    if (!Node.isObjectLiteralExpression(parts)) continue;
    if (called === "definePackage") name = literalOf(parts, "name");
    if (called === "defineNodeType") descriptors.push(literalOf(parts, "descriptor") as NodeDescriptor);
  }
  if (typeof name !== "string" || descriptors.length === 0 || descriptors.some((each) => each?.type === undefined)) {
    return refuse(`"${path}" was not made by the generator`, `name a "sluice.gen.ts"`);
  }
  return { name, path, specifier, descriptors };
}

function literalOf(parts: ObjectLiteralExpression, key: string): unknown {
  const property = parts.getProperty(key);
  const initializer = Node.isPropertyAssignment(property) ? property.getInitializer() : undefined;
  const value = initializer && evaluate(initializer);
  return value?.ok ? value.value : undefined;
}

function mappedPath(root: string, specifier: string): string | undefined {
  for (const name of ["deno.json", "deno.jsonc"]) {
    try {
      const target = parse(readFileSync(join(root, name), "utf8"))?.imports?.[specifier];
      if (typeof target === "string" && /^\.\.?\//.test(target)) return posix.normalize(target);
    } catch {
      // Not there.
    }
  }
  return undefined;
}
