/**
 * Nodes that hang for good: each in a process of its own, since it leaves a thread that nothing can end. This module
 * run by itself, `hangs.ts DRIVER MS`, starts one in each so many milliseconds, and prints a line of JSON when it has
 * ended. It does so in a process beside that of the soak, since Deno keeps something of each that it starts.
 *
 * @module
 */
import { eachLine, leashed } from "../command.ts";

const SELF = new URL(import.meta.url).pathname;
const SCRIPT = new URL("../../tests/fixtures/hanging_run.ts", import.meta.url).pathname;
const ARGS = ["hangs", JSON.stringify({ restart: { limit: 1, backoffMs: 1 } })];

/**
 * Starts such nodes from time to time.
 *
 * @param onEnd called for each with its fault, or `undefined`
 * @returns a function that ends it
 */
export function hangFromTimeToTime(
  driver: "native" | "portable",
  everyMs: number,
  onEnd: (found: string | undefined) => void,
): () => void {
  const args = ["run", "-A", "--quiet", SELF, driver, `${everyMs}`];
  const child = leashed(Deno.execPath(), args, { stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
  eachLine(child.stdout, (line) => onEnd(JSON.parse(line).found)).catch((error) => onEnd(String(error)));
  return () => child.kill("SIGKILL");
}

/** Runs one, which is to be replaced and to end. @returns its fault, or `undefined` */
async function hangOnce(driver: string): Promise<string | undefined> {
  const args = ["run", "-A", "--quiet", SCRIPT, ...ARGS, driver === "native" ? "require" : "off", "bad"];
  const { stdout } = await leashed(Deno.execPath(), args, { stdout: "piped", stderr: "null" }).output();
  const text = new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "";
  try {
    const { outcome, restarts, unaccounted } = JSON.parse(text) as {
      readonly outcome: string;
      readonly restarts: number;
      readonly unaccounted: readonly string[];
    };
    const isRight = outcome === "completed" && restarts === 1 && unaccounted.length === 0;
    return isRight ? undefined : `a node that hangs in a process of its own: ${text}`;
  } catch {
    return `a node that hangs in a process of its own printed ${JSON.stringify(text)}`;
  }
}

if (import.meta.main) {
  const [driver, everyMs] = Deno.args;
  // The process ends with the soak, however that ends.
  void eachLine(Deno.stdin.readable, () => {}).finally(() => Deno.exit());
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, Number(everyMs)));
    console.log(JSON.stringify({ found: await hangOnce(driver) }));
  }
}
