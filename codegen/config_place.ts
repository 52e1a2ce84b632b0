/**
 * Places in a `sluice.json`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, diagnosticAt } from "./diagnostics.ts";

/** A diagnostic where a text first stands, in quotes, in the configuration. */
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
