/**
 * Nodes that hang for good: each in a process of its own, since it leaves a thread that nothing can end.
 *
 * @module
 */

const SCRIPT = new URL("../../tests/fixtures/hanging_run.ts", import.meta.url).pathname;
const ARGS = ["hangs", JSON.stringify({ restart: { limit: 1, backoffMs: 1 } })];

/** Runs one, which is to be replaced and to come to its end. @returns what went wrong; `undefined` for nothing */
export async function hangOnce(driver: "native" | "portable"): Promise<string | undefined> {
  const args = ["run", "-A", "--quiet", SCRIPT, ...ARGS, driver === "native" ? "require" : "off", "bad"];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "null" }).output();
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
