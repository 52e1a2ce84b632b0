import assert from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { Codec } from "../../core/frames/format.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { tapLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { pidIn, untilEnded } from "../../tests/fixtures/children.ts";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { ProcessorHarness } from "../../testing.ts";
import { noise } from "../audio/fixtures/test_signals.ts";
import { ffmpeg, FOLDER } from "./fixtures/media_files.ts";
import { LineLimit } from "./line_limit.ts";
import { decodeAdvice } from "./process_faults.ts";
import { rare } from "../../tests/fixtures/rare.ts";

const RATE_HZ = 8000;

type Config = Parameters<typeof nodes.process>[0];

/** Sends sound through a program, and gives what comes out. */
async function pass(config: Config, samples: Float32Array, native: "require" | "off" = "off"): Promise<number[]> {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.audio({ sampleRateHz: RATE_HZ, channels: 1 }), { id: "source" });
  const program = runtime.add(nodes.process(config), { id: "program" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connect(source.outputs.audio, program.inputs.audioIn);
  runtime.connect(program.outputs.audioOut, sink.inputs.audio, { policy: "lossless" });
  await runtime.start();
  const got: number[] = [];
  const seen = (async () => {
    for await (const block of sink) got.push(...block.channel(0));
  })();
  const pushed = (async () => {
    for (let at = 0; at < samples.length; at += 1000) {
      await source.push({ channels: [samples.subarray(at, at + 1000)] });
    }
    source.end();
  })();
  // A program that has had enough ends the graph before.
  await Promise.all([seen, runtime.finished, pushed.catch(() => {})]);
  return got;
}

/** Ticks in which nothing comes rest for a while: so many take minutes. */
const MOST_TICKS = 3000;

/** Runs a node until its program has said something. */
async function untilReady(node: ProcessorHarness): Promise<void> {
  for (let left = MOST_TICKS; node.takeData("dataOut").length === 0; left--) {
    assert.ok(left > 0, "the program says nothing");
    await node.run(1);
  }
}

/** Noise of whole 16-bit counts. */
function sound(length: number): Float32Array {
  return noise(length).map((sample) => Math.round(sample * 32_000) / 32_768);
}

eachDriver("Process carries samples through a program and back, bit for bit", async (native) => {
  const samples = sound(100_500);
  assert.deepEqual(await pass({ command: ["cat"] }, samples, native), [...samples]);
});

Deno.test("Process waits for a program that keeps all of its input until the end, and takes all that comes then", async () => {
  // Many times what pipes hold, in both directions.
  const samples = sound(400_000);
  const found = await pass({ command: ["sh", "-c", "x=$(mktemp); cat > $x; cat $x; rm $x"] }, samples);
  assert.equal(found.length, samples.length);
  assert.deepEqual(found.slice(-1000), [...samples.slice(-1000)]);
});

Deno.test("Process does not lock up with a program that makes more than it is given", async () => {
  const samples = sound(50_000);
  const found = await pass({
    command: ["ffmpeg", ..."-v error -f s16le -ar 8000 -ac 1 -i - -f f32le -ar 48000 -".split(" ")],
    audioFormat: "s16",
    sampleRateHz: 48_000,
    // Four bytes of a float are two samples of 16 bits.
    channels: 2,
  }, samples);
  assert.ok(Math.abs(found.length - 6 * samples.length) < 600, `${found.length}`);
});

Deno.test("Process tells of bytes behind the last sample, which a program writes after the end of its input", async () => {
  const samples = sound(5000);
  const said: string[] = [];
  const end = tapLog(({ level, message }) => level === "warn" && said.push(message));
  const found = await pass({ command: ["sh", "-c", "cat; printf a"] }, samples);
  end();
  assert.deepEqual(found, [...samples]);
  assert.match(said.join("\n"), /^the samples end within a frame: the last byte is left out, since a frame has 2; .*$/);
});

Deno.test("Process ends well with a program that has had enough", async () => {
  const samples = sound(300_000);
  const found = await pass({ command: ["head", "-c", "20000"] }, samples);
  assert.deepEqual(found, [...samples.slice(0, 10_000)]);
});

Deno.test("Process fails with what the program said last, and its exit code", async () => {
  const command = ["sh", "-c", "head -c 4000; echo first >&2; echo disk full >&2; exit 7"];
  await assert.rejects(pass({ command }, sound(300_000)), {
    code: "NodeFailed",
    message: /"sh" ended with code 7, and said: first\ndisk full$/,
  });
});

Deno.test("Process reads YUV4MPEG2 and raw pictures that a program makes", async () => {
  const make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=30x18:rate=25:duration=0.2", "-f"];
  const [rgba, y4m] = [`${FOLDER}/process.rgba`, `${FOLDER}/process.y4m`];
  ffmpeg(...make.slice(3), "rawvideo", "-pix_fmt", "rgba", rgba);
  await using raw = await ProcessorHarness.create(
    nodes.process({
      command: [...make, "rawvideo", "-pix_fmt", "rgba", "-"],
      videoFormat: "raw",
      width: 30,
      height: 18,
      frameRate: 25,
    }),
    {},
    { disconnect: ["audioOut", "dataOut"] },
  );
  await raw.run();
  const pictures = raw.takeVideo("videoOut");
  assert.deepEqual(pictures.map(({ ptsNs }) => ptsNs), [0, 40e6, 80e6, 120e6, 160e6]);
  // Rows of 120 bytes, the next of which begin at multiples of 64.
  const rows = pictures.flatMap(({ planes }) =>
    Array.from({ length: 18 }, (_, row) => [...planes[0].subarray(128 * row, 128 * row + 120)])
  );
  assert.deepEqual(Uint8Array.from(rows.flat()), Deno.readFileSync(rgba));
  ffmpeg(...make.slice(3), "yuv4mpegpipe", "-pix_fmt", "yuv420p", y4m);
  await using lined = await ProcessorHarness.create(nodes.process({ command: ["cat", y4m] }), {}, {
    disconnect: ["audioOut", "dataOut"],
  });
  await lined.run();
  assert.deepEqual(lined.takeVideo("videoOut").map(({ pixelFormat }) => pixelFormat), Array(5).fill("i420"));
});

Deno.test("Process hands bytes on, and logs what the program says", async () => {
  await using node = await ProcessorHarness.create(
    nodes.process({ command: ["sh", "-c", "echo said >&2; exec tr a-z A-Z"] }),
    {},
    { connect: ["dataIn"], disconnect: ["audioOut", "videoOut"] },
  );
  node.pushData("dataIn", new TextEncoder().encode("hello "));
  node.pushData("dataIn", new TextEncoder().encode("world"));
  node.end();
  await node.run();
  const bytes = node.takeData("dataOut").flatMap((value) => [...value as Uint8Array]);
  assert.equal(new TextDecoder().decode(Uint8Array.from(bytes)), "HELLO WORLD");
});

Deno.test("Process ends its program when it is broken off", async () => {
  const node = await ProcessorHarness.create(
    nodes.process({ command: ["sh", "-c", `echo $$ > ${FOLDER}/process.pid; echo ready; exec sleep 1000`] }),
    {},
    { disconnect: ["audioOut", "videoOut"] },
  );
  await untilReady(node);
  await node.teardown();
  await untilEnded(await pidIn(`${FOLDER}/process.pid`));
});

for (const [how, trap] of [["", ""], [" and does not end when it is told to", 'trap "" TERM; ']]) {
  Deno.test(`Process ends a program that does not read its input${how}`, async () => {
    // What is ignored stays so in the program that takes the shell's place.
    const script = `${trap}echo $$ > ${FOLDER}/deaf.pid; echo ready; exec sleep 1000`;
    const node = await ProcessorHarness.create(
      nodes.process({ command: ["sh", "-c", script] }),
      {},
      { connect: ["audioIn"], disconnect: ["audioOut", "videoOut"], timeoutMs: 60_000 },
    );
    // More than a pipe holds, and than the node keeps for it.
    for (let k = 0; k < 40; k++) {
      node.pushAudio("audioIn", { sampleRateHz: 8000, channels: [new Float32Array(16_000)] });
    }
    await untilReady(node);
    const pid = await pidIn(`${FOLDER}/deaf.pid`);
    await node.teardown();
    await untilEnded(pid);
  });
}

rare(Deno.test)(
  "Process ends with its program, also where that has left another one behind that has its streams",
  async () => {
    const command = ["sh", "-c", `(sleep 501 & echo $! > ${FOLDER}/left.pid); cat`];
    const samples = sound(30_000);
    const found = await pass({ command }, samples);
    Deno.kill(await pidIn(`${FOLDER}/left.pid`));
    assert.deepEqual(found, [...samples]);
  },
);

/** More than is read of it within half a second, by far. What its writer ends with is 0 if all of it was read. */
const flood = (name: string) => `(head -c 300000000 /dev/zero | tr '\\0' ' ' >&2; echo $? > ${FOLDER}/${name}) & `;

rare(Deno.test)(
  "Process is torn down while a program that its own has left behind floods the standard error",
  async () => {
    const node = await ProcessorHarness.create(
      nodes.process({ command: ["sh", "-c", `${flood("torn.code")}echo $$ > ${FOLDER}/torn.pid; exec sleep 1000`] }),
      {},
      { disconnect: ["audioOut", "videoOut", "dataOut"] },
    );
    const pid = await pidIn(`${FOLDER}/torn.pid`);
    await node.teardown();
    await untilEnded(pid);
    assert.notEqual(await pidIn(`${FOLDER}/torn.code`), 0);
  },
);

rare(Deno.test)("Process fails with its program while another one floods the standard error", async () => {
  await using node = await ProcessorHarness.create(
    nodes.process({ command: ["sh", "-c", `${flood("failed.code")}exit 3`] }),
    {},
    { disconnect: ["audioOut", "videoOut", "dataOut"] },
  );
  await assert.rejects(node.run(), { code: "NodeFailed", message: /"sh" ended with code 3/ });
  assert.notEqual(await pidIn(`${FOLDER}/failed.code`), 0);
});

rare(Deno.test)("Process kills its program at Deno.exit() where it may run no shell beside it", async () => {
  const pid = `${FOLDER}/unloaded.pid`;
  const command = ["bash", "-c", `trap "" TERM; echo $$ > ${pid}; exec sleep 1000`];
  const script = `
    await ProcessorHarness.create(nodes.process(${JSON.stringify({ command })}), {}, {
      disconnect: ["audioOut", "videoOut", "dataOut"],
    });
    await pidIn(${JSON.stringify(pid)});
    Deno.exit(7);`;
  assert.equal((await runScript("unloaded", script, "--allow-run=bash")).code, 7);
  await untilEnded(await pidIn(pid));
});

Deno.test("Process takes encoded frames and gives samples only of a program that is known to decode", async () => {
  const create = (config: Partial<Config>) =>
    ProcessorHarness.create(
      nodes.process({ command: ["cat"], ...config }),
      {},
      { connect: ["encodedIn"], disconnect: ["videoOut", "dataOut"] },
    );
  const refusal = {
    code: "InvalidGraph",
    message: /"\S+\.encodedIn" hands its program encoded frames.*or "\S+\.audioIn" .*set sampleRateHz and channels/,
  };
  await assert.rejects(create({}), refusal);
  await assert.rejects(create({ sampleRateHz: 44_100 }), refusal);
  await using node = await create({ sampleRateHz: 44_100, channels: 1 });
  node.end();
  await node.run();
});

Deno.test("Process gives raw pictures the format of those that come in", async () => {
  await using node = await ProcessorHarness.create(
    nodes.process({ command: ["cat"], videoFormat: "raw" }),
    {},
    { connect: ["videoIn"], disconnect: ["audioOut", "dataOut"] },
  );
  for (let k = 0; k < 3; k++) {
    node.push<VideoFrame>("videoIn", { pixelFormat: "i420", width: 5, height: 3, frameRate: 10 }, (picture) => {
      picture.ptsNs = 7 + k * 1e8;
      picture.plane(2).fill(k);
    });
  }
  node.end();
  await node.run();
  const pictures = node.takeVideo("videoOut");
  assert.deepEqual(
    pictures.map(({ pixelFormat, width, height, ptsNs, planes }) => [pixelFormat, width, height, ptsNs, planes[2][0]]),
    [0, 1, 2].map((k) => ["i420", 5, 3, 7 + k * 1e8, k]),
  );
});

Deno.test("Process takes bytes for raw pictures only where it is known how large those are", async () => {
  const create = (connect: string[], config: Partial<Config>) =>
    ProcessorHarness.create(
      nodes.process({ command: ["cat"], videoFormat: "raw", ...config }),
      {},
      { connect, disconnect: ["audioOut", "dataOut"] },
    );
  const refusal = {
    code: "InvalidGraph",
    message: /"\S+\.videoOut" takes its program's bytes as raw pictures, and no .* set width and height to what it/,
  };
  for (const connect of [["encodedIn"], ["audioIn"], ["dataIn"], []]) {
    await assert.rejects(create(connect, {}), refusal);
  }
  await assert.rejects(create(["encodedIn"], { width: 16 }), refusal);
  await using node = await create(["encodedIn"], { width: 16, height: 16 });
  node.end();
  await node.run();
});

Deno.test("LineLimit lets 50 lines of a second through, and tells once a second and at the end how many it left out", () => {
  const told: string[] = [];
  let nowMs = 0;
  const limit = new LineLimit((line) => told.push(line), () => nowMs);
  // A line each millisecond.
  for (; nowMs < 2500; nowMs++) limit.tell(`${nowMs}`);
  limit.end();
  limit.end();
  const lines = (from: number) => Array.from({ length: 50 }, (_, k) => `${from + k}`);
  const leftOut = (count: number) => `${count} lines were left out so far: more than 50 came in a second`;
  assert.deepEqual(told, [...lines(0), leftOut(950), ...lines(1000), leftOut(1900), ...lines(2000), leftOut(2350)]);
});

for (
  const [what, config, connect, code, message] of [
    [
      "a program that there is not",
      { command: ["sluice-no-such-program"] },
      ["audioIn"],
      "InvalidConfig",
      /there is no such program on the PATH; install it, or write out its path$/,
    ],
    [
      "a line that is not split",
      { command: ["cat -u"] },
      ["audioIn"],
      "InvalidConfig",
      /no shell splits "command", so write each word by itself: \["cat", "-u"\]$/,
    ],
    [
      "a path that leads nowhere",
      { command: ["./no/such/program"] },
      ["audioIn"],
      "InvalidConfig",
      /a relative path starts at the working directory, "\/.*"$/,
    ],
    [
      "two streams in one direction",
      { command: ["cat"] },
      ["audioIn", "dataIn"],
      "InvalidGraph",
      /a program has one stream in each direction, and "node.audioIn" and "node.dataIn" have links/,
    ],
    ["no program", { command: [] }, [], "InvalidConfig", /command/],
  ] as const
) {
  Deno.test(`Process refuses ${what}`, async () => {
    const options = { connect: [...connect], disconnect: ["videoOut", "dataOut"] };
    await assert.rejects(
      async () =>
        await ProcessorHarness.create(nodes.process({ ...config, command: [...config.command] }), {}, options),
      { code, message },
    );
  });
}

Deno.test("Process names the permission that it lacks", async () => {
  const script = `
    await ProcessorHarness.create(nodes.process({ command: ["cat"] }), {}, { disconnect: ["videoOut", "dataOut"] })
      .catch(({ code, message }) => console.log(code, message));`;
  assert.match(
    (await runScript("denied", script)).stdout,
    /^InvalidConfig .*Cannot start "cat": Deno has no permission to run it: start it with --allow-run/,
  );
});

/** Runs a program with few permissions. */
async function runScript(name: string, script: string, ...permissions: string[]) {
  const imports = [["nodes", "sluice.gen.ts"], ["ProcessorHarness", "testing.ts"], [
    "pidIn",
    "tests/fixtures/children.ts",
  ]]
    .map(([what, from]) =>
      `import { ${what} } from ${JSON.stringify(new URL(`../../${from}`, import.meta.url).href)};`
    );
  const path = `${FOLDER}/${name}.ts`;
  Deno.writeTextFileSync(path, [...imports, script].join("\n"));
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--allow-read",
      "--allow-env",
      ...permissions,
      `--config=${config}`,
      path,
    ],
    stderr: "inherit",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout) };
}

const FOREIGN = {
  "YUV4MPEG2": "YUV4MPEG2 W16 H16 F25:1\nFRAME\n",
  "WAV": "RIFF....WAVEfmt ",
  "Matroska or WebM": "\\032\\105\\337\\243",
  "MP4 or QuickTime": "\\000\\000\\000\\040ftypisom",
  "FLAC": "fLaC",
  "Ogg": "OggS",
  "PNG": "\\211PNG\\r\\n\\032\\n",
  "JPEG": "\\377\\330\\377\\340\\000\\020JFIF",
};

for (const [name, bytes] of Object.entries(FOREIGN)) {
  Deno.test(`Process and PipeSource make no samples of ${name}`, async () => {
    const command = ["sh", "-c", `printf '${bytes.replaceAll("\n", "\\n")}'; head -c 9000 /dev/zero`];
    const found = `its first bytes are those of ${name}, wanted interleaved samples`;
    await using node = await ProcessorHarness.create(nodes.process({ command }), {}, {
      disconnect: ["videoOut", "dataOut"],
    });
    await assert.rejects(node.run(), {
      code: "InvalidMedia",
      message: new RegExp(`${found}.*by -f s16le, or link "\\S+\\.videoOut" for pictures`),
    });
    await using source = await ProcessorHarness.create(nodes.pipeSource({ command, format: "f32" }));
    await assert.rejects(source.run(), {
      code: "InvalidMedia",
      message: new RegExp(`Cannot read samples of "sh" in .*${found}.*-f f32le`),
    });
  });
}

Deno.test("decodeAdvice() names the decoder of what comes, and the input for what that gives", () => {
  const advice = (codec: Codec) => decodeAdvice("p", { kind: "encoded", codec });
  assert.equal(
    advice("h264"),
    'the frames are h264: decode first and link "p.videoIn" (… ! h264-decode ! process …)',
  );
  assert.match(advice("jpeg"), /"p\.videoIn" \(… ! jpeg-decode ! process …\)$/);
  assert.match(advice("opus"), /"p\.audioIn" \(… ! audio-decode ! process …\)$/);
  assert.equal(advice("vp9"), "the frames are vp9, which no shipped node decodes");
  assert.match(decodeAdvice("p", undefined), /link "p\.videoIn" .* for pictures, or "p\.audioIn" .* for sound$/);
});

Deno.test("Process tells that encoded frames come which its program does not decode", async () => {
  await using node = await ProcessorHarness.create(
    nodes.process({ command: ["cat"] }),
    {},
    { connect: ["encodedIn"], disconnect: ["audioOut", "dataOut"] },
  );
  node.push<EncodedFrame>("encodedIn", { codec: "h264", maxBytes: 4 }, (frame) => frame.bytes.set([0, 0, 1, 10]));
  node.end();
  await assert.rejects(node.run(), {
    code: "InvalidMedia",
    message:
      /where the program does not decode what comes in, .*h264: decode first and link "\S+\.videoIn" \(… ! h264-/,
  });
});

Deno.test("Process is told to take no pictures of RGBA as YUV4MPEG2 before the graph runs", async () => {
  for (const videoFormat of ["y4m", "raw"] as const) {
    await using runtime = new Runtime({ mode: "offline", native: "off" });
    const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 16, height: 16 }), { id: "source" });
    const program = runtime.add(nodes.process({ command: ["cat"], videoFormat }), { id: "program" });
    const sink = runtime.add(appSink.video(), { id: "sink" });
    runtime.connect(source.outputs.video, program.inputs.videoIn);
    runtime.connect(program.outputs.videoOut, sink.inputs.video);
    const started = runtime.start();
    if (videoFormat === "y4m") {
      await assert.rejects(started, {
        code: "TypeMismatch",
        message: /"program\.videoIn": it carries .*, wanted i420/,
      });
      continue;
    }
    await started;
    source.end();
    await runtime.finished;
  }
});

for (
  const [codec, passed, told] of [
    [
      "h264",
      [1, 2, 3],
      /^frames of h264 come that are only decoded for those behind them, which their bytes do not tell/,
    ],
    ["aac", [1, 2, 3], /^frames of aac come that are only decoded/],
    ["jpeg", [3], /^$/],
    ["flac", [3], /^$/],
  ] as const
) {
  Deno.test(`Process gives its program frames of ${codec} that are only decoded where others need them, and says so once`, async () => {
    const said: string[] = [];
    const end = tapLog(({ level, message }) => level === "warn" && said.push(message));
    await using node = await ProcessorHarness.create(
      nodes.process({ command: ["cat"] }),
      {},
      { connect: ["encodedIn"], disconnect: ["audioOut", "videoOut"] },
    );
    for (const [byte, decodeOnly] of [[1, true], [2, true], [3, false]] as const) {
      node.push<EncodedFrame>("encodedIn", { codec, maxBytes: 1, keyframe: true }, (frame) => {
        frame.bytes[0] = byte;
        frame.decodeOnly = decodeOnly;
      });
    }
    node.end();
    await node.run();
    end();
    const bytes = node.takeData<Uint8Array>("dataOut").flatMap((value) => [...value]);
    assert.deepEqual(bytes, passed);
    assert.match(said.join("\n"), told);
  });
}
