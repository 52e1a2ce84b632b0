import assert from "node:assert/strict";
import { changedFiles } from "./changed_files.ts";

async function git(cwd: string, ...args: string[]): Promise<void> {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"];
  const { code, stderr } = await new Deno.Command("git", { args: [...identity, ...args], cwd }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

Deno.test("changedFiles() lists what a branch, the working tree and new files differ in from main", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_changed_" });
  try {
    const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
    await git(folder, "init", "-q", "-b", "main");
    for (const name of ["same", "edited", "committed"]) await write(name, "1");
    await write(".gitignore", "ignored\n");
    await git(folder, "add", ".");
    await git(folder, "commit", "-q", "-m", "first");
    assert.deepEqual(await changedFiles(folder), []);
    await git(folder, "checkout", "-q", "-b", "work");
    await write("committed", "2");
    await git(folder, "commit", "-q", "-a", "-m", "second");
    await write("edited", "2");
    for (const name of ["new", "ignored"]) await write(name, "1");
    assert.deepEqual(await changedFiles(folder), ["committed", "edited", "new"]);
    await git(folder, "branch", "-q", "-D", "main");
    assert.equal(await changedFiles(folder), undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
