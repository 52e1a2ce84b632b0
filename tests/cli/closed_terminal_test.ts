/** What becomes of a recording whose terminal is closed, as by the end of an ssh connection. */
import assert from "node:assert/strict";
import { ignoresHangup } from "../../core/process/signals.ts";
import { FIXTURES, listFolder, MAIN, ROOT, temporaryFolder, toneGraph } from "./command_line.ts";

/**
 * A shell of a terminal that is closed: passes SIGHUP on to what it has started, and tells the exit code of that by
 * stream 9, which the terminal's end leaves open.
 */
const SHELL = `trap 'trap "" HUP; kill -HUP 0' HUP; eval "$START" & wait $!; wait $!; echo "code $?" >&9`;

/** util-linux's `script` gives a program a terminal, for as long as it is there itself. */
const HAS_SCRIPT = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);

const SCRIPT = new URL("../fixtures/printing_script.ts", import.meta.url).pathname;
const PACKAGES = `--packages "${FIXTURES}/sluice.gen.ts"`;
const DENO = `"${Deno.execPath()}"`;

/** What is started, given the folder of `graph.json` and of the file; it runs in the checkout. */
const STARTS: Record<string, (folder: string) => string> = {
  "sluice run": (folder) => `${DENO} run -A --no-check "${MAIN}" run "${folder}/graph.json" ${PACKAGES}`,
  "sluice run under deno task": (folder) => `${DENO} task -q sluice run "${folder}/graph.json" ${PACKAGES}`,
  "a script": (folder) => `${DENO} run -A --no-check --quiet "${SCRIPT}" "${folder}/out.wav"`,
  "a script under deno task": (folder) =>
    `${DENO} task -q --eval 'deno run -A --no-check --quiet "${SCRIPT}" "${folder}/out.wav"'`,
};

for (const [name, start] of Object.entries(STARTS)) {
  Deno.test({
    name: `${name} whose terminal is closed ends with 129 and a complete file`,
    // Whoever ignores SIGHUP has what it starts ignore that.
    ignore: !HAS_SCRIPT || ignoresHangup(),
    fn: async () => {
      await using folder = await temporaryFolder();
      await Deno.writeTextFile(`${folder.path}/graph.json`, chattyGraph(folder.path));
      const { screen, told } = await closeTerminal(start(folder.path));
      assert.equal(told, "code 129\n", screen);
      assert.deepEqual(await listFolder(folder.path), ["graph.json", "out.wav"]);
      await assertComplete(`${folder.path}/out.wav`);
    },
  });
}

/** Records, and prints in a lane. */
function chattyGraph(folder: string): string {
  const graph = JSON.parse(toneGraph({ mode: "live" }));
  graph.nodes.out.config.path = `${folder}/out.wav`;
  graph.nodes.chat = { type: "chatty", lane: "chat" };
  graph.links.push({ from: "gain.audioOut", to: "chat.audio" });
  return JSON.stringify(graph);
}

/**
 * Closes the terminal of a program once that records, and waits until nothing is left of it.
 *
 * @returns what the terminal showed, and what the shell said
 */
async function closeTerminal(start: string): Promise<{ screen: string; told: string }> {
  const terminal = new Deno.Command("sh", {
    args: ["-c", `exec script -qec "$SHELL_SAYS" /dev/null 9>&2`],
    cwd: ROOT,
    env: { SHELL: "/bin/sh", SHELL_SAYS: SHELL, START: start, TERM: "xterm", SLUICE_LOG: "info", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // It ends with the last process that has it.
  const told = new Response(terminal.stderr).text();
  let screen = "";
  let closed = false;
  for await (const text of terminal.stdout.pipeThrough(new TextDecoderStream())) {
    screen += text;
    if (closed || (screen.match(/ticks|records/g) ?? []).length < 20) continue;
    closed = true;
    terminal.kill("SIGKILL");
  }
  await terminal.status;
  return { screen, told: await told };
}

/** The header of a WAV file says how long it is once it is complete. */
async function assertComplete(path: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  assert.equal(new TextDecoder().decode(bytes.subarray(0, 4)), "RIFF");
  assert.equal(new DataView(bytes.buffer).getUint32(4, true) + 8, bytes.length);
  assert.ok(bytes.length > 1_000);
}
