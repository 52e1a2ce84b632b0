/** Shaders of users, on whatever graphics processor there is: Mesa's without any, on most machines that run tests. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { tapLog } from "../../core/log.ts";
import { drawn, gpu, send, texture } from "../fixtures/plugins/gpu.ts";
import { compareBytes } from "../fixtures/plugins/media.ts";
import { rare } from "../fixtures/rare.ts";

const INVERT = `fn shade(uv: vec2f) -> vec4f {
  let colour = textureSample(video, videoSampler, uv);
  return vec4f(1.0 - colour.rgb, colour.a);
}`;

gpu("shader draws each picture, at its time, in its format", async (registry) => {
  for (const pixelFormat of ["rgba8", "bgra8"] as const) {
    const picture = drawn(pixelFormat, 37, 19, texture);
    const { pictures, figures } = await send(registry, { shader: { code: INVERT } }, [picture, picture, picture]);
    deepEqual(pictures.map(({ ptsNs }) => ptsNs), [0, 40e6, 80e6]);
    const wanted = picture.planes[0].map((level, at) => at % 4 === 3 ? level : 255 - level);
    for (const { pixelFormat: format, planes } of pictures) {
      equal(format, pixelFormat);
      ok(compareBytes(planes[0], wanted).most <= 1);
    }
    const { submissions: _, ...counted } = figures("shader")!;
    deepEqual(counted, { frames: 3, uploads: 3, readbacks: 3, deviceLosses: 0 });
  }
});

gpu("shader that is wrong tells the line and the column", async (registry) => {
  const picture = drawn("rgba8", 8, 8, texture);
  const run = (config: Record<string, unknown>) => send(registry, { shader: config }, [picture]);
  const code = "fn shade(uv: vec2f) -> vec4f {\n  return vec4f(uvw, 0.0, 1.0);\n}";
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ code }, /wrong at line 2, column 16: no definition in scope for identifier: `uvw`/],
    [{}, /there is no shader; set "code" or "file"/],
    [{ code: INVERT, uniforms: { gain: 1 } }, /no uniform "gain"; it has no struct Uniforms/],
  ];
  for (const [config, wanted] of cases) {
    await rejects(run(config), (error: Error) => (match(error.message, wanted), true));
  }
});

const GAIN = `struct Uniforms { gain: f32, add: vec2f }
fn shade(uv: vec2f) -> vec4f { return vec4f(uniforms.gain, uniforms.add, 1.0); }`;

gpu("uniforms and code are live values, and what is wrong is refused while the shader goes on", async (registry) => {
  const picture = drawn("rgba8", 8, 4, texture);
  const row = { shader: { code: GAIN, uniforms: { gain: 0.2, add: [0.4, 0.6] } } };
  const green = "fn shade(uv: vec2f) -> vec4f { return vec4f(0.0, 1.0, 0.0, 1.0); }";
  const { pictures } = await send(registry, row, Array(4).fill(picture), {
    between: async ({ runtime, sent, come }) => {
      if (sent > 0) await come(sent);
      const refuse = (config: Record<string, unknown>, wanted: RegExp) =>
        rejects(runtime.configure("shader", config), (error: Error) => (match(error.message, wanted), true));
      if (sent === 1) await runtime.configure("shader", { uniforms: { gain: 1 } });
      if (sent === 2) {
        deepEqual(await runtime.command("shader", "uniforms"), { gain: "f32", add: "vec2<f32>" });
        await refuse({ uniforms: { gian: 1 } }, /no uniform "gian"; available: gain: f32, add: vec2<f32>/);
        await refuse({ uniforms: { add: 1 } }, /"add" is 1(\.0)?, wanted vec2<f32>/);
        await refuse({ code: "fn shade(uv: vec2f) -> vec4f { return uv; }" }, /wrong at line 1/);
      }
      if (sent === 3) await runtime.configure("shader", { code: green, uniforms: {} });
    },
  });
  const levels = pictures.map(({ planes: [bytes] }) => [...bytes.subarray(0, 4)]);
  deepEqual(levels, [[51, 102, 153, 255], [255, 0, 0, 255], [255, 0, 0, 255], [0, 255, 0, 255]]);
});

gpu("a picture of any size has its rows, and one that is too large for the device is refused", async (registry) => {
  for (const [width, height] of [[1, 1], [63, 1], [65, 3], [4_097, 3]]) {
    const picture = drawn("rgba8", width, height, texture);
    const { pictures: [found] } = await send(registry, { shader: { code: INVERT } }, [picture]);
    const wanted = picture.planes[0].map((level, at) => at % 4 === 3 ? level : 255 - level);
    ok(compareBytes(found.planes[0], wanted).most <= 1, `${width} × ${height}`);
  }
  // Some devices take it.
  const huge = send(registry, { shader: { code: INVERT } }, [drawn("rgba8", 32_768, 1, texture)]);
  const told = await huge.then(({ pictures: [{ width }] }) => `${width} × 1`, (error: Error) => error.message);
  match(told, /^32768 × 1$|a picture of 32768 × 1 is larger than the \d+ pixels a side of "/);
});

gpu("shader reads its time and number, and pictures of other inputs at their own size", async (registry) => {
  const code = `fn shade(uv: vec2f) -> vec4f {
    return vec4f(time, f32(frame) / 255.0, resolution.x / 255.0, textureSampleLevel(video2, videoSampler, uv, 0.0).r);
  }`;
  const { pictures } = await send(registry, { shader: { code } }, Array(3).fill(drawn("rgba8", 20, 10, texture)));
  const levels = pictures.map(({ planes: [bytes] }) => [...bytes.subarray(0, 4)]);
  deepEqual(levels, [0, 1, 2].map((k) => [Math.round(k * 0.04 * 255), k, 20, 0]));
});

rare(gpu)(
  "shader reads its file again once it has changed, and keeps the one before where it is wrong",
  async (registry) => {
    const folder = await Deno.makeTempDir();
    const [file, level] = [
      `${folder}/a.wgsl`,
      (red: string) => `fn shade(uv: vec2f) -> vec4f { return vec4f(${red}); }`,
    ];
    await Deno.writeTextFile(file, level("0.2"));
    const seen = new Set<number>();
    let warning: string | undefined;
    const silence = tapLog(({ message }) => {
      if (message.includes("goes on")) {
        warning = message;
      }
    });
    await send(registry, { shader: { file } }, Array(100_000).fill(drawn("rgba8", 2, 2, texture)), {
      between: async ({ sent, come }) => {
        if (sent === 0) return;
        const { planes: [bytes] } = await come(sent);
        if (seen.has(bytes[0])) return warning === undefined ? undefined : "end";
        seen.add(bytes[0]);
        await Deno.writeTextFile(file, seen.size === 1 ? level("0.40") : level("oops"));
      },
    });
    silence();
    await Deno.remove(folder, { recursive: true });
    deepEqual([...seen], [51, 102]);
    match(warning!, /a\.wgsl": the shader is wrong at line 1, column 45: .*`oops`; the shader before goes on/);
  },
);
