/**
 * `sluice check`: lists everything that is wrong with a graph file by itself. It makes no node: `sluice run` reports
 * what only `setup()` or the frames show, such as a missing media file or two sample rates on a mixer.
 *
 * @module
 */
import type { CheckArgs } from "../args.ts";
import { EXIT, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { warnOfStaleCode } from "../project/packages.ts";
import { readGraph } from "./read_graph.ts";

/** @returns the exit code */
export async function checkCommand(args: CheckArgs, io: Io): Promise<number> {
  const { document, errors, warnings, registry } = await readGraph(args);
  await warnOfStaleCode(registry, args);
  const [nodes, links] = [document?.nodes.length ?? 0, document?.links.length ?? 0];
  const code = document === undefined ? reportErrors(errors, io, args.json) : EXIT.ok;
  for (const { message } of warnings) io.stderr.line(`warning: ${message}`);
  if (args.json) {
    const ok = document !== undefined;
    io.stdout.line(
      JSON.stringify({
        event: "check",
        file: args.graph,
        ok,
        errors: errors.length,
        warnings: warnings.length,
        nodes,
        links,
      }),
    );
  } else if (document !== undefined) {
    const found = warnings.length === 0
      ? "nothing is wrong with the graph"
      : `no errors, ${plural(warnings.length, "warning")}`;
    io.stdout.line(
      `${args.graph}: ${found} (${plural(nodes, "node")}, ${plural(links, "link")}); ` +
        "what lies in files, and whether formats fit that nobody configures, shows when it runs",
    );
  }
  return code;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
