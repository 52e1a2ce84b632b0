/** The pictures of encoded video are seen, as the browser decodes them, and where it cannot its frames are listed. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { appSource } from "../../core/app/app_source.ts";
import { Runtime } from "../../mod.ts";
import { nodes } from "../../sluice.gen.ts";
import { seriousFaults } from "./axe.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { rare } from "../fixtures/rare.ts";
import { serveStarted, toNumber } from "./live_graph.ts";

/** Bits of the number in the top row of the test pattern, and cells in all. */
const NUMBER_BITS = 24;
const CELLS = 32;

/** The number in the top row of a picture of the test pattern; -1 if its check is wrong. */
async function numberSeen(page: Page): Promise<number> {
  const cells = await page.locator(".look-picture").evaluate((canvas: HTMLCanvasElement, count) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, 1);
    return Array.from({ length: count }, (_, k) => data[4 * Math.floor((k + 0.5) * canvas.width / count)] > 128);
  }, CELLS);
  const read = (bits: readonly boolean[]) => bits.reduce((sum, bit) => sum * 2 + Number(bit), 0);
  const number = read(cells.slice(0, NUMBER_BITS));
  let check = 0;
  for (const bit of cells.slice(0, NUMBER_BITS)) {
    const carry = (check >> 7) ^ Number(bit);
    check = (check << 1 & 0xff) ^ (carry === 1 ? 0x07 : 0);
  }
  return check === read(cells.slice(NUMBER_BITS)) ? number : -1;
}

/** The colour in the middle of the picture. */
async function middle(page: Page): Promise<number[]> {
  return await page.locator(".look-picture").evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1);
    return [...data.slice(0, 3)];
  });
}

/** A test pattern as H.264 with a key frame each second. */
async function serveH264() {
  const runtime = new Runtime();
  const pattern = runtime.add(nodes.patternSource({ width: 640, height: 360 }), { id: "pattern" });
  const convert = runtime.add(nodes.convert(), { id: "convert" });
  const encode = runtime.add(nodes.h264Encode({ keyInterval: 30 }), { id: "encode" });
  runtime.add(nodes.delay({ delayFrames: 0 }), { id: "behind" });
  runtime.connect(pattern.outputs.video, convert.inputs.videoIn);
  runtime.connect(convert.outputs.videoOut, encode.inputs.video);
  runtime.connectByName("encode.encoded", "behind.frameIn");
  return await serveStarted(runtime);
}

/** A second of one colour, 25 pictures a second with one key frame, as a codec has it. */
async function encode(codec: "vp8" | "vp9" | "av1", color: string): Promise<Uint8Array[]> {
  const encoder = { vp8: "libvpx", vp9: "libvpx-vp9", av1: "libsvtav1" }[codec];
  const input = ["-f", "lavfi", "-i", `color=${color}:s=320x180:r=25:d=1`, "-pix_fmt", "yuv420p"];
  const args = ["-v", "error", ...input, "-c:v", encoder, "-g", "100", "-auto-alt-ref", "0", "-f", "ivf", "-"];
  if (codec === "av1") args.splice(args.indexOf("-auto-alt-ref"), 2);
  const { stdout, stderr } = await new Deno.Command("ffmpeg", { args, stdout: "piped", stderr: "piped" }).output();
  const view = new DataView(stdout.buffer);
  const frames: Uint8Array[] = [];
  for (let at = 32; at + 12 <= stdout.length;) {
    const length = view.getUint32(at, true);
    const frame = stdout.slice(at + 12, at + 12 + length);
    // A link of AV1 has no temporal delimiters.
    frames.push(codec === "av1" && frame[0] === 0x12 && frame[1] === 0 ? frame.subarray(2) : frame);
    at += 12 + length;
  }
  assert.ok(frames.length > 10, new TextDecoder().decode(stderr));
  return frames;
}

pageTest("H.264 is seen: the number in the picture is that of its frame, and goes up", async () => {
  await using served = await serveH264();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${served.server.url}/#graph&link=link2`);
  await page.locator('[data-figure="look-size"]', { hasText: "640 × 360 h264" }).waitFor();
  let first = -1;
  await eventually(async () => {
    first = await numberSeen(page);
    assert.ok(first > 0, `${first}`);
  });
  await eventually(async () => {
    const told = toNumber(await page.locator('[data-figure="look-frame"]').innerText());
    const number = await numberSeen(page);
    assert.ok(number > first + 60, `${number} after ${first}`);
    assert.ok(Math.abs(number - told) <= 6, `number ${number}, frame ${told}`);
  });
  assert.deepEqual(await seriousFaults(page), []);
  assert.deepEqual(browser.faults, []);
});

rare(pageTest)("VP8, VP9, AV1 and JPEG are seen from a key frame on", async () => {
  const runtime = new Runtime();
  const codecs = ["vp8", "vp9", "av1", "jpeg"] as const;
  const sources = codecs.map((codec) => {
    const source = runtime.add(appSource.encoded({ codec, width: 320, height: 180 }), { id: codec });
    runtime.add(nodes.delay({ delayFrames: 0 }), { id: `${codec}Behind` });
    runtime.connectByName(`${codec}.encoded`, `${codec}Behind.frameIn`);
    return source;
  });
  await using served = await serveStarted(runtime);
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(served.server.url);
  for (const [k, codec] of codecs.entries()) {
    const units = codec === "jpeg" ? [] : await encode(codec, "red");
    await page.evaluate((hash) => location.hash = hash, `graph&link=link${k}`);
    await page.locator(`[data-inspector][aria-label^="link ${codec}.encoded"]`).waitFor();
    let count = 0;
    const push = (bytes: Uint8Array, keyframe: boolean) => sources[k].push({ bytes, keyframe, ptsNs: 4e7 * count++ });
    if (codec !== "jpeg") {
      // What comes before a key frame is no picture.
      for (const unit of units.slice(1, 9)) await push(unit, false);
      await page.locator("[data-waiting]").waitFor();
    }
    await eventually(async () => {
      if (codec === "jpeg") await push(await redJpeg(), true);
      else for (const [at, unit] of units.entries()) await push(unit, at === 0);
      await page.waitForTimeout(200);
      const [r, g, b] = await middle(page);
      assert.ok(r > 220 && g < 40 && b < 40, `${codec}: ${r} ${g} ${b}`);
    });
    await page.locator('[data-figure="look-size"]', { hasText: `320 × 180 ${codec}` }).waitFor();
  }
  assert.deepEqual(browser.faults, []);
});

pageTest("without WebCodecs the page says why, and lists the frames of encoded video", async () => {
  await using served = await serveH264();
  await using browser = await openPage();
  const { page } = browser;
  // As over plain HTTP to another host.
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, "VideoDecoder");
    Object.defineProperty(globalThis, "isSecureContext", { get: () => false });
  });
  await page.goto(`${served.server.url}/#graph&link=link2`);
  await page.locator("[data-fallback]", { hasText: "only over HTTPS, and on localhost" }).waitFor();
  const table = page.getByRole("region", { name: "The newest on the link" });
  await eventually(async () => {
    assert.deepEqual(await table.locator("th").allInnerTexts(), ["Time, s", "codec", "bytes", "key frame"]);
    const [, codec, bytes] = await table.locator("tbody tr").first().locator("td").allInnerTexts();
    assert.ok(codec === "h264" && Number(bytes) > 10, `${codec} ${bytes}`);
  });
  assert.equal(await page.getByRole("combobox", { name: "Plot" }).inputValue(), "bytes");
  assert.equal(await page.locator(".look-picture").isVisible(), false);
  assert.deepEqual(await seriousFaults(page), []);
  assert.deepEqual(browser.faults, []);
});

/** A red picture of 320 × 180. */
async function redJpeg(): Promise<Uint8Array> {
  const args = ["-v", "error", "-f", "lavfi", "-i", "color=red:s=320x180", "-frames:v", "1", "-f", "mjpeg", "-"];
  return (await new Deno.Command("ffmpeg", { args, stdout: "piped" }).output()).stdout;
}
