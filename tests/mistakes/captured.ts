/**
 * The command line in this process, with what it prints.
 *
 * @module
 */
import assert from "node:assert/strict";
import { main } from "../../cli/main.ts";
import { TextOutput } from "../../cli/output/output.ts";

/** Runs a command line that has to fail. @returns what it prints on standard error; empty if it ends with 0 */
export async function fails(args: readonly string[]): Promise<string> {
  const [stdout, stderr] = [new Gathered(), new Gathered()];
  const code = await main(args, {
    stdout: new TextOutput(stdout),
    stderr: new TextOutput(stderr),
    interactive: false,
    screen: false,
    columns: () => 80,
    rows: () => 24,
  });
  if (code === 0) return "";
  assert.equal(stdout.text, "", "errors belong on standard error");
  assert.ok(code === 1 || code === 2);
  return stderr.text.trimEnd();
}

/** Names in a folder and below it, sorted. */
export function listAll(path: string, under = ""): string[] {
  return [...Deno.readDirSync(`${path}/${under}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? [`${under}${name}/`, ...listAll(path, `${under}${name}/`)] : [`${under}${name}`]
  ).sort();
}

class Gathered {
  text = "";

  writeSync(bytes: Uint8Array): number {
    this.text += new TextDecoder().decode(bytes);
    return bytes.length;
  }
}
