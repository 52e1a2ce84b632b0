/**
 * Prints the table and writes it to `bench/results.md`.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import type { Row } from "./measure.ts";

/** The generated page of results. */
export const PAGE: URL = new URL("results.md", import.meta.url);

const HEAD = `<!-- deno-fmt-ignore-file -->
<!-- Made by "deno task bench". Do not edit. -->

# Results of the benchmarks

[Benchmarks](../docs/benchmarks.md) has the method.
`;

/** One line for the terminal. */
export function formatLine({ what, peer, result, spread, goal, hit, detail }: Row): string {
  const against = peer === "" ? "" : ` against ${peer}`;
  const wanted = goal === "" ? "" : `, goal ${goal}: ${hit ? "hit" : "MISSED"}`;
  return `${what}${against}: ${result}${spread === "" ? "" : ` (${spread})`}${wanted} [${detail}]`;
}

/** Writes the page of results. */
export async function writePage(rows: readonly Row[], runs: number): Promise<void> {
  await writeFile(
    PAGE,
    `${HEAD}
${table(rows, runs)}`,
  );
}

/** The table in Markdown. */
export function table(rows: readonly Row[], runs: number): string {
  const cells = [
    ["what", "against", "median", "lowest to highest", "goal", "hit"],
    ...rows.map((
      row,
    ) => [row.what, row.peer, row.result, row.spread, row.goal, row.hit === undefined ? "" : row.hit ? "yes" : "no"]),
  ];
  const widths = cells[0].map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return `${machine()}; ${runs} paired runs.\n\n${[line(cells[0]), rule, ...cells.slice(1).map(line)].join("\n")}\n`;
}

/** The machine by what matters: how many cores of what kind. */
function machine(): string {
  const kind = cpus()[0]?.model.replace(/\s*@.*$/, "").replace(/\s+/g, " ").trim() || Deno.build.arch;
  return `Measured on ${navigator.hardwareConcurrency} cores (${kind}), Deno ${Deno.version.deno}`;
}
