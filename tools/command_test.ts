import assert from "node:assert/strict";

/** Whether a process runs still; one that nobody has reaped does not. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

Deno.test({
  name: "leashed() ends a program with the process that has started it, though that is killed",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const script = `import { leashed } from "${new URL("./command.ts", import.meta.url)}";
      leashed("sh", ["-c", "echo $$; exec sleep 600"], { stdin: "null" }).spawn();`;
    const parent = new Deno.Command(Deno.execPath(), {
      args: ["eval", script],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let pid = 0;
    // The pipe ends with the last process that has it.
    for await (const text of parent.stdout.pipeThrough(new TextDecoderStream())) {
      pid = Number(text);
      parent.kill("SIGKILL");
    }
    assert.equal((await parent.status).signal, "SIGKILL");
    assert.ok(pid > 0);
    // It lets go of the pipe on its way out.
    while (runs(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
  },
});
