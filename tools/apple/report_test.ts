import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { type AppleReport, judge, readReport, renderReport, REPORT_FORM, type StepRun } from "./report.ts";
import { type Step, STEPS } from "./steps.ts";

const STEP: Step = {
  name: "hevc",
  limitSeconds: 20,
  run: { graph: "a ! b" },
  expects: [{ type: "b", figure: "frames", least: 90 }],
};

function run(nodes: unknown, more: Partial<StepRun> = {}): StepRun {
  const lines = ["warn of something", JSON.stringify({ event: "summary", outcome: "completed", nodes }), ""];
  return { code: 0, output: lines.join("\n"), seconds: 3.14, timedOut: false, ...more };
}

const WELL = run([{ type: "a" }, { type: "b", figures: { frames: 90 } }]);

Deno.test("the steps of deno task test:apple have names of their own, and end within ten minutes", () => {
  equal(new Set(STEPS.map(({ name }) => name)).size, STEPS.length);
  ok(STEPS.reduce((sum, { limitSeconds }) => sum + limitSeconds, 0) <= 600);
});

Deno.test("judge() takes the figures of the summary, and those that are too small or missing fail", () => {
  const outcome = (nodes: unknown) => {
    const { outcome, found } = judge(STEP, run(nodes));
    return [outcome, found];
  };
  deepEqual(outcome([{ type: "b", figures: { frames: 90 } }]), ["passed", "b: 90 frames (90 or more)"]);
  deepEqual(outcome([{ type: "b", figures: { frames: 89 } }]), ["failed", "b: 89 frames (90 or more)"]);
  deepEqual(outcome([{ type: "a", figures: { frames: 90 } }]), ["failed", "b: no frames (90 or more)"]);
  const two = [{ type: "b", figures: { frames: 90 } }, { type: "b", figures: { frames: 7 } }];
  deepEqual(outcome(two), ["failed", "b: 7 frames (90 or more)"]);
});

Deno.test("judge() fails what ends badly or takes too long, and what ends well without a summary", () => {
  deepEqual(judge(STEP, { ...WELL, code: 1 }).found, "exit code 1");
  deepEqual(judge(STEP, { ...WELL, timedOut: true }).outcome, "timed out");
  deepEqual(judge(STEP, undefined).outcome, "skipped");
  deepEqual(judge(STEP, { ...WELL, output: '{"event":"summary","nodes":[' }).outcome, "failed");
  const plain: Step = { name: "build", limitSeconds: 1, run: ["cargo"] };
  deepEqual(judge(plain, { ...WELL, output: "" }).found, "exit code 0");
});

Deno.test("judge() keeps the end of long outputs, and does not name the user's folder", () => {
  const { output } = judge(STEP, { ...WELL, output: `${"x".repeat(9_000)}/Users/ada/sluice` }, "/Users/ada");
  equal(output.length, 4_000);
  ok(output.endsWith("x~/sluice"));
});

const REPORT: AppleReport = {
  form: REPORT_FORM,
  machine: { macOS: "15.1", Deno: "2.9.6" },
  steps: [
    { ...judge(STEP, WELL), look: { question: "A tone | sounds", wasSo: false } },
    judge({ ...STEP, name: "mp4" }, { ...WELL, code: 3, output: "```\nwhy" }),
    judge({ ...STEP, name: "camera" }, undefined),
  ],
};

Deno.test("readReport() takes what was written, and refuses another form", () => {
  deepEqual(readReport(JSON.stringify(REPORT)), REPORT);
  const refuses = (report: unknown, why: RegExp) => throws(() => readReport(JSON.stringify(report)), why);
  refuses({ ...REPORT, form: 0 }, /wanted form 1, and it has 0/);
  refuses({ ...REPORT, machine: null }, /no "machine"/);
  refuses({ ...REPORT, steps: {} }, /no "steps"/);
  refuses({ ...REPORT, steps: [{ ...REPORT.steps[0], outcome: "well" }] }, /"hevc" came to "well"/);
  refuses({ ...REPORT, steps: [{ ...REPORT.steps[0], seconds: -1 }] }, /took -1 seconds/);
  refuses({ ...REPORT, steps: [{ ...REPORT.steps[0], output: undefined }] }, /lacks/);
});

Deno.test("renderReport() has a row for each step, and the outputs of those that failed", () => {
  const page = renderReport(REPORT);
  match(page, /^- macOS: 15\.1$/m);
  match(page, /^1 passed, 1 failed, 0 timed out, 1 skipped$/m);
  match(page, /^\| hevc \| passed \| 3\.1 \| b: 90 frames \(90 or more\) \| A tone \\\| sounds \| no \|$/m);
  match(page, /^## mp4\n\n```text\n'''\nwhy\n```$/m);
  ok(!page.includes("## camera") && !page.includes("## hevc"));
});
