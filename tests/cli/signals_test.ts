import assert from "node:assert/strict";
import { ignoresHangup } from "../../core/process/signals.ts";
import { pidIn, untilEnded } from "../fixtures/children.ts";
import {
  FIXTURES,
  FLOWS,
  listFolder,
  readEvents,
  ROOT,
  signalled,
  spawn,
  temporaryFolder,
  toneGraph,
  withoutNote,
} from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

for (const [signal, code] of [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const) {
  const register = signal === "SIGINT" ? Deno.test : rare(Deno.test);
  register({
    name: `sluice run ends with ${code} after ${signal}, with a complete file and a summary`,
    // Whoever ignores SIGHUP has what it starts ignore that.
    ignore: signal === "SIGHUP" && (Deno.build.os === "windows" || ignoresHangup()),
    fn: async () => {
      await using folder = await temporaryFolder();
      await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live" }));
      const result = await signalled(["run", "graph.json"], folder.path, [{ after: FLOWS, send: signal }]);
      assert.equal(result.code, code, result.stderr);
      const summary = readEvents(result.stdout).at(-1)!;
      assert.equal(summary.outcome, "stopped");
      assert.match(
        result.stderr,
        signal === "SIGHUP" ? /^Stopping: SIGHUP, as when a terminal is closed\n/ : /^Stopping/,
      );
      assert.deepEqual(await listFolder(folder.path), ["graph.json", "out.wav"]);
      const header = new TextDecoder().decode((await Deno.readFile(`${folder.path}/out.wav`)).subarray(0, 4));
      assert.ok(header === "RIFF" || header === "RF64", header);
    },
  });
}

Deno.test("sluice run ends at once after a second Ctrl-C, though a node does not end", async () => {
  await using folder = await temporaryFolder();
  // Those of the first second are the first one still.
  const again = { after: /Stopping/, send: "SIGINT", everyMs: 250 } as const;
  const startedMs = performance.now();
  const result = await signalled(["run", `${FIXTURES}/stubborn.json`], folder.path, [
    { after: /progress/, send: "SIGINT" },
    again,
  ]);
  assert.equal(result.code, 130, result.stderr);
  assert.ok(performance.now() - startedMs > 1_000);
  assert.ok(readEvents(result.stdout).every(({ event }) => event === "progress"));
});

/** When a second signal is sent that is to count as the first, and by when it has to be, milliseconds. */
const SAME_AFTER_MS = 400;
const SAME_BEFORE_MS = 900;

/** Sends Ctrl-C to a graph that ends at another one, then that. @returns `undefined` if this was too slow to say anything */
async function signalledTwice(): Promise<{ code: number; stdout: string; stderr: string } | undefined> {
  const child = spawn(["run", `${FIXTURES}/patient.json`, "--json"]);
  const stdout = new Response(child.stdout).text();
  let stderr = "";
  let sentMs = 0;
  let tookMs = 0;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += text;
    if (sentMs === 0 && stderr.includes("ticks\n")) {
      sentMs = performance.now();
      child.kill("SIGINT");
    }
    if (tookMs > 0 || !stderr.includes("flushes\n")) continue;
    await new Promise((resolve) => setTimeout(resolve, SAME_AFTER_MS));
    child.kill("SIGINT");
    tookMs = performance.now() - sentMs;
  }
  const { code } = await child.status;
  return tookMs < SAME_BEFORE_MS ? { code, stdout: await stdout, stderr } : undefined;
}

rare(Deno.test)({
  name: "a second Ctrl-C within a second is the first: the run comes to its end, with its summary",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    for (let left = 10; left > 0; left--) {
      const result = await signalledTwice();
      if (result === undefined) continue;
      assert.equal(result.code, 130, result.stderr);
      assert.equal(readEvents(result.stdout).at(-1)!.outcome, "stopped");
      return;
    }
  },
});

rare(Deno.test)(
  "sluice run ends at SIGTERM without waiting for a node that is in an endless loop, and names it",
  async () => {
    await using folder = await temporaryFolder();
    const { code, stdout, stderr } = await signalled(["run", `${FIXTURES}/loops.json`], folder.path, [
      { after: /has kept lane/, send: "SIGTERM" },
    ], { SLUICE_LOG: "warn" });
    assert.equal(code, 143, stderr);
    assert.match(stderr, /Stopped before the graph was drained: Node "bad" \(looper\) has kept lane "worker" /);
    assert.doesNotMatch(stderr, /within \d+ ms|waited for/);
    assert.equal(readEvents(stdout).at(-1)!.outcome, "stopped");
  },
);

for (const sent of ["SIGHUP", "SIGTERM"] as const) {
  rare(Deno.test)({
    name: `sluice run ends at ${sent} though a node on lane main is in an endless loop, and says why`,
    ignore: Deno.build.os === "windows" || (sent === "SIGHUP" && ignoresHangup()),
    fn: async () => {
      await using folder = await temporaryFolder();
      const graph = JSON.parse(await Deno.readTextFile(`${FIXTURES}/loops.json`));
      graph.nodes.bad.lane = "main";
      await Deno.writeTextFile(`${folder.path}/loops.json`, JSON.stringify(graph));
      const packages = ["--packages", `${FIXTURES}/sluice.gen.ts`];
      const child = spawn(["run", `${folder.path}/loops.json`, ...packages, "--quiet"], {});
      let text = "";
      let isSent = false;
      for await (const more of child.stderr.pipeThrough(new TextDecoderStream())) {
        text += more;
        if (isSent || !text.includes("loops\n")) continue;
        isSent = true;
        child.kill(sent);
      }
      await child.stdout.cancel();
      const { signal } = await child.status;
      assert.equal(signal, "SIGKILL", text);
      assert.match(
        text,
        new RegExp(
          `^The main thread has not come to ${sent} for 5000 ms, since node "bad" \\(looper\\) keeps lane "main": the ` +
            "program is ",
          "m",
        ),
      );
    },
  });
}

/** How often Ctrl-C is sent where another one is wanted, milliseconds. */
const SENT_AGAIN_MS = 250;

/** Sends Ctrl-C to a graph whose node then keeps the main thread. @param again whether it is sent again and again then */
async function signalledClinger(again: boolean): Promise<{ status: Deno.CommandStatus; text: string }> {
  const child = spawn(["run", `${FIXTURES}/clings.json`, "--quiet"]);
  const cues = again ? ["ticks\n", "clings\n"] : ["ticks\n"];
  let text = "";
  let repeat: ReturnType<typeof setInterval> | undefined;
  const send = () => {
    try {
      child.kill("SIGINT");
    } catch {
      // It has just ended.
    }
  };
  for await (const more of child.stderr.pipeThrough(new TextDecoderStream())) {
    text += more;
    if (cues.length === 0 || !text.includes(cues[0])) continue;
    if (cues.shift() === "ticks\n") send();
    else repeat = setInterval(send, SENT_AGAIN_MS);
  }
  clearInterval(repeat);
  await child.stdout.cancel();
  return { status: await child.status, text };
}

const INCOMPLETE = "the program is ended, and files that were being written are not complete";

rare(Deno.test)({
  name: "a node that keeps lane main once a signal was heard has stopTimeoutMs for that, and is named",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { status, text } = await signalledClinger(false);
    assert.equal(status.signal, "SIGKILL", text);
    // On a busy machine the main thread may have heard the signal, and not yet have said so.
    const why = 'Since SIGINT, node "bad" \\(clinger\\) has kept lane "main" for \\d+ ms|' +
      'The main thread has not come to SIGINT for 5000 ms, since node "bad" \\(clinger\\) keeps lane "main"';
    const more = 'a "stopTimeoutMs" of the runtime above 5000 gives it more time';
    assert.match(text, new RegExp(`^Stopping; [^]*clings\n(${why}): ${INCOMPLETE}; ${more}\n$`, "m"));
  },
});

rare(Deno.test)({
  name: "a second Ctrl-C ends sluice run at once though a node keeps lane main since the first",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { status, text } = await signalledClinger(true);
    assert.deepEqual([status.code, status.signal], [130, null], text);
    const why = 'a second signal, SIGINT, since node "bad" \\(clinger\\) keeps lane "main"';
    assert.match(text, new RegExp(`clings\n[^]*^The main thread has not come to ${why}: ${INCOMPLETE}\n$`, "m"));
  },
});

/** A graph whose program, on a worker lane, neither reads nor ends when it is told to; it writes its number to `pid`. */
async function deafProgram(folder: string): Promise<string> {
  const command = ["sh", "-c", `trap "" TERM INT; echo $$ > ${folder}/pid; exec sleep 1000`];
  const graph = {
    version: 1,
    mode: "live",
    nodes: { tone: { type: "tone-source" }, deaf: { type: "process", config: { command }, lane: "worker" } },
    links: [{ from: "tone.audio", to: "deaf.audioIn" }],
  };
  await Deno.writeTextFile(`${folder}/deaf.json`, JSON.stringify(graph));
  return `${folder}/deaf.json`;
}

for (const how of ["a second Ctrl-C", "SIGKILL"]) {
  rare(Deno.test)({
    name: `sluice run leaves no program behind that ignores all signals on a worker lane, at ${how}`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      await using folder = await temporaryFolder();
      const child = spawn(["run", await deafProgram(folder.path), "--json"]);
      let [stdout, pid] = ["", 0];
      let repeat: ReturnType<typeof setInterval> | undefined;
      const stderr = new Response(child.stderr).text();
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        stdout += text;
        if (pid !== 0 || !FLOWS.test(stdout)) continue;
        pid = await pidIn(`${folder.path}/pid`);
        if (how === "SIGKILL") child.kill("SIGKILL");
        // What waits for the program is drained for seconds, so that the second one comes before it is ended.
        else repeat = setInterval(() => child.kill("SIGINT"), SENT_AGAIN_MS);
      }
      const { code } = await child.status;
      clearInterval(repeat);
      assert.equal(code, how === "SIGKILL" ? 137 : 130, await stderr);
      assert.ok(readEvents(stdout).every(({ event }) => event === "progress"), stdout);
      await untilEnded(pid);
    },
  });
}

/** How often Ctrl-C is tried on a terminal. */
const TERMINAL_RUNS = Deno.env.get("SLUICE_DEEP") === "1" ? 20 : 2;

rare(Deno.test)({
  name: "one Ctrl-C on a terminal is one under deno task, which passes it on: a complete file and a summary",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    for (let left = TERMINAL_RUNS; left > 0; left--) {
      await using folder = await temporaryFolder();
      const graph = JSON.parse(toneGraph({ mode: "live" }));
      graph.nodes.out.config.path = `${folder.path}/out.wav`;
      await Deno.writeTextFile(`${folder.path}/graph.json`, JSON.stringify(graph));
      const command = `"${Deno.execPath()}" task -q sluice run "${folder.path}/graph.json"`;
      const child = new Deno.Command("script", {
        args: ["-qec", command, "/dev/null"],
        cwd: ROOT,
        env: { TERM: "xterm", SLUICE_LOG: "error", NO_COLOR: "1" },
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const keys = child.stdin.getWriter();
      let screen = "";
      let pressed = false;
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        screen += text;
        if (pressed || !screen.includes("real time")) continue;
        pressed = true;
        await keys.write(new TextEncoder().encode("\x03"));
      }
      await keys.close();
      assert.equal((await child.status).code, 130, screen);
      // The progress line that stood there is taken away.
      // deno-lint-ignore no-control-regex -- it is what takes it away
      assert.match(screen, /\r\x1b\[2KStopping.*[^]*Stopped after/, screen);
      assert.deepEqual(await listFolder(folder.path), ["graph.json", "out.wav"]);
    }
  },
});

/** How a task is started that runs the command line. */
const TASK = [Deno.execPath(), "task", "-q", "sluice"];

rare(Deno.test)({
  name: "sluice run ends as after SIGTERM when the task that has started it is killed, and says why",
  // Whoever ignores SIGHUP has what it starts ignore that.
  ignore: Deno.build.os === "windows" || ignoresHangup(),
  fn: async () => {
    await using folder = await temporaryFolder();
    const { stdout, stderr } = await runWithoutTask(TASK, folder.path);
    assert.equal(stderr, "Stopping: the task that started this has ended\n");
    assert.equal(readEvents(stdout).at(-1)!.outcome, "stopped");
    assert.deepEqual(await listFolder(folder.path), ["graph.json", "out.wav"]);
  },
});

rare(Deno.test)({
  name: "sluice run goes on after the end of the task if setsid has started that",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using folder = await temporaryFolder();
    const result = await runWithoutTask(["setsid", ...TASK], folder.path, ["--seconds", "4"]);
    await assertWentOn(result, folder.path);
  },
});

rare(Deno.test)({
  name: "sluice run goes on after SIGHUP and the end of the task if nohup has started that",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const first = new URL("../fixtures/hangup_first.ts", import.meta.url).pathname;
    // From the sources: what is asked before them is asked of the module that they ask.
    const run = [Deno.execPath(), "run", "-A", "--preload", first, "cli/main.ts"];
    // As a task, but for what `deno task` does to SIGHUP. It prints the id of what it starts.
    const task = ["nohup", "sh", "-c", '"$@" & echo $!; wait', "task", ...run];
    for (let left = 5; left > 0; left--) {
      await using folder = await temporaryFolder();
      const result = await runWithoutTask(task, folder.path, ["--seconds", "4"]);
      if (result.stdout.includes('"ignored":false')) continue;
      await assertWentOn(result, folder.path);
      return;
    }
  },
});

async function assertWentOn({ stdout, stderr }: { stdout: string; stderr: string }, folder: string): Promise<void> {
  assert.equal(stderr, "");
  assert.ok((readEvents(stdout).at(-1)!.elapsedNs as number) >= 4e9, stdout);
  assert.deepEqual(await listFolder(folder), ["graph.json", "out.wav"]);
}

/** Has a task record, and kills the task once something is recorded. @param task what starts it, without its arguments */
async function runWithoutTask(
  [command, ...start]: readonly string[],
  folder: string,
  args: readonly string[] = [],
): Promise<{ stdout: string; stderr: string }> {
  const graph = JSON.parse(toneGraph({ mode: "live" }));
  graph.nodes.out.config.path = `${folder}/out.wav`;
  await Deno.writeTextFile(`${folder}/graph.json`, JSON.stringify(graph));
  const task = new Deno.Command(command, {
    args: [...start, "run", `${folder}/graph.json`, "--json", ...args],
    cwd: ROOT,
    env: { SLUICE_LOG: "error", NO_COLOR: "1", INIT_CWD: ROOT },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(task.stderr).text();
  let stdout = "";
  let killed = false;
  // The pipe ends with the last process that has it.
  for await (const text of task.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += text;
    if (killed || !FLOWS.test(stdout)) continue;
    killed = true;
    task.kill("SIGKILL");
    const pid = /^\d+$/m.exec(stdout);
    if (pid !== null) Deno.kill(Number(pid[0]), "SIGHUP");
  }
  await task.status;
  return { stdout, stderr: withoutNote(await stderr) };
}
