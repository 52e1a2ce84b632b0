/**
 * Runs gates and adds their results up: one after the other, but for those that may run beside others. A gate that
 * fails does not stop the next ones.
 *
 * The whole output of a gate goes into a file, as it comes. For a gate that failed the report shows what matters: the
 * failed tests, or the last lines.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { type CommandSpec, formatElapsed, runCommand } from "./command.ts";
import type { FailedTests } from "./failed_tests.ts";
import type { GateShare } from "./gate_shares.ts";
import type { TestCount } from "./result_lines.ts";
import { ROOT } from "./root.ts";

/**
 * How many gates run at a time: of those that hold on a busy machine, and mostly wait; and of those that want the
 * machine to be quiet.
 */
const AT_ONCE = { busy: 4, quiet: 2 } as const;

/** The most that is shown of the output of a gate, in characters. */
const MAX_SHOWN_CHARS = 8000;

/** The most lines that are shown of a gate whose failed tests are not known. */
const MAX_SHOWN_LINES = 150;

/** A line of a test runner that tells the result of a test: `name ... ok (1ms)`, `test name ... FAILED`. */
const TEST_RESULT = /^\S.* \.\.\. (ok|FAILED|ignored)\b/;

/** How to read the output of a test runner. */
export interface TestRunner {
  /** How many tests ran; `undefined` if the runner did not finish. */
  readonly count: (output: string) => TestCount | undefined;
  /** What its failed tests say; `undefined` if it names none. */
  readonly failures: (output: string) => FailedTests | undefined;
}

/** One check of the project. */
export interface Gate {
  /** What the report calls it. */
  readonly name: string;
  /** Run in order; the first that ends with another code than 0 fails the gate. */
  readonly commands: readonly Omit<CommandSpec, "onLine" | "onWait">[];
  /** It needs a Rust toolchain: without one it is left out, and the report says so. */
  readonly native?: boolean;
  /** It may run beside others of its kind next to it in the list. */
  readonly beside?: keyof typeof AT_ONCE;
  /** The name of a gate that makes what this one uses: it begins once that has passed, and is left out if it fails. */
  readonly needs?: string;
  /** For test runners, whose tests are counted. Other gates count as one. */
  readonly tests?: TestRunner;
}

/** What the runner needs from outside, so that it can be tested. */
export interface GateRunnerOptions {
  /** Writes text as it is, with no line end of its own. */
  readonly write: (text: string) => void;
  /** Why native gates are left out, or `undefined` to run them. */
  readonly skipNative?: string;
  /** The folder for the outputs, relative to the checkout or absolute: `NAME.txt` for each gate. It is made. */
  readonly outputs: string;
}

/** How the gates went. */
export interface GatesResult extends TestCount {
  /** One for each failed test and each other failed gate: `gate: test`, or the gate and how it ended. */
  readonly failures: readonly string[];
  /** What each gate took that ran. */
  readonly shares: readonly GateShare[];
}

/**
 * Runs gates.
 *
 * @returns passed and failed: a test runner's tests, and one for each other gate. A test runner that ended badly
 * without a failed test, or ran no test at all, counts as one failed
 */
export async function runGates(gates: readonly Gate[], options: GateRunnerOptions): Promise<GatesResult> {
  const width = Math.max(...gates.map(({ name }) => name.length)) + 2;
  const total = { passed: 0, failed: 0, failures: [] as string[], shares: [] as GateShare[] };
  const left = new Set(gates.map(({ name }) => name));
  const broken = new Set<string>();
  const work = async (gate: Gate) => {
    const result = await runGate(gate, width, options, broken);
    total.passed += result.passed;
    total.failed += result.failed;
    total.failures.push(...result.failures);
    total.shares.push(...result.shares);
    left.delete(gate.name);
    if (result.failed > 0) broken.add(gate.name);
  };
  const queue = [...gates];
  while (queue.length > 0) {
    const [{ beside }] = queue;
    const end = beside === undefined ? 1 : queue.findIndex((gate) => gate.beside !== beside);
    const group = queue.splice(0, end < 0 ? queue.length : end);
    const mayBegin = ({ needs }: Gate) => needs === undefined || !left.has(needs);
    await runGroup(group, beside === undefined ? 1 : AT_ONCE[beside], mayBegin, work);
  }
  return total;
}

/** Runs gates of a group beside each other, in their order but for those that may not begin yet. */
async function runGroup(
  group: Gate[],
  atOnce: number,
  mayBegin: (gate: Gate) => boolean,
  work: (gate: Gate) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  while (group.length > 0 || running.size > 0) {
    const next = running.size < atOnce ? group.findIndex(mayBegin) : -1;
    if (next < 0) {
      // What all others wait for is running, unless it is none of the gates before them.
      if (running.size === 0) throw new Error(`No gate has run that "${group[0].name}" needs: "${group[0].needs}"`);
      await Promise.race(running);
      continue;
    }
    const [gate] = group.splice(next, 1);
    const run = work(gate).finally(() => running.delete(run));
    running.add(run);
  }
}

async function runGate(
  gate: Gate,
  width: number,
  options: GateRunnerOptions,
  broken: ReadonlySet<string>,
): Promise<GatesResult> {
  const { write, skipNative, outputs } = options;
  const label = `${gate.name} `.padEnd(width, ".");
  const obstacle = gate.native && skipNative !== undefined
    ? skipNative
    : gate.needs !== undefined && broken.has(gate.needs)
    ? `"${gate.needs}" failed`
    : undefined;
  if (obstacle !== undefined) {
    write(`${label} left out: ${obstacle}\n`);
    return { passed: 0, failed: 0, failures: [], shares: [] };
  }
  const path = join(outputs, `${gate.name.replaceAll(/[^A-Za-z0-9]+/g, "_")}.txt`);
  const lines: string[] = [];
  const progress = new Progress(gate, write);
  let elapsedMs = 0;
  let coreMs: number | undefined;
  let code = 0;
  {
    using file = createFile(path);
    const keep = (line: string) => {
      lines.push(line);
      file.writeSync(new TextEncoder().encode(`${line}\n`));
    };
    const onLine = (line: string) => {
      keep(line);
      progress.take(line);
    };
    for (const command of gate.commands) {
      keep(`$ ${[command.program, ...command.args].join(" ")}`);
      const result = await runCommand({ ...command, onLine, onWait: (seconds) => progress.wait(seconds) });
      elapsedMs += result.elapsedMs;
      if (result.coreMs !== undefined) coreMs = (coreMs ?? 0) + result.coreMs;
      code = result.code;
      if (code !== 0) break;
    }
  }
  const output = lines.join("\n");
  const count = judge(gate, code, output);
  const tests = gate.tests === undefined ? "" : ` ${count.passed} passed, ${count.failed} failed`;
  write(`${label} ${count.failed === 0 ? "ok" : "FAILED"}${tests} (${formatElapsed(elapsedMs)})\n`);
  const shares = [{ name: gate.name, elapsedMs, coreMs }];
  if (count.failed === 0) return { ...count, failures: [], shares };
  const failed = gate.tests?.failures(output);
  const shown = failed?.details ?? lines.slice(-MAX_SHOWN_LINES).join("\n");
  write(`${indent(cutMiddle(shown))}\n    The whole output is in ${path}\n`);
  const names = failed?.names ?? [`ended with code ${code}`];
  return { ...count, failures: names.map((name) => `${gate.name}: ${name}`), shares };
}

/** Tells of a gate that runs: about each minute that it does, and of tests as soon as they have failed. */
class Progress {
  readonly #gate: Gate;
  readonly #write: (text: string) => void;
  #done = 0;
  #toldMinutes = 0;

  constructor(gate: Gate, write: (text: string) => void) {
    this.#gate = gate;
    this.#write = write;
  }

  /** Looks at a line of the output. */
  take(line: string): void {
    const result = this.#gate.tests === undefined ? null : TEST_RESULT.exec(line);
    if (result === null) return;
    this.#done++;
    if (result[1] === "FAILED") this.#tell(line);
  }

  /** Hears for how many seconds a command has run. */
  wait(seconds: number): void {
    const minutes = Math.floor(seconds / 60);
    if (minutes === this.#toldMinutes) return;
    this.#toldMinutes = minutes;
    const tests = this.#gate.tests === undefined ? "" : `, ${this.#done} tests so far`;
    this.#tell(`runs for ${formatElapsed(seconds * 1000)}${tests}`);
  }

  #tell(what: string): void {
    this.#write(`  ${this.#gate.name}: ${what}\n`);
  }
}

function judge(gate: Gate, code: number, output: string): TestCount {
  if (gate.tests === undefined) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const count = gate.tests.count(output) ?? { passed: 0, failed: 0 };
  const ranNothing = count.passed + count.failed === 0;
  if (count.failed === 0 && (code !== 0 || ranNothing)) return { passed: count.passed, failed: 1 };
  return count;
}

/** Makes a file new, and its folder; a path that is not absolute starts at the checkout. */
function createFile(path: string): Deno.FsFile {
  const whole = resolve(ROOT, path);
  Deno.mkdirSync(dirname(whole), { recursive: true });
  return Deno.openSync(whole, { write: true, create: true, truncate: true });
}

/** The text, or its two ends where it is too long. */
function cutMiddle(text: string): string {
  const left = text.length - MAX_SHOWN_CHARS;
  if (left <= 0) return text;
  return `${text.slice(0, MAX_SHOWN_CHARS / 2)}\n[… ${left} characters left out …]\n${
    text.slice(-MAX_SHOWN_CHARS / 2)
  }`;
}

function indent(text: string): string {
  return text.split("\n").map((line) => `    ${line}`).join("\n");
}
