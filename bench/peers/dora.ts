/**
 * dora with nodes in Python: one sends a block, another hands it back.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const [SENDER, ECHO] = ["sender", "echo"].map((name) => fileURLToPath(new URL(`./dora_${name}.py`, import.meta.url)));

/** What to do where it is missing. */
export const DORA_MISSING =
  "dora is not on the PATH: make a virtual environment, pip install dora-rs dora-rs-cli numpy pyarrow, and activate it";

const FLOW = `nodes:
  - { id: sender, path: ${SENDER}, inputs: { back: echo/block }, outputs: [block] }
  - { id: echo, path: ${ECHO}, inputs: { block: sender/block }, outputs: [block] }
`;

/** Whether it is there. */
export function hasDora(): boolean {
  try {
    return new Deno.Command("dora", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** A block of 20 ms there and back, 2,000 times. @returns nanoseconds: the median, and the 99th percentile */
export async function doraRound(): Promise<[p50: number, p99: number]> {
  const folder = await Deno.makeTempDir();
  try {
    const flow = `${folder}/flow.yml`;
    await Deno.writeTextFile(flow, FLOW);
    const { code, stdout } = await new Deno.Command("dora", { args: ["run", flow], cwd: folder, stderr: "null" })
      .output();
    equal(code, 0, "dora run");
    const found = /ROUND (\d+) (\d+)/.exec(new TextDecoder().decode(stdout));
    return [Number(found![1]), Number(found![2])];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
