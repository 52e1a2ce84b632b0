/**
 * Places in a `sluice.json`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { type Diagnostic, diagnosticAt } from "./diagnostics.ts";

/** A diagnostic at the first place of a quoted text in the configuration. */
export function diagnosticInConfig(
  root: string,
  configFile: string,
  quoted: string,
  message: string,
  mend: string,
): Diagnostic {
  let text: string;
  try {
    text = readFileSync(join(root, configFile), "utf8");
  } catch {
    return { file: configFile, message, mend };
  }
  const shown = JSON.stringify(quoted);
  const at = Math.max(0, text.indexOf(shown));
  return diagnosticAt(configFile, text, at, at + shown.length, message, mend);
}

/** A diagnostic at the value of a key of the configuration; of the whole file if the key is left to its default. */
export function diagnosticAtKey(
  root: string,
  configFile: string,
  key: string,
  message: string,
  mend: string,
): Diagnostic {
  try {
    const text = readFileSync(join(root, configFile), "utf8").replace(/^\uFEFF/, "");
    const tree = parseTree(text);
    const value = tree && findNodeAtLocation(tree, [key]);
    if (value !== undefined) {
      return diagnosticAt(configFile, text, value.offset, value.offset + value.length, message, mend);
    }
  } catch {
    // The file existed a moment ago. The message is clear enough without the place.
  }
  return { file: configFile, message, mend };
}
