/**
 * `sluice doctor`: says what is installed, what is missing, and what to do.
 *
 * @module
 */
import { escapeControls } from "../../core/log.ts";
import type { DoctorArgs } from "../args.ts";
import { type CheckResult, runChecks } from "./doctor_checks.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { VERSION } from "../output/version.ts";

/** @returns the exit code: 1 if something is missing that Sluice needs to run */
export async function doctorCommand(args: DoctorArgs, io: Io): Promise<number> {
  const results = await runChecks();
  const ok = results.every((each) => each.ok || !each.required);
  if (args.json) {
    for (const each of results) io.stdout.line(JSON.stringify({ event: "check", ...each }));
    io.stdout.line(JSON.stringify({ event: "summary", version: VERSION, ok }));
  } else for (const line of renderChecks(results)) io.stdout.line(line);
  return ok ? EXIT.ok : EXIT.failed;
}

/** The results as lines, with a conclusion. */
function renderChecks(results: readonly CheckResult[]): string[] {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = [`Sluice ${VERSION}`, ""];
  for (const { name, ok, required, found, purpose, mend } of results) {
    const state = (ok ? "ok" : required ? "FAILED" : "note").padEnd(6);
    lines.push(`${state}  ${name.padEnd(width)}  ${found}`);
    if (!ok) lines.push(`${" ".repeat(width + 10)}${purpose}; ${mend ?? "nothing to do"}`);
  }
  const missing = results.filter((each) => !each.ok && each.required).map(({ name }) => name);
  lines.push("", missing.length === 0 ? "Sluice can run here" : `Sluice cannot run here: see ${missing.join(", ")}`);
  return lines.map(escapeControls);
}
