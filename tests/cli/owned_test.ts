/** `sluice serve --owned`, as a program starts it. */
import assert from "node:assert/strict";
import { ControlClient } from "../../control/client/client.ts";
import { MAIN, ROOT, sluice, temporaryFolder } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

const TOKEN = "a-token-of-the-owner";

/** Starts one, whose owner is this program. */
function own(options: object, args: readonly string[] = []) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, "serve", "--owned", "--json", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", SLUICE_LOG: "error", SLUICE_TOKEN: TOKEN },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const stdin = child.stdin.getWriter();
  const stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    child,
    told: stdin.write(new TextEncoder().encode(`${JSON.stringify(options)}\n`)).then(() => stdout.read())
      .then(({ value }) => JSON.parse(value!)),
    /** Closes standard input. @returns the exit code */
    async leave(): Promise<number> {
      await stdin.close().catch(() => {});
      await stdout.cancel();
      return (await child.status).code;
    },
  };
}

Deno.test("sluice serve --owned runs its owner's graph when told, and ends with standard input", async () => {
  await using folder = await temporaryFolder();
  const owned = own({ mode: "offline" });
  const { event, url, pipelines } = await owned.told;
  assert.equal(event, "serving");
  assert.equal((await fetch(`${url}/api/graph`)).status, 401);
  const authorization = `Bearer ${TOKEN}`;
  assert.equal(
    (await fetch(`${pipelines}/v1/graphs`, { headers: { authorization } }).then((r) => r.json())).graphs.length,
    0,
  );
  const path = `${folder.path}/tone.wav`;
  const client = new ControlClient({ url: `${url.replace("http", "ws")}/rpc`, token: TOKEN });
  await new Promise<void>((resolve) => client.on("status", (status) => status === "open" && resolve()));
  await client.call("graph.edit", {
    by: "test",
    commands: [
      { op: "add", type: "tone-source", config: { durationSeconds: 0.1 } },
      { op: "add", type: "wav-sink", config: { path } },
      { op: "connect", from: "tone-source.audio", to: "wav-sink.audio" },
    ],
  });
  assert.equal((await client.call("graph.get", {})).state, "building");
  await client.call("graph.start", { resume: false });
  client.close();
  assert.equal(await owned.leave(), 0);
});

rare(Deno.test)("sluice serve --owned tells what is wrong with the options, and wants a token", async () => {
  const owned = own({ mod: "live" });
  const { event, code, message } = await owned.told;
  assert.deepEqual([event, code], ["error", "InvalidConfig"]);
  assert.match(message, /there is no option "mod" \(did you mean "mode"\?\)/);
  assert.equal(await owned.leave(), 2);
  const { code: exit, stderr } = await sluice(["serve", "--owned"], { env: { SLUICE_TOKEN: "" } });
  assert.equal(exit, 2);
  assert.match(stderr, /without a token: set SLUICE_TOKEN, or give --token-file/);
  const wrong = await sluice(["serve", "--owned", "--lock"], { env: { SLUICE_TOKEN: TOKEN } });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /Cannot use --lock with --owned: /);
  const silent = await sluice(["serve", "--owned"], { env: { SLUICE_TOKEN: TOKEN } });
  assert.match(silent.stderr, /wanted one line of JSON in standard input/);
});
