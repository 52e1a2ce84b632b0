/** The port while strangers take every file that the process may open. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT_PORT } from "../../control/schemas/address.ts";
import { listFolder, MAIN, readEvents, temporaryFolder, toneGraph } from "../cli/command_line.ts";

/** Files that the process may open, and connections that are made to it. */
const FILES = 200;

Deno.test("sluice run --serve records on while connections use up its files; one warning, and it serves again", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live" }));
  const run = [Deno.execPath(), "run", "-A", "--no-check", MAIN, "run", "graph.json", "--serve", "--json"].map((part) =>
    `'${part}'`
  );
  const child = new Deno.Command("sh", {
    args: ["-c", `ulimit -n ${FILES}; exec ${run.join(" ")}`],
    cwd: folder.path,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [told, mine] = child.stdout.tee();
  const warnings = new Response(child.stderr).text();
  const output = new Response(mine).text();
  const url = await servedAt(told);
  const { hostname, port } = new URL(url);
  ok(Number(port) >= DEFAULT_PORT);
  // A sink opens its file at the start.
  await running(url);
  const strangers: Deno.Conn[] = [];
  for (let k = 0; k < FILES + 50; k++) {
    const connection = await Deno.connect({ hostname, port: Number(port) }).catch(() => undefined);
    if (connection === undefined) break;
    strangers.push(connection);
  }
  await running(url);
  child.kill("SIGTERM");
  const { code } = await child.status;
  for (const each of strangers) each.close();
  equal(code, 143);
  const ended = readEvents(await output).at(-1)!;
  equal(ended.outcome, "stopped");
  const found = (await warnings).split("\n").filter((line) => /Too many open files/.test(line));
  equal(found.length, 1, found.join("\n"));
  match(found[0], /warn .*Cannot take connections on port \d+: .*the graph goes on/);
  deepEqual(await listFolder(folder.path), ["graph.json", "out.wav"]);
});

/** The address of the event that tells it. */
async function servedAt(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const part of output.pipeThrough(new TextDecoderStream())) {
    text += part;
    const [, url] = /"event":"serving","url":"([^"]+)"/.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(text);
}

/** Resolves once the server says that the graph runs. */
async function running(url: string): Promise<void> {
  let state = "";
  for (let k = 0; k < 300 && state !== "running"; k++) {
    await sleep(100);
    state = await fetch(`${url}/api/graph`, { signal: AbortSignal.timeout(5_000) })
      .then(async (response) => (await response.json()).state, () => "");
  }
  equal(state, "running");
}
