import assert from "node:assert/strict";
import fc from "fast-check";
import { configureLog } from "../../core/log.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { ffmpeg, FOLDER, probe } from "./fixtures/media_files.ts";
import { decodePng, encodePng } from "./png.ts";

for (
  const [format, pixels] of [["rgb", "rgb24"], ["rgba", "rgba"], ["grey", "gray"], ["grey and alpha", "ya8"], [
    "palette",
    "pal8",
  ]]
) {
  Deno.test(`ImageSource reads a PNG file of ${format} as ffmpeg does`, async () => {
    const path = `${FOLDER}/${pixels}.png`;
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=61x37", "-frames:v", "1", "-update", "1", "-pix_fmt", pixels, path);
    await using source = await ProcessorHarness.create(nodes.imageSource({ path }));
    await source.run();
    const [picture] = source.takeVideo("video");
    const stride = picture.layout[0].stride;
    const rows = Array.from(
      { length: 37 },
      (_, row) => [...picture.planes[0].subarray(row * stride, row * stride + 244)],
    );
    assert.deepEqual(Uint8Array.from(rows.flat()), ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", "rgba", "-"));
    assert.ok(source.finished);
  });
}

Deno.test("ImageSink writes PNG files that ffmpeg decodes to the same pixels, one for each picture", async () => {
  const pixels = Uint8Array.from({ length: 4 * 50 * 20 }, (_, k) => (k * 31 + (k * k) % 17) % 256);
  await using sink = await ProcessorHarness.create(
    nodes.imageSink({ path: `${FOLDER}/out-%03d.png`, start: 9 }),
    {},
    { connect: ["video"] },
  );
  for (const shift of [0, 1]) {
    sink.push<VideoFrame>("video", { pixelFormat: "rgba8", width: 50, height: 20 }, (frame) => {
      for (let row = 0; row < 20; row++) {
        frame.plane(0).set(
          pixels.subarray(200 * row, 200 * (row + 1)).map((byte) => byte + shift),
          row * frame.stride(0),
        );
      }
    });
  }
  sink.end();
  await sink.run();
  for (const [name, shift] of [["out-009.png", 0], ["out-010.png", 1]] as const) {
    const found = ffmpeg("-i", `${FOLDER}/${name}`, "-f", "rawvideo", "-pix_fmt", "rgba", "-");
    assert.deepEqual(found, pixels.map((byte) => byte + shift));
  }
  assert.deepEqual([...Deno.readDirSync(FOLDER)].filter(({ name }) => name.startsWith(".out")), []);
});

Deno.test("ImageSink leaves nothing of a picture that it cannot write", async () => {
  const folder = `${FOLDER}/unwritable`;
  Deno.mkdirSync(`${folder}/1.png`, { recursive: true });
  await using sink = await ProcessorHarness.create(
    nodes.imageSink({ path: `${folder}/%d.png` }),
    {},
    { connect: ["video"] },
  );
  sink.push<VideoFrame>("video", { pixelFormat: "rgba8", width: 2, height: 2 }, () => {});
  await assert.rejects(sink.run(), { code: "NodeFailed", message: /Cannot write ".*1\.png": / });
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["1.png"]);
});

Deno.test("ImageSource and ImageSink carry JPEG files byte for byte, at their rate", async () => {
  ffmpeg(
    "-f",
    "lavfi",
    "-i",
    "testsrc=size=64x48:rate=10:duration=0.5",
    "-strict",
    "unofficial",
    `${FOLDER}/in-%d.jpg`,
  );
  await using source = await ProcessorHarness.create(nodes.imageSource({ path: `${FOLDER}/in-%d.jpg`, frameRate: 10 }));
  await source.run();
  const frames = source.takeEncoded("jpeg");
  assert.deepEqual(
    frames.map(({ ptsNs, durationNs }) => [ptsNs, durationNs]),
    [0, 1, 2, 3, 4].map((k) => [k * 1e8, 1e8]),
  );
  await using sink = await ProcessorHarness.create(
    nodes.imageSink({ path: `${FOLDER}/last.jpg` }),
    {},
    { connect: ["jpeg"] },
  );
  for (const { bytes } of frames) {
    sink.push<EncodedFrame>("jpeg", { codec: "jpeg", maxBytes: bytes.length }, (frame) => frame.bytes.set(bytes));
  }
  await sink.run();
  assert.deepEqual(Deno.readFileSync(`${FOLDER}/last.jpg`), Deno.readFileSync(`${FOLDER}/in-5.jpg`));
  assert.deepEqual(probe(`${FOLDER}/last.jpg`, "stream=codec_name,width"), ["mjpeg,64"]);
});

Deno.test("ImageSource begins again with loop, and paces itself in a live graph", async () => {
  const path = `${FOLDER}/loop-%d.png`;
  for (const number of [1, 2]) {
    const bytes = Uint8Array.of(number, 0, 0, 255);
    Deno.writeFileSync(path.replace("%d", `${number}`), encodePng({ width: 1, height: 1, bytes }, 4, 0));
  }
  await using source = await ProcessorHarness.create(nodes.imageSource({ path, frameRate: 10, loop: true }), {}, {
    mode: "live",
  });
  await source.run();
  source.advance(400e6);
  await source.run();
  assert.deepEqual(source.takeVideo("video").map(({ planes }) => planes[0][0]), [1, 2, 1, 2, 1]);
});

Deno.test("ImageSource shows one picture for as long as seconds says, and cuts a sequence there", async () => {
  const path = `${FOLDER}/title.png`;
  ffmpeg("-f", "lavfi", "-i", "testsrc=size=16x16", "-frames:v", "1", "-update", "1", path);
  for (const [seconds, frameRate, pictures] of [[0.5, 10, 5], [1, 30, 30], [0.01, 25, 1]]) {
    await using source = await ProcessorHarness.create(nodes.imageSource({ path, seconds, frameRate }));
    await source.run();
    assert.equal(source.takeVideo("video").length, pictures);
    assert.ok(source.finished);
  }
});

Deno.test("ImageSource takes a file that has the very name for that file, and not for a sequence", async () => {
  const path = `${FOLDER}/own%d.png`;
  // ffmpeg would number it.
  Deno.writeFileSync(path, encodePng({ width: 1, height: 1, bytes: Uint8Array.of(1, 2, 3, 255) }, 4, 0));
  await using source = await ProcessorHarness.create(nodes.imageSource({ path }));
  await source.run();
  assert.equal(source.takeVideo("video").length, 1);
  assert.ok(source.finished);
});

Deno.test("ImageSource warns of a gap in a sequence, by the name that is missing, and of nothing at its end", async () => {
  const bytes = encodePng({ width: 1, height: 1, bytes: Uint8Array.of(1, 2, 3, 255) }, 4, 0);
  for (const number of ["08", "09", "10", "13", "0014", "12a"]) {
    Deno.writeFileSync(`${FOLDER}/gap-${number}.png`, bytes);
  }
  const lines: string[] = [];
  configureLog({ setting: { level: "warn", json: false }, write: (line) => lines.push(line), terminal: false });
  try {
    for (const start of [8, 13]) {
      await using source = await ProcessorHarness.create(nodes.imageSource({ path: `${FOLDER}/gap-%02d.png`, start }));
      await source.run();
      assert.equal(source.takeVideo("video").length, start === 8 ? 3 : 1);
    }
  } finally {
    configureLog();
  }
  assert.equal(lines.length, 1, lines.join());
  assert.match(
    lines[0],
    /gap-11.png" is missing, and the stream ends before it, after 3 pictures: ".*gap-13.png" and what follows is left out/,
  );
});

for (const name of ["none.png", "none.jpg"]) {
  Deno.test(`ImageSource refuses ${name} that is empty`, async () => {
    const path = `${FOLDER}/${name}`;
    Deno.writeFileSync(path, new Uint8Array(0));
    await using source = await ProcessorHarness.create(nodes.imageSource({ path }));
    await assert.rejects(source.run(), {
      code: "InvalidMedia",
      message: /none\..*": it is empty; wanted a PNG or JPEG/,
    });
  });
}

Deno.test("decodePng() gives back what encodePng() was given, and refuses changed files or reads them, in no time", () => {
  const anyPicture = fc.tuple(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 0, max: 9 }),
  )
    .chain(([width, height, level]) =>
      fc.record({
        picture: fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          bytes: fc.uint8Array({ minLength: 4 * width * height, maxLength: 4 * width * height }),
        }),
        level: fc.constant(level),
        changes: fc.array(fc.tuple(fc.nat(10_000), fc.nat(255)), { maxLength: 4 }),
      })
    );
  fc.assert(fc.property(anyPicture, ({ picture, level, changes }) => {
    const file = encodePng(picture, 4 * picture.width, level);
    assert.deepEqual(decodePng(file), { ...picture });
    for (const [at, byte] of changes) file[at % file.length] = byte;
    try {
      const { width, height, bytes } = decodePng(file);
      assert.equal(bytes.length, 4 * width * height);
    } catch (error) {
      assert.ok(error instanceof Error && error.name !== "AssertionError", String(error));
    }
  }));
});

for (
  const [what, bytes, message, name = "wrong.png"] of [
    ["text", new TextEncoder().encode("hello"), /it is no PNG file; wanted a PNG or JPEG file/],
    ["text", new TextEncoder().encode("hello"), /wrong\.jpg": it is no JPEG file; wanted a PNG or JPEG/, "wrong.jpg"],
    [
      "PNG",
      encodePng({ width: 1, height: 1, bytes: new Uint8Array(4) }, 4, 0),
      /wrong\.jpeg": it is a PNG file, though its name says JPEG; wanted/,
      "wrong.jpeg",
    ],
    [
      "a huge claim",
      encodePng({ width: 1, height: 1, bytes: new Uint8Array(4) }, 4, 0).fill(0x7f, 16, 24),
      /it has 2139062143 × /,
    ],
  ] as const
) {
  Deno.test(`ImageSource refuses ${what} as ${name}`, async () => {
    const path = `${FOLDER}/${name}`;
    Deno.writeFileSync(path, bytes);
    await using source = await ProcessorHarness.create(nodes.imageSource({ path }));
    await assert.rejects(source.run(), { code: "InvalidMedia", message });
  });
}

Deno.test("ImageSource refuses a path without a first file, ImageSink one without a directory", async () => {
  await assert.rejects(ProcessorHarness.create(nodes.imageSource({ path: `${FOLDER}/no-%d.png` })), {
    code: "InvalidConfig",
    message: /no-1\.png": there is no such file/,
  });
  await assert.rejects(
    ProcessorHarness.create(nodes.imageSink({ path: `${FOLDER}/no/a.png` }), {}, { connect: ["video"] }),
    { code: "InvalidConfig", message: /its directory does not exist/ },
  );
});
