/**
 * The plainest command lines, read without Optique, which takes a start 20 ms to load: `sluice run GRAPH.json`, with
 * `--quiet` or `--json`.
 *
 * @module
 */
import type { RunArgs } from "./args.ts";

/**
 * Reads a command line if it is one of these.
 *
 * @param args without the program's name
 * @returns what `parseArgs()` gives; `undefined` where that has to read it
 */
export function readPlainRun([command, ...rest]: readonly string[]): RunArgs | undefined {
  if (command !== "run") return undefined;
  let graph: string | undefined;
  const given = new Set<string>();
  for (const word of rest) {
    const option = word === "-q" ? "--quiet" : word;
    if (option === "--quiet" || option === "--json") {
      if (given.has(option)) return undefined;
      given.add(option);
    } else {
      if (graph !== undefined || word.startsWith("-") || word.trim() === "") return undefined;
      graph = word;
    }
  }
  if (graph === undefined) return undefined;
  const [quiet, json] = [given.has("--quiet"), given.has("--json")];
  return { command, graph, set: [], json, quiet, watch: false, dev: false, origins: [], packages: [], plugins: [] };
}
