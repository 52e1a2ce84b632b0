/** `deno task demo --live`, as people run it. */
import assert from "node:assert/strict";
import { freePort, ROOT } from "./cli/command_line.ts";

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGKILL", 137]] as const) {
  Deno.test({
    name: `the live demo prints its address, serves its page, and leaves nothing when its task is sent ${signal}`,
    ignore: Deno.build.os !== "linux",
    fn: () => runDemo(signal, code),
  });
}

async function runDemo(signal: Deno.Signal, code: number): Promise<void> {
  const port = freePort();
  const task = new Deno.Command(Deno.execPath(), {
    args: ["task", "demo", "--live", `--serve=${port}`],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let stderr = "";
  let state = "";
  let page = 0;
  // It ends with the last process that has it.
  for await (const text of task.stderr.pipeThrough(new TextDecoderStream())) {
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
    task.kill(signal);
  }
  assert.equal((await task.status).code, code, stderr);
  assert.deepEqual([state, page], ["running", 200], stderr);
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }), Deno.errors.ConnectionRefused);
}
