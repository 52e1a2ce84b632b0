/**
 * Finds the files that somebody works on.
 *
 * @module
 */
import { runCommand } from "./command.ts";

/** What the work is compared with. */
const MAIN_BRANCH = "main";

/**
 * Lists the files that differ from what they were where the branch left the main one: committed, not committed and new.
 *
 * @param cwd a folder of the checkout, by default this one
 * @returns paths relative to the root of the checkout; `undefined` without git, or without a branch `main`
 */
export async function changedFiles(cwd?: string): Promise<string[] | undefined> {
  const base = await git(cwd, "merge-base", "HEAD", MAIN_BRANCH);
  if (base === undefined) return undefined;
  const changed = await git(cwd, "diff", "--name-only", "--relative", base.trim());
  const added = await git(cwd, "ls-files", "--others", "--exclude-standard");
  if (changed === undefined || added === undefined) return undefined;
  return `${changed}\n${added}`.split("\n").filter((path) => path !== "");
}

async function git(cwd: string | undefined, ...args: string[]): Promise<string | undefined> {
  const { code, output } = await runCommand({ program: "git", args, cwd });
  return code === 0 ? output : undefined;
}
