/**
 * Finds the node types of a package by its `sluice.json`.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findNodeAtLocation, type ParseError, parseTree } from "jsonc-parser";
import { SluiceError } from "../errors.ts";
import { LineIndex } from "./graph_text.ts";
import { placed } from "./diagnostics.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { describeStaleSources, findStaleSources, loadNodePackage } from "../registry/staleness.ts";

/**
 * Registers every class that the globs of a `sluice.json` name, from the module that the generator made of them, and
 * the node types of the packages that it lists.
 *
 * @param configPath path of the `sluice.json`
 * @throws {SluiceError} `InvalidGraph` if the file cannot be read, with its `place` if it is no JSON; if the generated
 * module is missing, or older than the classes, or if two packages register one name
 */
export async function collectNodes(configPath = "sluice.json"): Promise<NodeRegistry> {
  const output = outputOf(await readText(configPath), configPath);
  const pkg = await loadNodePackage(new URL(output, pathToFileURL(resolve(configPath))));
  const stale = await findStaleSources(pkg);
  if (stale.length > 0) {
    throw new SluiceError("InvalidGraph", `Cannot collect nodes: ${describeStaleSources(pkg, stale)}`);
  }
  return new NodeRegistry([pkg]);
}

async function readText(configPath: string): Promise<string> {
  try {
    return await Deno.readTextFile(configPath);
  } catch (cause) {
    const isAbsent = (cause as { code?: string }).code === "ENOENT";
    const found = isAbsent ? `there is no file "${resolve(configPath)}"` : `"${configPath}" cannot be read`;
    throw new SluiceError("InvalidGraph", `Cannot collect nodes: ${found}; name the sluice.json of a package`, {
      cause,
    });
  }
}

/** The path of the generated module, relative to the configuration. */
function outputOf(text: string, configPath: string): string {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const refuse = (offset: number, found: string, mend: string): SluiceError =>
    placed(
      new SluiceError("InvalidGraph", `Cannot collect nodes: ${found}; ${mend}`),
      new LineIndex(text, configPath).place(offset),
    );
  if (errors.length > 0 || root?.type !== "object") {
    throw refuse(errors[0]?.offset ?? root?.offset ?? 0, "the file is no JSON object", "correct its syntax");
  }
  const output = findNodeAtLocation(root, ["output"]);
  if (output === undefined) return "sluice.gen.ts";
  if (output.type === "string") return output.value;
  throw refuse(output.offset, '"output" is not text', "give the path of the generated module");
}
