/** `deno task demo --live`, as people run it. */
import assert from "node:assert/strict";
import { freePort, ROOT } from "./cli/command_line.ts";

Deno.test({
  name: "the live demo prints its address, serves its page and ends at SIGINT",
  ignore: Deno.build.os !== "linux",
  fn: runDemo,
});

async function runDemo(): Promise<void> {
  const port = freePort();
  // A group of its own: a terminal gives Ctrl-C to all of one.
  const child = new Deno.Command("setsid", {
    args: [Deno.execPath(), "run", "-A", "tools/demo.ts", "--live", `--serve=${port}`],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let stderr = "";
  let state = "";
  let page = 0;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += text;
    const url = /^Live page: (\S+)$/m.exec(stderr)?.[1];
    if (url === undefined || page !== 0) continue;
    while (state !== "running") {
      state = (await (await fetch(`${url}/api/graph`)).json()).state;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const response = await fetch(url);
    assert.match(await response.text(), /<script /);
    page = response.status;
    Deno.kill(-child.pid, "SIGINT");
  }
  assert.equal((await child.status).code, 130, stderr);
  assert.deepEqual([state, page], ["running", 200], stderr);
}
