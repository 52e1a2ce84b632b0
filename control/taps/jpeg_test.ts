import { ok } from "node:assert/strict";
import { JpegEncoder } from "./jpeg.ts";

/** Decodes by ffmpeg to planes of luma and chroma in the full range. */
function decode(jpeg: Uint8Array, width: number, height: number): Uint8Array {
  const path = Deno.makeTempFileSync({ suffix: ".jpg" });
  Deno.writeFileSync(path, jpeg);
  const args = ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "yuvj420p", "-"];
  const { stdout, stderr } = new Deno.Command("ffmpeg", { args, stdout: "piped", stderr: "piped" }).outputSync();
  Deno.removeSync(path);
  ok(
    stdout.length === width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2),
    new TextDecoder().decode(stderr),
  );
  return stdout;
}

for (const [width, height] of [[480, 270], [333, 219], [1, 1], [17, 9]]) {
  Deno.test(`JpegEncoder encodes noise of ${width} × ${height} pixels so that others decode it`, () => {
    // Noise of extremes uses every code of the tables.
    let seed = 1;
    const random = () => (seed = seed * 48_271 % 0x7fffffff) / 0x7fffffff;
    const bytes = new Uint8Array(width * height * 4).map(() => random() < 0.5 ? 0 : 255);
    const encoder = new JpegEncoder(90);
    // The second picture must not depend on the first.
    encoder.encode({ width, height, bytes });
    const luma = decode(encoder.encode({ width, height, bytes }), width, height);
    let error = 0;
    for (let k = 0; k < width * height; k++) {
      const wanted = 0.299 * bytes[4 * k] + 0.587 * bytes[4 * k + 1] + 0.114 * bytes[4 * k + 2];
      error += (wanted - luma[k]) ** 2;
    }
    const decibels = 10 * Math.log10(255 ** 2 * width * height / error);
    ok(decibels > 34, `${decibels} dB`);
  });
}
