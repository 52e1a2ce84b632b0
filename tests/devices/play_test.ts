/** `sluice play --speaker` on a simulated speaker, with the keys of a terminal. */
import assert from "node:assert/strict";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { ffmpeg, FOLDER, mp4 } from "../../processors/media/fixtures/media_files.ts";
import { inTime, sleep } from "../fixtures/waiting.ts";
import { MAIN, readEvents, ROOT, sluice, spawn } from "../cli/command_line.ts";
import { until } from "../fixtures/waiting.ts";
import { Heard, RATE_HZ } from "./fixtures/heard.ts";
import { PulseServer, withPulse } from "./fixtures/pulse_server.ts";
import { XClient } from "./fixtures/x_client.ts";
import { withX, XServer } from "./fixtures/x_server.ts";

/** util-linux's `script` gives a program a terminal. */
const HAS_SCRIPT = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);

const ignore = noRustPlugin("audio-devices") !== undefined;

Deno.test({
  name: "sluice play --speaker plays every sample up to the end, and serves no page",
  ignore,
  fn: async () => {
    const args = ["play", "examples/speech.wav", "--speaker", "--device", "simulated", "--from", "7.6", "--json"];
    const { code, stdout, stderr } = await sluice(args, { cwd: ROOT });
    assert.equal(code, 0, stderr);
    const events = readEvents(stdout);
    assert.ok(events.every(({ event }) => event !== "serving"), stdout);
    const { outcome, nodes } = events.at(-1) as {
      outcome: string;
      nodes: { id: string; type: string; figures: Record<string, number> }[];
    };
    const [{ figures: { playedSeconds } }, { type, figures: { frames, lost } }] = nodes;
    const wanted = Math.round(playedSeconds * 48_000);
    assert.ok(wanted > 0.3 * 48_000, `${wanted} samples`);
    assert.deepEqual({ outcome, type, frames, lost }, {
      outcome: "completed",
      type: "speaker",
      frames: wanted,
      lost: 0,
    });
  },
});

Deno.test({
  name: "sluice play --speaker is paused, sent to other places and ended by keys, and gives the terminal back",
  ignore: ignore || !HAS_SCRIPT,
  fn: async () => {
    const path = `${FOLDER}/minute.wav`;
    ffmpeg("-f", "lavfi", "-i", "sine=duration=60:sample_rate=8000", path);
    const play = `"${Deno.execPath()}" run -A --no-check "${MAIN}" play "${path}" --speaker --device simulated`;
    const child = new Deno.Command("script", {
      args: ["-qec", `stty cols 90; ${play}; echo code $?; stty -a`, "/dev/null"],
      cwd: ROOT,
      env: { TERM: "xterm", SLUICE_LOG: "error", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const keys = child.stdin.getWriter();
    let screen = "";
    /** Waits for a line of the terminal; what came before it does not count. */
    const shows = async (wanted: RegExp): Promise<RegExpExecArray> => {
      for (let found;;) {
        if ((found = wanted.exec(screen)) !== null) return found;
        const { value } = await reader.read();
        assert.ok(value !== undefined, `it ended before ${wanted}: ${screen}`);
        screen += value;
      }
    };
    const press = async (key: string) => {
      screen = "";
      await keys.write(new TextEncoder().encode(key));
    };
    await shows(/Playing 0:\d\d\.[1-9] of 1:00\.0 {3}space pauses, ← → 5 s, ↓ ↑ 1 min, q ends/);
    await press(" ");
    const [, seconds, tenths] = await shows(/Paused {2}0:(\d\d)\.(\d) of 1:00\.0/);
    const paused = (more: number) =>
      new RegExp(`Paused {2}0:${`${Number(seconds) + more}`.padStart(2, "0")}\\.${tenths} of`);
    // It is where it was, however often that is drawn.
    screen = "";
    await shows(paused(0));
    await press("\x1b[C");
    await shows(paused(5));
    await press("\x1b[B");
    await shows(/Paused {2}0:00\.0 of/);
    await press("\x1b[C ");
    await shows(/Playing 0:(?!0[0-4])\d\d\.\d of/);
    await press("q");
    const [, code] = await shows(/code (\d+)\r\n[^]*icanon/);
    assert.equal(code, "0", screen);
    assert.match(screen, /[ \n]icanon/);
    assert.match(screen, /Played .* of media/);
    await child.status;
    await keys.close().catch(() => {});
  },
});

withPulse("sluice play --speaker is heard whole on a sink that takes long to begin", async () => {
  await using _server = await PulseServer.start(true);
  await using heard = await Heard.start({ device: "one.monitor", latencyMs: 2_000, correctDrift: false });
  const path = `${FOLDER}/whole.wav`;
  ffmpeg("-f", "lavfi", "-i", `sine=duration=0.6:sample_rate=${RATE_HZ}`, "-ac", "2", path);
  const { code, stdout, stderr } = await sluice(["play", path, "--speaker", "--device", "one"], { cwd: ROOT });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Played 0:00\.6 of media in [^\n]* real time\n$/);
  await until(() => heard.samples.length > RATE_HZ * 0.7);
  const length = heard.samples.findLastIndex((sample) => sample !== 0) + 1;
  // The monitor of such a sink may leave out 10 ms, whoever plays.
  assert.ok(Math.abs(length / RATE_HZ - 0.6) < 0.02, `${length} samples`);
});

withX("sluice play --speaker shows pictures in time that their decoder holds back", async () => {
  await using server = await XServer.start([320, 240]);
  const path = `${FOLDER}/held_back.mp4`;
  ffmpeg(
    ...["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=30:duration=2", "-f", "lavfi", "-i", "sine=duration=2"],
    ...["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", path],
  );
  const args = ["play", path, "--speaker", "--device", "simulated", "--json"];
  const { code, stdout, stderr } = await sluice(args, { env: { DISPLAY: server.name } });
  assert.equal(code, 0, stderr);
  const { nodes } = readEvents(stdout).at(-1) as { nodes: { type: string; figures?: Record<string, number> }[] };
  const { shown, late } = nodes.find(({ type }) => type === "display")!.figures!;
  assert.ok(shown >= 54 && late <= 3, `${shown} of 60 were shown, ${late} were late`);
});

withX("who closes the window of sluice play --speaker ends it, and its sound", async () => {
  await using server = await XServer.start([640, 480]);
  const args = ["play", mp4(), "--speaker", "--device", "simulated", "--loop", "--json"];
  const child = spawn(args, { env: { DISPLAY: server.name } });
  const output = child.output();
  using client = await XClient.connect(server.name);
  const findWindow = async () => {
    for (const window of await client.children(client.root)) {
      if ((await client.title(window)).endsWith(".mp4")) return window;
    }
    return undefined;
  };
  let window: number | undefined;
  while (window === undefined) {
    await sleep(20);
    window = await findWindow();
  }
  await client.close(window);
  const { code, stdout } = await inTime(output);
  assert.equal(code, 0);
  const { outcome, nodes } = readEvents(new TextDecoder().decode(stdout)).at(-1) as unknown as {
    outcome: string;
    nodes: { type: string }[];
  };
  assert.equal(outcome, "stopped");
  assert.ok(nodes.some(({ type }) => type === "speaker"));
});

withX("sluice play --speaker shows a film in a window and plays its sound, and drops nothing on the way", async () => {
  await using server = await XServer.start([640, 480]);
  const args = ["play", mp4(), "--speaker", "--device", "simulated", "--json"];
  const { code, stdout, stderr } = await sluice(args, { env: { DISPLAY: server.name } });
  assert.equal(code, 0, stderr);
  const { outcome, nodes, links } = readEvents(stdout).at(-1) as unknown as {
    outcome: string;
    nodes: { type: string; figures?: Record<string, number> }[];
    links: { to: string; read: number }[];
  };
  const figuresOf = (type: string) => nodes.find((node) => node.type === type)!.figures!;
  assert.deepEqual([outcome, links.find(({ to }) => to === "display.video")?.read], ["completed", 25]);
  // How many are late is the machine's affair.
  assert.ok(figuresOf("display").shown > 0 && figuresOf("speaker").frames > 0.9 * 44_100, stdout);
});
