/**
 * The page of a checkout in which nobody has built it yet.
 *
 * @module
 */

const PAGE = "web/dist/index.html";
const BUILDER = "tools/build_web.ts";

/**
 * Builds the page if this is a checkout that lacks it. If that fails, the run goes on: the control plane works without.
 *
 * @param tell takes a line for people
 * @param root URL of the folder that the page belongs to
 */
export async function buildMissingPage(
  tell: (line: string) => void,
  root: URL = new URL("../../", import.meta.url),
): Promise<void> {
  if (root.protocol !== "file:" || isThere(new URL(PAGE, root)) || !isThere(new URL(BUILDER, root))) return;
  tell("Building the page, which this checkout lacks");
  const reason = await build(new URL(BUILDER, root), root);
  if (reason !== undefined) tell(`note: Cannot build the page: ${reason}; run "deno task build:web" to see more`);
}

/** @returns why it failed */
async function build(builder: URL, cwd: URL): Promise<string | undefined> {
  try {
    const args = ["run", "-A", "--no-check", builder.href];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim().split("\n")[0];
  } catch (error) {
    return (error as Error).message;
  }
}

function isThere(file: URL): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
