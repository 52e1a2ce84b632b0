import assert from "node:assert/strict";
import fc from "fast-check";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { tapLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { pidIn, untilEnded } from "../../tests/fixtures/children.ts";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { ProcessorHarness } from "../../testing.ts";
import { noise } from "../audio/fixtures/test_signals.ts";
import { ffmpeg, FOLDER } from "./fixtures/media_files.ts";
import { readY4mHeader, writeY4mHeader } from "./y4m.ts";

/** A film of odd size at a rate that is no whole number, as YUV4MPEG2. */
function film(): string {
  const path = `${FOLDER}/film.y4m`;
  try {
    Deno.statSync(path);
  } catch {
    const size = "testsrc=size=161x91:rate=30000/1001:duration=1";
    ffmpeg("-f", "lavfi", "-i", size, "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", path);
  }
  return path;
}

eachDriver("PipeSource to PipeSink carries pictures from one program to another, byte for byte", async (native) => {
  const path = `${FOLDER}/carried-${native}.y4m`;
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(nodes.pipeSource({ command: ["cat", film()] }));
  const sink = runtime.add(nodes.pipeSink({ command: ["sh", "-c", `cat > ${path}`] }));
  runtime.connect(source.outputs.video, sink.inputs.video);
  await runtime.start();
  await runtime.finished;
  const [found, wanted] = [path, film()].map((file) => Deno.readFileSync(file));
  const [foundEnd, wantedEnd] = [found, wanted].map((bytes) => bytes.indexOf(10));
  assert.deepEqual(found.subarray(foundEnd), wanted.subarray(wantedEnd));
  const headers = [found.subarray(0, foundEnd), wanted.subarray(0, wantedEnd)].map((line) =>
    readY4mHeader(new TextDecoder().decode(line))
  );
  assert.deepEqual(headers[0], headers[1]);
});

eachDriver("PipeSource and Process wait for their programs without being busy", async (native) => {
  const command = ["sh", "-c", "sleep 0.4; head -c 4096 /dev/zero"];
  await using runtime = new Runtime({ mode: "offline", native });
  runtime.add(nodes.pipeSource({ format: "s16", command }), { id: "pipe" });
  const program = runtime.add(nodes.process({ command }), { id: "program" });
  const gain = runtime.add(nodes.gain({}));
  runtime.connect(program.outputs.audioOut, gain.inputs.audioIn);
  await runtime.start();
  const { nodes: [pipe, process] } = await runtime.finished;
  // A part of the wait is over when the first tick begins.
  assert.ok(pipe.maxTickNs > 50e6, `${pipe.maxTickNs}`);
  for (const { busyNs } of [pipe, process]) assert.ok(busyNs < pipe.maxTickNs / 2, `${busyNs} of ${pipe.maxTickNs}`);
});

Deno.test("PipeSource gives pictures of any size the times of their rate", async () => {
  await using source = await ProcessorHarness.create(nodes.pipeSource({ command: ["cat", film()] }));
  await source.run();
  const pictures = source.takeVideo("video");
  assert.equal(pictures.length, 30);
  pictures.forEach(({ ptsNs }, k) => assert.ok(Math.abs(ptsNs - k * 1001 / 30_000 * 1e9) <= 1, `${ptsNs}`));
  assert.deepEqual([pictures[0].width, pictures[0].height, pictures[0].pixelFormat], [161, 91, "i420"]);
});

for (const format of ["s16", "f32"] as const) {
  Deno.test(`PipeSink and PipeSource carry samples as ${format}`, async () => {
    const path = `${FOLDER}/samples.${format}`;
    const samples = noise(5000).map((sample) => Math.round(sample * 32_000) / 32_768);
    {
      await using sink = await ProcessorHarness.create(
        nodes.pipeSink({ format, command: ["sh", "-c", `cat > ${path}`] }),
        {},
        { connect: ["audio"] },
      );
      sink.pushAudio("audio", { sampleRateHz: 8000, channels: [samples, samples.map((sample) => -sample)] });
      sink.end();
      await sink.run();
    }
    await using source = await ProcessorHarness.create(
      nodes.pipeSource({ format, sampleRateHz: 8000, command: ["cat", path] }),
    );
    await source.run();
    const blocks = source.takeAudio("audio");
    assert.deepEqual(Float32Array.from(blocks.flatMap(({ channels }) => [...channels[0]])), samples);
    assert.deepEqual(blocks.map(({ channels }) => channels[1].length), [1024, 1024, 1024, 1024, 904]);
    assert.equal(blocks[1].ptsNs, 128e6);
  });
}

for (
  const [what, command, code, message] of [
    [
      "a program that there is not",
      ["sluice-no-such-program"],
      "InvalidConfig",
      /Cannot start ".*": there is no such program/,
    ],
    [
      "a program that fails",
      ["sh", "-c", "echo no camera >&2; exit 3"],
      "NodeFailed",
      /"sh" ended with code 3, and said: no camera$/,
    ],
    [
      "a program that fails and says nothing",
      ["false"],
      "NodeFailed",
      /"false" ended with code 1, and said nothing; run its command in a terminal to see why$/,
    ],
    [
      "a program that says nothing",
      ["true"],
      "InvalidMedia",
      /Cannot read pictures of "true" in "node": it ends before its first line/,
    ],
    [
      "other words",
      ["echo", "hello world"],
      "InvalidMedia",
      /its first word is "hello", wanted "YUV4MPEG2"; let it write 8-bit/,
    ],
    [
      "pictures of 10 bits",
      ["echo", "YUV4MPEG2 W8 H8 F25:1 C420p10"],
      "InvalidMedia",
      /its chroma is 420p10, wanted 420 with 8 bits/,
    ],
    [
      "a size of nothing",
      ["echo", "YUV4MPEG2 W0 H8"],
      "InvalidMedia",
      /the width of its pictures is "0", wanted "W" and a whole number from 1 to 32768/,
    ],
    [
      "a line without an end",
      ["head", "-c", "1000000", "/dev/zero"],
      "InvalidMedia",
      /a line has more than 1024 bytes/,
    ],
  ] as const
) {
  Deno.test(`PipeSource refuses ${what}`, async () => {
    await assert.rejects(ProcessorHarness.create(nodes.pipeSource({ command: [...command] })), { code, message });
  });
}

for (
  const [header, message] of [
    ["W1e2 H8", /the width of its pictures is "1e2"/],
    ["W8 H0x10", /the height of its pictures is "0x10"/],
    ["W99999999999999999999 H8", /the width of its pictures is "99999999999999999999"/],
    ["H8", /the width of its pictures is missing, wanted "W" and a whole number from 1 to 32768/],
    ["W8 H8 F30:0", /the rate of its pictures is "30:0"/],
    ["W8 H8 F30", /the rate of its pictures is "30", wanted two whole numbers above 0, such as "F30:1", or "F0:0"/],
    ["W8 H8 F-30:1", /the rate of its pictures is "-30:1"/],
  ] as const
) {
  Deno.test(`PipeSource and Process refuse a stream with "${header}"`, async () => {
    const command = ["echo", `YUV4MPEG2 ${header}`];
    await assert.rejects(ProcessorHarness.create(nodes.pipeSource({ command })), { code: "InvalidMedia", message });
    await using program = await ProcessorHarness.create(
      nodes.process({ command }),
      {},
      { disconnect: ["audioOut", "dataOut"] },
    );
    await assert.rejects(program.run(), { code: "InvalidMedia", message });
  });
}

for (const [what, cut] of [["a picture", "FRAME\n12"], ["the line of one", "FRAME"]]) {
  Deno.test(`PipeSource plays pictures up to ${what} that is cut off, and says what is left out`, async () => {
    const path = `${FOLDER}/cut.y4m`;
    Deno.writeTextFileSync(path, `YUV4MPEG2 W2 H2 F25:1\nFRAME\n123456${cut}`);
    for (const [config, name] of [[{ path }, path], [{ command: ["cat", path] }, "cat"]] as const) {
      const said: string[] = [];
      using _ = { [Symbol.dispose]: tapLog(({ level, message }) => level === "warn" && said.push(message)) };
      await using source = await ProcessorHarness.create(nodes.pipeSource(config));
      await source.run();
      assert.equal(source.takeVideo("video").length, 1);
      const why = `1 whole one is played, ${cut.length} bytes of another are left out`;
      assert.deepEqual(said, [`the pictures of ${JSON.stringify(name)} are cut off: ${why}`]);
    }
  });
}

Deno.test("PipeSource refuses a file whose first picture is cut off, by its path", async () => {
  const path = `${FOLDER}/none.y4m`;
  Deno.writeTextFileSync(path, "YUV4MPEG2 W4 H4 F25:1\nFRAME\n1234");
  await using source = await ProcessorHarness.create(nodes.pipeSource({ path }));
  const message = /^Cannot read pictures of ".*none\.y4m" in "node": picture 0 is cut off; it must hold 8-bit 4:2:0/;
  await assert.rejects(source.run(), { code: "InvalidMedia", message });
});

Deno.test("PipeSource refuses a program whose first picture is cut off", async () => {
  await using source = await ProcessorHarness.create(
    nodes.pipeSource({ command: ["printf", "YUV4MPEG2 W4 H4 F25:1\\nFRAME\\n1234"] }),
  );
  await assert.rejects(source.run(), { code: "InvalidMedia", message: /picture 0 is cut off/ });
});

for (
  const [header, frameRate, rate, message] of [
    ["F0:0", undefined, 25, /^the stream does not tell the rate of its pictures, which is taken to be 25 a second/],
    ["Ip", undefined, 25, /^the stream does not tell the rate of its pictures, which is taken to be 25 a second/],
    ["F0:0", 10, 10, /^$/],
    ["F50:1", 10, 50, /^$/],
    ["F50:1 XCOLORRANGE=FULL", undefined, 50, /^$/],
    ["F50:1 XCOLORRANGE=LIMITED", undefined, 50, /^$/],
  ] as const
) {
  for (const type of ["pipeSource", "process"] as const) {
    Deno.test(`${type} gives pictures of "${header}" with frameRate ${frameRate} times, and says what it assumes`, async () => {
      const said: string[] = [];
      const end = tapLog(({ level, message }) => level === "warn" && said.push(message));
      const picture = "FRAME\\n123456";
      const command = ["printf", `YUV4MPEG2 W2 H2 ${header}\\n${picture}${picture}`];
      await using source = await ProcessorHarness.create(
        nodes[type]({ command, frameRate }),
        {},
        { disconnect: type === "process" ? ["audioOut", "dataOut"] : ["audio"] },
      );
      await source.run();
      end();
      const times = source.takeVideo(type === "process" ? "videoOut" : "video").map(({ ptsNs }) => ptsNs);
      assert.deepEqual(times, [0, 1e9 / rate]);
      assert.match(said.join("\n"), message);
    });
  }
}

for (const type of ["pipeSource", "process"] as const) {
  Deno.test(`${type} tells how many bytes at the end of samples make no frame, and gives all others`, async () => {
    const said: string[] = [];
    const end = tapLog(({ level, message }) => level === "warn" && said.push(message));
    const command = ["head", "-c", "10003", "/dev/zero"];
    await using source = await ProcessorHarness.create(
      type === "process" ? nodes.process({ command }) : nodes.pipeSource({ command, format: "s16" }),
      {},
      { disconnect: type === "process" ? ["videoOut", "dataOut"] : ["video"] },
    );
    await source.run();
    end();
    const blocks = source.takeAudio(type === "process" ? "audioOut" : "audio");
    assert.equal(blocks.reduce((sum, { channels }) => sum + channels[0].length, 0), 2500);
    assert.match(
      said.join("\n"),
      /^the samples end within a frame: the last 3 bytes are left out, since a frame has 4; .*$/,
    );
  });
}

Deno.test("PipeSource ends its program when it is broken off", async () => {
  const script = `echo $$ > ${FOLDER}/pid; echo "YUV4MPEG2 W4 H4 F25:1"; exec sleep 1000`;
  const source = await ProcessorHarness.create(nodes.pipeSource({ command: ["sh", "-c", script] }));
  await source.teardown();
  await untilEnded(await pidIn(`${FOLDER}/pid`));
});

Deno.test("PipeSource ends with its program, also where that has left another one behind", async () => {
  const script = `(sleep 501 & echo $! > ${FOLDER}/source.pid); exec cat ${film()}`;
  await using source = await ProcessorHarness.create(nodes.pipeSource({ command: ["sh", "-c", script] }));
  await source.run();
  Deno.kill(await pidIn(`${FOLDER}/source.pid`));
  assert.equal(source.takeVideo("video").length, 30);
});

Deno.test("PipeSink ends a program that goes on after the end of its input, and one that does not read", async () => {
  for (const end of [true, false]) {
    const [name, config] = [`sink-${end}.pid`, { format: "f32" as const }];
    // The number comes after the end, where there is one.
    const command = ["sh", "-c", `${end ? "cat > /dev/null; " : ""}echo $$ > ${FOLDER}/${name}; exec sleep 1000`];
    const sink = await ProcessorHarness.create(nodes.pipeSink({ ...config, command }), {}, { connect: ["audio"] });
    // More than a pipe holds, where it is to wait for that.
    for (let k = 0; k < (end ? 1 : 10); k++) {
      sink.pushAudio("audio", { sampleRateHz: 8000, channels: [new Float32Array(16_000)] });
    }
    if (end) sink.end();
    const running = sink.run().catch(() => {});
    const pid = await pidIn(`${FOLDER}/${name}`);
    await sink.teardown();
    await untilEnded(pid);
    await running;
  }
});

Deno.test("PipeSink tells a program that fails before the stream ends", async () => {
  const command = ["sh", "-c", "echo disk full >&2; exit 1"];
  const sink = await ProcessorHarness.create(nodes.pipeSink({ command, format: "f32" }), {}, { connect: ["audio"] });
  const push = () => sink.pushAudio("audio", { sampleRateHz: 8000, channels: [new Float32Array(16_000)] });
  await assert.rejects(async () => {
    for (let k = 0; k < 100; k++) {
      push();
      await sink.run();
    }
  }, { code: "NodeFailed", message: /"sh" ended with code 1, and said: disk full$/ });
  await sink.teardown();
});

Deno.test("PipeSink wants a link to the input of its format, and to no other", async () => {
  await assert.rejects(ProcessorHarness.create(nodes.pipeSink(), {}, { connect: ["audio"] }), {
    code: "InvalidGraph",
    message: /with format "y4m" it takes "node.video" and nothing else/,
  });
});

Deno.test("writeY4mHeader() is what readY4mHeader() reads", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 32_768 }),
      fc.integer({ min: 1, max: 32_768 }),
      fc.oneof(fc.integer({ min: 1, max: 240 }), fc.constantFrom(24_000 / 1001, 30_000 / 1001, 60_000 / 1001, 12.5)),
      (width, height, frameRate) => {
        const read = readY4mHeader(writeY4mHeader({ width, height, frameRate }).trimEnd());
        assert.deepEqual([read.width, read.height], [width, height]);
        assert.ok(Math.abs(read.frameRate! - frameRate) < 1e-9, `${read.frameRate} for ${frameRate}`);
      },
    ),
  );
});

Deno.test("PipeSource refuses a link from the output that its format leaves out", async () => {
  await assert.rejects(
    ProcessorHarness.create(nodes.pipeSource({ command: ["true"], format: "s16" }), {}, { disconnect: ["audio"] }),
    { code: "InvalidGraph", message: /with format "s16" it gives "\S+\.audio", and "\S+\.video" has a link; link/ },
  );
});

for (const type of ["pipeSink", "process"] as const) {
  Deno.test(`${type} says which scaler keeps the size of pictures that change it`, async () => {
    const port = type === "process" ? "videoIn" : "video";
    await using sink = await ProcessorHarness.create(
      nodes[type]({ command: ["sh", "-c", "cat > /dev/null"] }),
      {},
      { connect: [port], ...(type === "process" && { disconnect: ["audioOut", "videoOut", "dataOut"] }) },
    );
    for (const [width, height] of [[32, 16], [16, 16]]) {
      sink.push<VideoFrame>(port, { pixelFormat: "i420", width, height });
    }
    await assert.rejects(sink.run(), {
      message:
        /its input changed from video i420, 32 × 16 to video i420, 16 × 16, and a pipe has one format; put a node "scale" with width 32 and height 16 before it \(scale width=32 height=16\)/,
    });
  });
}
