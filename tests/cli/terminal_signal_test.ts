/** A Ctrl-C in a terminal, which sends SIGINT to each process of the group in front. */
import assert from "node:assert/strict";
import { probe } from "../../processors/media/fixtures/media_files.ts";
import { FLOWS, listFolder, MAIN, temporaryFolder } from "./command_line.ts";

/** Where `setsid` may be missing. */
const ignore = Deno.build.os !== "linux";

Deno.test("Ctrl-C in a terminal completes a file that ffmpeg writes", { ignore }, async () => {
  await using folder = await temporaryFolder();
  const args = ["run", "-A", "--no-check", MAIN, "run", "--json", "-e", "tone-source ! ffmpeg-sink path=tone.mp3"];
  // It has a group of its own, as each command of a shell has.
  const child = new Deno.Command("setsid", {
    args: [Deno.execPath(), ...args],
    cwd: folder.path,
    env: { SLUICE_LOG: "error" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let stdout = "";
  let isSent = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += text;
    if (isSent || !FLOWS.test(stdout)) continue;
    isSent = true;
    Deno.kill(-child.pid, "SIGINT");
  }
  assert.equal((await child.status).code, 130, await stderr);
  assert.deepEqual(await listFolder(folder.path), ["tone.mp3"], await stderr);
  assert.deepEqual(probe(`${folder.path}/tone.mp3`, "stream=codec_name"), ["mp3"]);
});
