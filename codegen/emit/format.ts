/**
 * Formats generated TypeScript as `deno fmt` does in this repository.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createFromBuffer, type Formatter } from "@dprint/formatter";
import { getPath } from "@dprint/typescript";

let formatter: Formatter | undefined;

/**
 * Formats a TypeScript file.
 *
 * @throws if the text is not TypeScript
 */
export function formatTypeScript(text: string): string {
  if (formatter === undefined) {
    formatter = createFromBuffer(readFileSync(getPath()));
    formatter.setConfig({ lineWidth: 120, indentWidth: 2, useTabs: false, newLineKind: "lf" }, {
      deno: true,
      lineWidth: 120,
    });
  }
  return formatter.formatText({ filePath: "sluice.gen.ts", fileText: text });
}
