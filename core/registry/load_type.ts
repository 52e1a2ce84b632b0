/**
 * Finds a node type by the package that holds it: how worker lanes get at processors.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { AnyNodeType, NodePackage } from "./node_type.ts";

/**
 * Imports a generated module and takes one of its node types.
 *
 * @param packageUrl URL of a module that exports `nodePackage`
 * @throws {SluiceError} `NodeTypeNotFound` if the package does not hold the type
 */
export async function loadNodeType(type: string, packageUrl: string): Promise<AnyNodeType> {
  const module = await import(packageUrl) as { nodePackage?: NodePackage };
  const found = module.nodePackage?.nodes.find((each) => each.descriptor.type === type);
  if (found !== undefined) return found;
  throw new SluiceError(
    "NodeTypeNotFound",
    `Cannot find node type "${type}" in ${packageUrl}; run deno task codegen to bring it up to date`,
  );
}
