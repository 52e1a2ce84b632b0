/**
 * Runs gates one after the other and adds their results up. A gate that fails does not stop the next ones.
 *
 * @module
 */
import { type CommandSpec, formatElapsed, runCommand } from "./command.ts";
import type { TestCount } from "./result_lines.ts";

/** One check of the project. */
export interface Gate {
  /** What the report calls it. */
  readonly name: string;
  /** Run in order; the first that ends with another code than 0 fails the gate. */
  readonly commands: readonly Omit<CommandSpec, "onLine" | "onWait">[];
  /** It needs a Rust toolchain: without one it is left out, and the report says so. */
  readonly native?: boolean;
  /** For test runners: reads how many tests ran. Other gates count as one. */
  readonly count?: (output: string) => TestCount | undefined;
}

/** What the runner needs from outside, so that it can be tested. */
export interface GateRunnerOptions {
  /** Writes text as it is, with no line end of its own. */
  readonly write: (text: string) => void;
  /** Why native gates are left out, or `undefined` to run them. */
  readonly skipNative?: string;
}

/**
 * Runs gates.
 *
 * @returns passed and failed: a test runner's tests, and one for each other gate. A test runner that ended badly
 * without a failed test, or ran no test at all, counts as one failed
 */
export async function runGates(gates: readonly Gate[], options: GateRunnerOptions): Promise<TestCount> {
  const { write, skipNative } = options;
  const width = Math.max(...gates.map(({ name }) => name.length)) + 2;
  let passed = 0;
  let failed = 0;
  for (const gate of gates) {
    write(`${gate.name} `.padEnd(width, "."));
    if (gate.native && skipNative !== undefined) {
      write(` left out: ${skipNative}\n`);
      continue;
    }
    const result = await runGate(gate, write);
    passed += result.passed;
    failed += result.failed;
  }
  return { passed, failed };
}

async function runGate(gate: Gate, write: (text: string) => void): Promise<TestCount> {
  const outputs: string[] = [];
  let elapsedMs = 0;
  let code = 0;
  for (const command of gate.commands) {
    const result = await runCommand({ ...command, onWait: () => write(".") });
    elapsedMs += result.elapsedMs;
    outputs.push(`$ ${[command.program, ...command.args].join(" ")}`, result.output);
    code = result.code;
    if (code !== 0) break;
  }
  const output = outputs.join("\n");
  const count = judge(gate, code, output);
  const tests = gate.count === undefined ? "" : ` ${count.passed} passed, ${count.failed} failed`;
  write(` ${count.failed === 0 ? "ok" : "FAILED"}${tests} (${formatElapsed(elapsedMs)})\n`);
  if (count.failed > 0) write(`${indent(output)}\n`);
  return count;
}

function judge(gate: Gate, code: number, output: string): TestCount {
  if (gate.count === undefined) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const count = gate.count(output) ?? { passed: 0, failed: 0 };
  const ranNothing = count.passed + count.failed === 0;
  if (count.failed === 0 && (code !== 0 || ranNothing)) return { passed: count.passed, failed: 1 };
  return count;
}

function indent(text: string): string {
  return text.split("\n").map((line) => `    ${line}`).join("\n");
}
