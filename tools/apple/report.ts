/**
 * The report of `deno task test:apple`: what each step came to, in JSON for us and in Markdown for people.
 *
 * @module
 */
import type { Step } from "./steps.ts";

/** The number of the form, which a change of it raises. */
export const REPORT_FORM = 1;

/** Most characters of a step's output in the report: its end. */
const MOST_OUTPUT = 4_000;

/** What a step came to. */
export type Outcome = "passed" | "failed" | "timed out" | "skipped";

const OUTCOMES: readonly Outcome[] = ["passed", "failed", "timed out", "skipped"];

/** How a step ended. */
export interface StepRun {
  readonly code: number;
  /** Both outputs, without colours. */
  readonly output: string;
  readonly seconds: number;
  readonly timedOut: boolean;
}

/** A step in the report. */
export interface StepReport {
  readonly name: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  /** What was found, in a sentence. */
  readonly found: string;
  /** What the person was asked, and said; absent if nobody was asked. */
  readonly look?: { readonly question: string; readonly wasSo: boolean };
  /** The end of its output. */
  readonly output: string;
}

/** The report. */
export interface AppleReport {
  readonly form: number;
  /** What ran it: of macOS, the processor, Deno, Rust and the checkout. */
  readonly machine: Readonly<Record<string, string>>;
  readonly steps: readonly StepReport[];
}

/** Tells what a step came to. @param home the user's folder, which the report does not name */
export function judge(step: Step, run: StepRun | undefined, home = ""): StepReport {
  if (run === undefined) {
    return { name: step.name, outcome: "skipped", seconds: 0, found: "a step that it needs has failed", output: "" };
  }
  const hidden = home === "" ? run.output : run.output.replaceAll(home, "~");
  const report = { name: step.name, seconds: Math.round(run.seconds * 10) / 10, output: hidden.slice(-MOST_OUTPUT) };
  if (run.timedOut) return { ...report, outcome: "timed out", found: `it ran for more than ${step.limitSeconds} s` };
  if (run.code !== 0) return { ...report, outcome: "failed", found: `exit code ${run.code}` };
  const found = figuresOf(step, run.output);
  const wrong = found.filter(({ value, least }) => value === undefined || value < least);
  const said = found.map(({ type, figure, value, least }) => `${type}: ${value ?? "no"} ${figure} (${least} or more)`);
  return { ...report, outcome: wrong.length === 0 ? "passed" : "failed", found: said.join("; ") || "exit code 0" };
}

/** The figures that a step expects, as the summary of its run has them; those of several nodes of a type are the least. */
function figuresOf({ expects = [] }: Step, output: string) {
  const nodes = summaryOf(output)?.nodes ?? [];
  return expects.map(({ type, figure, least }) => {
    const values = nodes.filter((node) => node.type === type).map(({ figures }) => figures?.[figure]);
    const known = values.filter((value) => value !== undefined);
    return { type, figure, least, value: known.length === 0 ? undefined : Math.min(...known) };
  });
}

interface Summary {
  readonly nodes: readonly { readonly type: string; readonly figures?: Readonly<Record<string, number>> }[];
}

function summaryOf(output: string): Summary | undefined {
  const line = output.split("\n").findLast((each) => each.startsWith('{"event":"summary"'));
  try {
    return line === undefined ? undefined : JSON.parse(line);
  } catch {
    // It was cut off.
    return undefined;
  }
}

/**
 * Reads a report that was sent back.
 *
 * @throws {TypeError} if it has another form
 */
export function readReport(json: string): AppleReport {
  const report = JSON.parse(json) as AppleReport;
  const wrong = (what: string) => new TypeError(`Cannot read the report: ${what}`);
  if (report?.form !== REPORT_FORM) throw wrong(`wanted form ${REPORT_FORM}, and it has ${report?.form}`);
  if (typeof report.machine !== "object" || report.machine === null) throw wrong('it has no "machine"');
  if (!Array.isArray(report.steps)) throw wrong('it has no "steps"');
  for (const { name, outcome, seconds, found, output } of report.steps as readonly StepReport[]) {
    if (typeof name !== "string" || typeof found !== "string" || typeof output !== "string") {
      throw wrong("a step lacks its name, what was found, or its output");
    }
    if (!OUTCOMES.includes(outcome)) throw wrong(`step "${name}" came to "${outcome}", wanted ${OUTCOMES.join(", ")}`);
    if (!(seconds >= 0)) throw wrong(`step "${name}" took ${seconds} seconds`);
  }
  return report;
}

/** The report as a page. */
export function renderReport({ machine, steps }: AppleReport): string {
  const count = (wanted: Outcome) => steps.filter(({ outcome }) => outcome === wanted).length;
  const rows = steps.map(({ name, outcome, seconds, found, look }) => {
    const seen = look === undefined ? "" : look.wasSo ? "yes" : "no";
    return `| ${name} | ${outcome} | ${seconds} | ${cell(found)} | ${cell(look?.question ?? "")} | ${seen} |`;
  });
  const outputs = steps.filter(({ outcome }) => outcome === "failed" || outcome === "timed out").flatMap((step) => [
    `## ${step.name}`,
    "",
    "```text",
    step.output.replaceAll("```", "'''"),
    "```",
    "",
  ]);
  return [
    "# Sluice on this Mac",
    "",
    ...Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
    "",
    OUTCOMES.map((outcome) => `${count(outcome)} ${outcome}`).join(", "),
    "",
    "| step | came to | seconds | found | to see or hear | was so |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    ...outputs,
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
