/**
 * What `camera` makes of the pictures of a camera that stands in, and what it says where there is none. How it chooses
 * among what cameras have, and what it does when one goes away, is tested in Rust, against recorded answers of cameras:
 * `crates/plugins/video-devices/src/v4l2`.
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { listDevices } from "../../core/registry/devices.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import * as stages from "../../stages.gen.ts";
import { compile, noCompilerOf, noRustPlugin } from "../fixtures/plugins/build.ts";
import { appSink } from "../../core/app/app_sink.ts";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("fixtures/", import.meta.url));

/** A JPEG of 8 × 4 in one grey, without Huffman tables: as many cameras give it. */
const BARE_JPEG = new Uint8Array([
  ...[0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, ...Array<number>(64).fill(8)],
  ...[0xff, 0xc0, 0, 11, 8, 0, 4, 0, 8, 1, 1, 0x11, 0],
  ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0b1110_1000, 0b0010_1011, 0xff, 0xd9],
]);

const obstacle = noRustPlugin("video-devices");

function camera(name: string, fn: () => Promise<void>): void {
  const title = `${name}${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`;
  Deno.test({ name: title, ignore: obstacle !== undefined, fn });
}

/** Runs a graph in a process that has a camera, and gives what it prints. */
async function capture(
  config: Record<string, unknown>,
  count: number,
  outputs: string[],
  pictures?: number,
  jpeg = BARE_JPEG,
) {
  const folder = await Deno.makeTempDir();
  try {
    const library = `${folder}/camera.so`;
    await compile(["-std=gnu11", "-Wall", "-Wextra", "-fPIC", "-shared", `${HERE}camera.c`, "-ldl", "-o", library]);
    await Deno.writeFile(`${folder}/bare.jpg`, jpeg);
    const run = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `${HERE}camera_run.ts`, JSON.stringify(config), `${count}`, ...outputs],
      env: {
        LD_PRELOAD: library,
        CAMERA_JPEG: `${folder}/bare.jpg`,
        ...(pictures !== undefined && { CAMERA_PICTURES: `${pictures}` }),
      },
    });
    const { stdout, stderr, success } = await run.output();
    ok(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function standIn(name: string, fn: () => Promise<void>): void {
  const missing = obstacle ?? noCompilerOf("cc");
  Deno.test({ name, ignore: missing !== undefined || Deno.build.os !== "linux", fn });
}

standIn("camera gives YUYV as I420, with the driver's times, and flags what is missing", async () => {
  const { video, figures } = await capture({ frameRate: 50 }, 4, ["video"]);
  equal(video.length, 4);
  for (const [at, { bytes, discontinuity, ...picture }] of video.entries()) {
    deepEqual(picture, { pixelFormat: "i420", width: 8, height: 4, isNow: true, durationNs: 20e6 });
    const [first, second] = [bytes[0][0], bytes[1][0]];
    deepEqual([bytes[0][1] - first, bytes[0][8], second - first, bytes[2][0] - first], [2, first, 1, 3]);
    // The first one, the one before which the driver has left one out, and one before which the stage was too late for another.
    equal(discontinuity, at === 0 || first === 2 || first !== video[at - 1].bytes[0][0] + 1);
  }
  equal(figures.lost, 1);
});

standIn("camera decodes MJPEG, and gives it on as it comes with the tables that it lacks", async () => {
  const { video, encoded } = await capture({ format: "mjpeg", frameRate: 50 }, 2, ["video", "encoded"]);
  for (const { pixelFormat, bytes } of video) {
    deepEqual([pixelFormat, bytes], ["rgba8", [Array.from({ length: 128 }, (_, at) => at % 4 === 3 ? 255 : 160)]]);
  }
  for (const { codec, bytes, keyframe } of encoded) {
    deepEqual([codec, keyframe], ["jpeg", true]);
    const at = bytes.findIndex((byte: number, at: number) => byte === 0xff && bytes[at + 1] === 0xc4);
    const length = 2 + 256 * bytes[at + 2] + bytes[at + 3];
    deepEqual([...bytes.slice(0, at), ...bytes.slice(at + length)], [...BARE_JPEG]);
  }
});

standIn("what is not linked is not made, and a camera that goes away comes back", async () => {
  // One that cannot be decoded is given on as it is.
  const cut = BARE_JPEG.slice(0, 60);
  const { encoded, said, figures } = await capture({ format: "mjpeg", frameRate: 50 }, 4, ["encoded"], 3, cut);
  deepEqual(encoded[0].bytes, [...cut]);
  equal(encoded.length, 4);
  deepEqual(said, ["unavailable", "available"]);
  deepEqual([figures.reconnects, figures.damaged], [1, 0]);
});

camera("a graph with a camera that is not there, or is none, does not start and says what to do", async () => {
  const start = async (config: Parameters<typeof nodes.camera>[0]) => {
    await using runtime = new Runtime({ native: "require", mode: "live" });
    const source = runtime.add(nodes.camera(config), { id: "camera" });
    const sink = runtime.add(appSink.video(), { id: "sink" });
    runtime.connect(source.outputs.video, sink.inputs.video);
    await runtime.start();
  };
  await rejects(
    () => start({ device: "/dev/video-none" }),
    /cannot open camera "\/dev\/video-none": it is not there; connect it, or name another one/,
  );
  await rejects(
    () => start({ device: "/dev/null" }),
    /"\/dev\/null" is no camera that captures pictures; name another one/,
  );
  await rejects(() => start({ device: "No camera has this name" }), /there is no camera/);
});

camera("listDevices() has the paths of cameras", () => {
  const found = listDevices(stages.camera)!.map(({ name }) => /^\/dev\/video\d+$/.test(name));
  deepEqual(found, found.map(() => true));
  return Promise.resolve();
});
