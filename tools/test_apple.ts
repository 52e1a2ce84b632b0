/**
 * `deno task test:apple`: runs each stage and device on a Mac by itself, for ten minutes at most, and writes a report to
 * send back, `out/apple-report.json` and `.md`. No Mac has run them before: `docs/platforms.md` lists what is not known.
 *
 * On a terminal it asks after some steps what was to be seen or heard. Exit codes: 0 all passed, 1 some did not, 2 this is
 * no Mac.
 *
 * @module
 */
import { type AppleReport, judge, renderReport, REPORT_FORM, type StepReport, type StepRun } from "./apple/report.ts";
import { type GraphRun, type Step, STEPS } from "./apple/steps.ts";
import { eachLine, runCommand } from "./command.ts";
import { ROOT } from "./root.ts";

const OUT = `${ROOT}out`;
const REPORT = `${OUT}/apple-report`;

async function main(): Promise<number> {
  if (Deno.build.os !== "darwin") {
    console.error(
      `Cannot test the stages of macOS on ${Deno.build.os}: this needs a Mac with macOS 13 or later; here ` +
        '"deno task check:apple" compiles them',
    );
    return 2;
  }
  const folder = `${OUT}/apple`;
  await Deno.mkdir(folder, { recursive: true });
  const asks = Deno.stdin.isTerminal();
  console.log(`${STEPS.length} steps, ten minutes at most. Allow what macOS asks for.`);
  const steps: StepReport[] = [];
  let isUp = true;
  for (const step of STEPS) {
    const report = judge(step, isUp ? await runStep(step, folder) : undefined, Deno.env.get("HOME"));
    isUp &&= step.isBase !== true || report.outcome === "passed";
    const { look } = step;
    const isAsked = asks && look !== undefined && report.outcome !== "skipped";
    steps.push(isAsked ? { ...report, look: { question: look, wasSo: confirm(`${look}. Was it so?`) } } : report);
    console.log(`${report.outcome.padEnd(10)} ${step.name} (${report.seconds} s): ${report.found}`);
  }
  const report: AppleReport = { form: REPORT_FORM, machine: await tellMachine(), steps };
  await Deno.writeTextFile(`${REPORT}.json`, JSON.stringify(report, undefined, 2) + "\n");
  await Deno.writeTextFile(`${REPORT}.md`, renderReport(report));
  console.log(`Wrote ${REPORT}.md and ${REPORT}.json: please send both back`);
  return steps.every(({ outcome, look }) => outcome === "passed" && look?.wasSo !== false) ? 0 : 1;
}

/** Runs a step, and ends it after its time. */
async function runStep({ run, limitSeconds }: Step, folder: string): Promise<StepRun> {
  const [program, ...args] = "graph" in run ? graphCommand(run) : run;
  const startedMs = performance.now();
  const child = new Deno.Command(program === "deno" ? Deno.execPath() : program, {
    args: args.map((arg) => arg.replaceAll("OUT", folder)),
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, limitSeconds * 1000);
  const lines: string[] = [];
  const take = (line: string) => void lines.push(line);
  const [{ code }] = await Promise.all([child.status, eachLine(child.stdout, take), eachLine(child.stderr, take)]);
  clearTimeout(timer);
  return { code, output: lines.join("\n"), seconds: (performance.now() - startedMs) / 1000, timedOut };
}

function graphCommand({ graph, seconds, offline }: GraphRun): string[] {
  const limit = seconds === undefined ? [] : ["--seconds", String(seconds)];
  const mode = offline ? ["--mode", "offline"] : [];
  const plugins = ["--plugins", "crates/apple/plugin"];
  return ["deno", "run", "-A", "cli/start.ts", "run", ...plugins, ...limit, ...mode, "--json", "-e", graph];
}

async function tellMachine(): Promise<Record<string, string>> {
  const ask = async (program: string, ...args: string[]) => (await runCommand({ program, args })).output.trim();
  return {
    macOS: await ask("sw_vers", "-productVersion"),
    processor: await ask("sysctl", "-n", "machdep.cpu.brand_string"),
    Deno: Deno.version.deno,
    Rust: await ask("rustc", "--version"),
    checkout: await ask("git", "rev-parse", "--short", "HEAD"),
  };
}

Deno.exit(await main());
