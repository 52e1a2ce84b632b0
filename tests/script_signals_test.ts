/** What becomes of a program that runs a graph when it is told to end. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { ignoresHangup } from "../core/process/signals.ts";
import { readPrinted } from "./cli/command_line.ts";
import { rare } from "./fixtures/rare.ts";

const SCRIPT = new URL("./fixtures/recording_script.ts", import.meta.url).pathname;

for (
  const [signal, code, then] of [
    ["SIGHUP", 129, ""],
    ["SIGINT", 130, ""],
    ["SIGTERM", 143, ""],
    ["SIGINT", 130, "goes on"],
  ] as const
) {
  Deno.test({
    name: `a program that runs a graph completes its file at ${signal} and ends with ${code} ${then}`.trimEnd(),
    // Whoever ignores SIGHUP has what it starts ignore that.
    ignore: Deno.build.os === "windows" || (signal === "SIGHUP" && ignoresHangup()),
    fn: async () => {
      const folder = await Deno.makeTempDir({ prefix: "sluice-script-" });
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", SCRIPT, `${folder}/out.wav`, then],
        env: { NO_COLOR: "1" },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const stderr = (async () => {
        let read = "";
        for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
          read += text;
          if (signal !== "SIGHUP" || !text.includes("Stopping")) continue;
          // A terminal that is closed may send SIGTERM after it; signals that are pending together have no order.
          try {
            child.kill("SIGTERM");
          } catch {
            // It has ended.
          }
        }
        return read;
      })();
      let stdout = "";
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        stdout += text;
        if (stdout !== "records\n") continue;
        child.kill(signal);
        // As `deno task` does, which passes on what the terminal has sent.
        if (signal !== "SIGHUP") child.kill(signal);
      }
      const status = await child.status;
      match(await stderr, new RegExp(`Stopping the graph at ${signal}`));
      equal(stdout, "records\nstopped\n");
      equal(status.code, code);
      deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["out.wav"]);
      await Deno.remove(folder, { recursive: true });
    },
  });
}

rare(Deno.test)({
  name: "a signal that comes twice lets a node on lane main work for seconds in flush(), and the file is completed",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "sluice-script-" });
    const script = new URL("./fixtures/flushing_script.ts", import.meta.url).pathname;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", script, `${folder}/out.wav`],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    deepEqual([code, read(stdout)], [130, "flushes\nflushed\nstopped\n"], read(stderr));
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["out.wav"]);
    await Deno.remove(folder, { recursive: true });
  },
});

for (const stopTimeoutMs of [60_000, 0]) {
  rare(Deno.test)({
    name:
      `a node on lane main that works on at a signal has stopTimeoutMs for that, and 5 s at least: ${stopTimeoutMs}`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      const folder = await Deno.makeTempDir({ prefix: "sluice-script-" });
      const script = new URL("./fixtures/holding_script.ts", import.meta.url).pathname;
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--no-check", script, `${folder}/out.wav`, `${stopTimeoutMs}`],
        env: { NO_COLOR: "1", SLUICE_LOG: "error" },
        stdin: "null",
      }).output();
      const [said, told] = [stdout, stderr].map(readPrinted);
      const files = [...Deno.readDirSync(folder)].map(({ name }) => name);
      if (stopTimeoutMs > 0) deepEqual([code, said, files], [130, "worked\nstopped\n", ["out.wav"]], told);
      else {
        equal(said, "");
        match(
          told,
          /^The main thread has not come to SIGINT for 5000 ms, since node "middle" \(scripted-filter\) keeps lane "main": the program is ended, and files that were being written are not complete; a "stopTimeoutMs" of the runtime above 5000 gives it more time\n$/,
        );
      }
      await Deno.remove(folder, { recursive: true });
    },
  });
}

/** Runs a script that may read nothing. */
async function runUnread(body: string): Promise<{ readonly said: string; readonly complained: string }> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, `import { nodes, Runtime } from "${new URL("../mod.ts", import.meta.url)}";\n${body}`);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--config", "deno.json", "--no-prompt", "--no-check", "--quiet", "--allow-env", path],
    cwd: new URL("..", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  await Deno.remove(path);
  return { said: readPrinted(stdout), complained: readPrinted(stderr) };
}

Deno.test("a graph with processors on lane main runs without the permission to watch that thread", async () => {
  const found = await runUnread(`
    await using runtime = new Runtime({ mode: "offline", native: "off" });
    const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.1 }), { lane: "main" });
    const meter = runtime.add(nodes.levelMeter(), { lane: "main" });
    runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
    await runtime.start();
    console.log((await runtime.finished).outcome);`);
  deepEqual(found, { said: "completed\n", complained: "" });
});

Deno.test("a lane whose worker could not be loaded is not told as one that a node keeps from closing", async () => {
  const { said, complained } = await runUnread(`
    const runtime = new Runtime({ mode: "offline", native: "off" });
    const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.1 }));
    const meter = runtime.add(nodes.levelMeter());
    runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
    await runtime.start().catch(({ message }) => console.log(message));`);
  match(said, /^Lane "worker" crashed: Requires read access to /);
  ok(!complained.includes("has not closed"), complained);
});
