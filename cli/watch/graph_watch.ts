/**
 * The graph file of `sluice run --watch`. The run reads it only at the start, so a later save is reported, with what is
 * wrong with the new text.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { SluiceError } from "../../core/errors.ts";
import { readGraphText } from "../../core/graph/graph_text.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { type ConfigOverride, parseOverride } from "../../core/graph/check_nodes.ts";
import { readFreshPackage } from "../../core/registry/fresh_package.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { RunArgs } from "../args.ts";
import { errorEvent, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { checkWithEntries } from "../project/entry_settings.ts";
import { isWatchable } from "./watchable.ts";

/** Time between two checks of the file, milliseconds. Two checks in a row that find the same file end a save. */
const LOOK_MS = 250;

/**
 * Reports each save that changes the file's text, until `signal` aborts.
 *
 * @param running the text of the running graph
 * @param registry the node types that it was read with
 */
export async function watchGraphFile(
  args: Pick<RunArgs, "graph" | "set" | "json">,
  running: string,
  registry: NodeRegistry,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  let [last, seen, told] = ["", "", running];
  while (!signal.aborted) {
    const stamp = await stampOf(args.graph);
    if (stamp !== undefined && stamp === last && stamp !== seen) {
      seen = stamp;
      const text = await readGraphText(args.graph).catch(() => undefined);
      if (text !== undefined && text !== told) {
        told = text;
        const errors = text === running ? [] : await findErrors(text, args, registry, signal);
        if (!signal.aborted) report(args, text === running, errors, io);
      }
    }
    last = stamp ?? "";
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

function report({ graph, json }: Pick<RunArgs, "graph" | "json">, runs: boolean, errors: SluiceError[], io: Io): void {
  if (json) return io.stdout.line(JSON.stringify({ event: "graph-changed", runs, errors: errors.map(errorEvent) }));
  if (runs) return io.stderr.line(`${graph} is again the graph that runs`);
  io.stderr.line(
    `${graph} has changed; the graph goes on as it was: start it anew (Ctrl-C, then the same command) to run the new one`,
  );
  if (errors.length > 0) reportErrors(errors, io, false);
}

/** The errors of a graph, according to the current node types. */
async function findErrors(
  text: string,
  { graph, set }: Pick<RunArgs, "graph" | "set">,
  registry: NodeRegistry,
  signal: AbortSignal,
): Promise<SluiceError[]> {
  try {
    const fresh = new NodeRegistry();
    const urls = new Set<string>();
    for (const type of registry.list()) {
      const url = type.package?.url;
      if (url === undefined || !await isWatchable(url, Deno.cwd())) fresh.add(type);
      else urls.add(url);
    }
    for (const url of urls) fresh.addPackage(await readFreshPackage(url, signal));
    const check = (settings: readonly ConfigOverride[]) => checkGraph(text, graph, fresh, settings);
    return [...checkWithEntries(set.map(parseOverride), fresh, check).errors];
  } catch {
    // Generated code that cannot be read now says nothing about the graph.
    return [];
  }
}

/** A value that changes with each save; `undefined` if the file does not exist. */
async function stampOf(path: string): Promise<string | undefined> {
  return await Deno.stat(path).then(({ mtime, size, ino }) => `${mtime?.getTime()} ${size} ${ino}`, () => undefined);
}
