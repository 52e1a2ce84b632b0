/**
 * `deno task codegen [--check | --watch] [--config PATH]`: writes `sluice.gen.ts` and `sluice.schema.json`.
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { keepIgnoringHangup, TASK_GONE, watchTaskParent } from "../core/process/signals.ts";
import { formatDiagnostic, isError } from "./diagnostics.ts";
import { generate, type GenerateResult } from "./generate.ts";
import { placeShippedStages } from "./shipped_stages.ts";
import { watch } from "./watch.ts";

const USAGE = `Usage: deno task codegen [--check | --watch] [--config PATH]

Reads the processor classes that sluice.json names, and writes sluice.gen.ts and sluice.schema.json beside it.

  --check        write nothing; end with 1 if a generated file is missing or stale
  --watch        go on, and write anew whenever a class changes; Ctrl-C ends it
  --config PATH  the configuration to use (default: sluice.json)
  --help         show this`;

/**
 * Runs the generator as a command.
 *
 * @param args arguments of the command line
 * @returns the exit code: 0, 1 (something was refused or is stale), 2 (wrong arguments)
 */
export async function runCodegen(args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  let values: { check?: boolean; watch?: boolean; config?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        check: { type: "boolean" },
        watch: { type: "boolean" },
        config: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }));
  } catch (error) {
    console.error(`Cannot run codegen: ${firstLine(error)}\n\n${USAGE}`);
    return 2;
  }
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const configPath = values.config ?? "sluice.json";
  if (configPath === "") {
    console.error(`Cannot run codegen: "--config" is empty, wanted the path of a configuration\n\n${USAGE}`);
    return 2;
  }
  const check = values.check === true;
  if (values.watch === true) return await watchCodegen(configPath, check, values.config);
  let result: GenerateResult;
  try {
    const stages = await placeShippedStages(resolve(configPath), check);
    result = await generate({ configPath, check });
    result = { ...result, files: [...stages.map((each) => ({ ...each, text: "" })), ...result.files] };
  } catch (error) {
    console.error(`Cannot generate code: ${firstLine(error)}`);
    return 1;
  }
  return report(result, check, values.config, performance.now() - startedMs, new Set());
}

async function watchCodegen(configPath: string, check: boolean, config: string | undefined): Promise<number> {
  const stopped = new AbortController();
  const told = new Set<string>();
  keepIgnoringHangup();
  Deno.addSignalListener("SIGINT", () => stopped.abort());
  const forgetParent = watchTaskParent(() => {
    console.error(`Stopping: ${TASK_GONE}`);
    stopped.abort();
  });
  try {
    await watch({ configPath, check }, ({ result, changed, tookMs }) => {
      if (changed.length > 0) console.log(`codegen: changed: ${changed.join(", ")}`);
      report(result, check, config, tookMs, told);
    }, stopped.signal);
  } catch (error) {
    console.error(`Cannot watch: ${firstLine(error)}`);
    return 1;
  } finally {
    forgetParent();
  }
  return 0;
}

/** @param told warnings that were shown; new ones are added, so that each is shown once */
function report(
  result: GenerateResult,
  check: boolean,
  config: string | undefined,
  tookMs: number,
  told: Set<string>,
): number {
  const { files, diagnostics, nodeTypes } = result;
  for (const each of diagnostics.filter(isError)) console.error(`${formatDiagnostic(each)}\n`);
  tellWarnings(result, check, told);
  const errors = diagnostics.filter(isError).length;
  if (errors > 0) {
    const count = errors === 1 ? "1 error" : `${errors} errors`;
    const kept = nodeTypes.length === 1
      ? "1 node type without errors was"
      : `${nodeTypes.length} node types without errors were`;
    const made = files.length === 0 ? "nothing was written" : `${kept} kept`;
    console.error(`codegen: ${count}; ${made}`);
    return 1;
  }
  const bad = files.filter(({ state }) => state === "stale" || state === "missing");
  for (const { path, state } of files) {
    const line = `codegen: ${path} ${state === "stale" || state === "missing" ? `is ${state}` : state}`;
    if (bad.length > 0) console.error(line);
    else console.log(line);
  }
  if (bad.length > 0) {
    console.error(
      `Run "deno task codegen${config === undefined ? "" : ` --config ${config}`}" and commit what it writes`,
    );
    return 1;
  }
  const count = nodeTypes.length === 1 ? "1 node type" : `${nodeTypes.length} node types`;
  console.log(`codegen: ${count} ${check ? "checked" : "generated"} in ${Math.round(tookMs)} ms`);
  return 0;
}

/** Generated code names the state of its sources. While that is unchanged, their warnings were already shown. */
function tellWarnings({ files, diagnostics }: GenerateResult, check: boolean, told: Set<string>): void {
  const warnings = diagnostics.filter((each) => !isError(each)).map(formatDiagnostic);
  const isKnown = !check && files.length > 0 && files.every(({ state }) => state === "unchanged");
  if (isKnown && told.size === 0 && warnings.length > 0) {
    const count = warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`;
    console.error(`codegen: ${count}, shown when the code was generated; "--check" shows them again`);
  }
  for (const each of warnings) {
    if (!isKnown && !told.has(each)) console.error(`${each}\n`);
    told.add(each);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0];
}

if (import.meta.main) Deno.exit(await runCodegen(Deno.args));
