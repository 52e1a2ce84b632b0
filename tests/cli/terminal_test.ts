import assert from "node:assert/strict";
import { MAIN, temporaryFolder, toneGraph, withoutNote } from "./command_line.ts";

/** util-linux's `script` gives a program a terminal. */
const HAS_SCRIPT = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);

Deno.test({
  name: "sluice run redraws one line on a terminal and takes it away before the summary",
  ignore: !HAS_SCRIPT,
  fn: async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live", seconds: 1 }));
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
      assert.match(frame, /0:0\d\.\d of 0:01\.0, \d/);
    }
    assert.ok(screen.slice(0, start).endsWith(erase), JSON.stringify(screen));
  },
});
