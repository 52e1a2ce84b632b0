import assert from "node:assert/strict";
import { logger } from "../../core/log.ts";
import { tempPackage } from "../../codegen/fixtures/temp_package.ts";
import { serveControl } from "../../control/server/server.ts";
import { serveLive } from "../control/served.ts";
import { MAIN, ROOT, temporaryFolder, toneGraph, withoutNote } from "./command_line.ts";

/** util-linux's `script` gives a program a terminal. */
const HAS_SCRIPT = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);

Deno.test({
  name: "sluice run redraws one line on a terminal and takes it away before the summary",
  ignore: !HAS_SCRIPT,
  fn: async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live", seconds: 3 }));
    const command = `stty cols 70; "${Deno.execPath()}" run -A --no-check "${MAIN}" run graph.json`;
    const { code, stdout } = await new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      cwd: folder.path,
      env: { TERM: "xterm", SLUICE_LOG: "error", NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const screen = withoutNote(new TextDecoder().decode(stdout));
    assert.equal(code, 0, screen);
    const erase = "\r\x1b[2K";
    const start = screen.indexOf("Completed in");
    assert.ok(start > 0, screen);
    const frames = screen.slice(0, start).split(erase).filter((frame) => frame !== "");
    assert.ok(frames.length >= 3, JSON.stringify(frames));
    for (const frame of frames) {
      assert.ok(frame.length < 70, frame);
      assert.ok(!frame.includes("\n"), frame);
      assert.match(frame, /0:0\d\.\d of 0:03\.0, \d/);
    }
    assert.ok(screen.slice(0, start).endsWith(erase), JSON.stringify(screen));
  },
});

const PRINTER = `import { type AudioFrame, config, input, processor, type StreamInput } from "@sluice/sluice";

/** Prints. */
@processor()
export class Printer {
  @input() audio!: StreamInput<AudioFrame>;
  /** What it prints. */
  @config() word = "";
  process(): void {
    for (const _ of this.audio.drain()) console.log(this.word);
  }
}
`;

Deno.test({
  name: "sluice run takes its line of progress away before what a processor prints to the terminal, on any lane",
  ignore: !HAS_SCRIPT,
  fn: async () => {
    const config = (word: string) => ({ type: "printer", config: { word } });
    const graph = {
      version: 1,
      mode: "live",
      nodes: {
        tone: { type: "tone-source", config: { durationSeconds: 1 } },
        here: { ...config("from main"), lane: "main" },
        there: { ...config("from a worker"), lane: "dsp" },
      },
      links: [{ from: "tone.audio", to: "here.audio" }, { from: "tone.audio", to: "there.audio" }],
    };
    await using folder = await tempPackage({ "printer.ts": PRINTER, "graph.json": JSON.stringify(graph) });
    assert.deepEqual((await folder.run()).problems, []);
    const command = `stty cols 70; "${Deno.execPath()}" run -A --no-check "${MAIN}" run "${folder.root}/graph.json"`;
    const { code, stdout } = await new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      cwd: ROOT,
      env: { TERM: "xterm", SLUICE_LOG: "error", NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const screen = new TextDecoder().decode(stdout);
    assert.equal(code, 0, screen);
    for (const who of ["main", "a worker"]) {
      assert.ok(screen.includes(`\r\x1b[2Kfrom ${who}\r\n`), JSON.stringify(screen));
    }
  },
});

Deno.test({
  name:
    "sluice top tells on a terminal that nobody answers, above the figures that it had, and goes on with the next run",
  ignore: !HAS_SCRIPT,
  fn: async () => {
    await using first = await serveLive("off");
    const { url } = first.server;
    const command = `stty cols 100 rows 30; "${Deno.execPath()}" run -A --no-check "${MAIN}" top --at ${url}`;
    const child = new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      env: { TERM: "xterm", SLUICE_LOG: "error", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    /** What the screen shows: each one begins at its upper left corner. */
    let screen = "";
    const shows = async (wanted: RegExp) => {
      while (!wanted.test(screen)) {
        const { value } = await reader.read();
        assert.ok(value !== undefined, `it ended before ${wanted}: ${screen}`);
        screen = `${screen}${value}`.split("\x1b[H").at(-1)!;
      }
    };
    await shows(/tone .*level/s);
    assert.doesNotMatch(screen, /No answer/);
    await first.server.close();
    await shows(/^No answer from http:\/\/127\.0\.0\.1:\d+: trying again.*tone .*level/s);
    await using _second = serveControl(first.runtime, { port: Number(new URL(url).port) });
    // What still comes of the screen before belongs to its notice.
    screen = "No answer";
    await shows(/^(?!No answer).*tone .*level/s);
    const writer = child.stdin.getWriter();
    // Ctrl-C of the terminal.
    await writer.write(new Uint8Array([3]));
    while (!(await reader.read()).done);
    await writer.close();
    await child.status;
    await first.runtime.stop();
  },
});

Deno.test({
  name: "sluice top shows the last warnings of the run below the figures",
  ignore: !HAS_SCRIPT,
  fn: async () => {
    await using served = await serveLive("off");
    for (let k = 1; k <= 5; k++) logger("runtime").warn(`warning ${k}, on purpose`);
    const command =
      `stty cols 100 rows 30; "${Deno.execPath()}" run -A --no-check "${MAIN}" top --at ${served.server.url}`;
    const child = new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      env: { TERM: "xterm", SLUICE_LOG: "error", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    let screen = "";
    let pressed = false;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      screen = `${screen}${text}`.split("\x1b[H").at(-1)!;
      if (pressed || !/tone .*level.*warn: warning 3.*warn: warning 4.*warn: warning 5/s.test(screen)) continue;
      pressed = true;
      assert.doesNotMatch(screen, /warning 2/);
      // Ctrl-C of the terminal.
      await writer.write(new Uint8Array([3]));
    }
    await writer.close();
    assert.equal((await child.status).code, 130);
    await served.runtime.stop();
  },
});
