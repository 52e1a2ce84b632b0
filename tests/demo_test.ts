/** `deno task demo --live`, as people run it, and the graphs of `deno task demo`. */
import assert from "node:assert/strict";
import { freePort, ROOT, sluice } from "./cli/command_line.ts";
import { noRustPlugin } from "./fixtures/plugins/build.ts";
import { rare } from "./fixtures/rare.ts";

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGKILL", 137]] as const) {
  // SIGTERM goes the way of SIGINT; `tests/cli/signals_test.ts` has both.
  const register = signal === "SIGINT" ? Deno.test : rare(Deno.test);
  register({
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

const obstacle = noRustPlugin("video") ?? noRustPlugin("codecs") ?? noProgram("ffprobe") ?? noProgram("ffmpeg");

rare(Deno.test)({
  name: `the demo's graphs make a video whose tracks end together${obstacle ? ` (left out: ${obstacle})` : ""}`,
  ignore: obstacle !== undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "sluice-demo-" });
    try {
      const run = async (graph: string, ...settings: string[]) => {
        const result = await sluice([
          "run",
          `examples/${graph}`,
          "--quiet",
          ...settings.flatMap((each) => ["--set", each]),
        ]);
        assert.equal(result.code, 0, result.stderr);
      };
      const video = `${folder}/demo.mp4`;
      await run("demo.json", `file.path=${folder}/demo.wav`);
      const small = ["pattern.width=640", "pattern.height=360"];
      await run("demo_video.json", `speech.path=${folder}/demo.wav`, `file.path=${video}`, ...small);
      const { streams } = JSON.parse(
        await output("ffprobe", "-v", "error", "-show_streams", "-count_packets", "-of", "json", video),
      );
      const [pictures, sound] = ["video", "audio"].map((type) =>
        streams.find((each: { codec_type: string }) => each.codec_type === type)
      );
      assert.deepEqual([pictures.codec_name, sound.codec_name], ["h264", "opus"]);
      assert.deepEqual([pictures.width, pictures.height, pictures.nb_read_packets], [640, 360, "315"]);
      assert.ok(Math.abs(pictures.duration - sound.duration) <= 1 / 30, `${pictures.duration} and ${sound.duration} s`);
      assert.equal(await output("ffmpeg", "-v", "error", "-i", video, "-f", "null", "-"), "");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Runs a program to its end. @returns what it says on both streams */
async function output(program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, said);
  return said;
}

function noProgram(name: string): string | undefined {
  try {
    new Deno.Command(name, { args: ["-version"], stdout: "null", stderr: "null" }).outputSync();
    return undefined;
  } catch {
    return `there is no "${name}"`;
  }
}
