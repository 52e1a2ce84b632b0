/** Shaders of users, on whatever graphics processor there is: Mesa's without any, on most machines that run tests. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { tapLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { drawn, gpu, send, texture } from "../fixtures/plugins/gpu.ts";
import { compareBytes, copyPicture, end } from "../fixtures/plugins/media.ts";
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
        await refuse(
          { code: "fn shade(uv: vec2f) -> vec4f {\n return uv; }" },
          /wrong at line 2, column 2: what is returned/,
        );
        // What a device would refuse, or crash by.
        for (
          const line of [
            "@group(1) @binding(0) var<uniform> gain: f32;",
            "var<workgroup> all: array<f32, 4>;",
            "override gain: f32;",
            "@fragment fn main() {}",
          ]
        ) {
          await refuse({ code: `${INVERT}\n${line}` }, /wrong at line 5, column \d+: "(gain|all|main)" /);
        }
      }
      if (sent === 3) await runtime.configure("shader", { code: green, uniforms: {} });
    },
  });
  const levels = pictures.map(({ planes: [bytes] }) => [...bytes.subarray(0, 4)]);
  deepEqual(levels, [[51, 102, 153, 255], [255, 0, 0, 255], [255, 0, 0, 255], [0, 255, 0, 255]]);
});

gpu("the log names the fields of Uniforms that have no value, once for each change", async (registry) => {
  const warnings: string[] = [];
  const silence = tapLog(({ level, message }) => void (level === "warn" && warnings.push(message)));
  const row = { shader: { code: GAIN, uniforms: { add: [0.4, 0.6] } } };
  await send(registry, row, Array(3).fill(drawn("rgba8", 8, 4, texture)), {
    between: async ({ runtime, sent, come }) => {
      if (sent > 0) await come(sent);
      if (sent === 1) await runtime.configure("shader", { uniforms: { gain: 1 } });
      if (sent === 2) await runtime.configure("shader", { code: GAIN.replaceAll("gain", "level"), uniforms: {} });
    },
  });
  silence();
  deepEqual(
    warnings,
    ["gain", "add", "level, add"].map((names) => `"uniforms" has no value for ${names}; without one a field is 0`),
  );
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

gpu("shader counts time from the first picture, whichever code draws it", async (registry) => {
  const code = "fn shade(uv: vec2f) -> vec4f { return vec4f(time, f32(frame) / 255.0, resolution.x / 255.0, 1.0); }";
  // As cameras with the time of day have it, which has no tenths of a second in an f32.
  const pictures = [0, 1, 2].map((k) => ({ ...drawn("rgba8", 20, 10, texture), ptsNs: 1_764_000_000e9 + k * 200e6 }));
  const { pictures: found } = await send(registry, { shader: { code } }, pictures, {
    between: async ({ runtime, sent, come }) => {
      if (sent > 0) await come(sent);
      if (sent === 2) await runtime.configure("shader", { code: `${code} // Another one.` });
    },
  });
  const levels = found.map(({ planes: [bytes] }) => [...bytes.subarray(0, 3)]);
  deepEqual(levels, [[0, 0, 20], [51, 1, 20], [102, 2, 20]]);
});

gpu("shader reads pictures of other inputs at their own size, and none of one that is unlinked", async (registry) => {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const code = `fn level(picture: texture_2d<f32>, uv: vec2f) -> f32 {
    return textureLoad(picture, vec2i(uv * vec2f(textureDimensions(picture))), 0).r;
  }
  fn shade(uv: vec2f) -> vec4f {
    return vec4f(level(video, uv), level(video2, uv), level(video4, uv), f32(textureDimensions(video3).x) / 255.0);
  }`;
  const all = {
    videoIn: drawn("rgba8", 20, 10, texture),
    videoIn2: drawn("rgba8", 2, 1, (x) => 50 + 100 * x),
    videoIn4: drawn("rgba8", 1, 3, (_, y) => 40 + 80 * y),
  };
  runtime.addByType("shader", { code }, { id: "shader", lane: "media" });
  const sources = Object.entries(all).map(([id, { pixelFormat, width, height }]) => {
    const source = runtime.add(appSource.video({ pixelFormat, width, height, frameRate: 25 }), { id });
    runtime.connectByName(`${id}.video`, `shader.${id}`, { policy: "lossless", capacity: 4 });
    return source;
  });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName("shader.videoOut", "sink.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  const [first, second, fourth] = sources;
  await second.push({ planes: [...all.videoIn2.planes] });
  await fourth.push({ planes: [...all.videoIn4.planes] });
  fourth.end();
  const pictures = sink[Symbol.asyncIterator]();
  /** Draws one picture. @param level that of the second input by its column */
  const draw = async (level: (column: number) => number) => {
    await first.push({ planes: [...all.videoIn.planes] });
    const [found] = copyPicture((await pictures.next()).value!).planes;
    const wanted = all.videoIn.planes[0].map((red, at) => {
      const [x, y] = [(at >> 2) % 20, Math.floor((at >> 2) / 20)];
      return [red, level(Math.floor(x / 10)), 40 + 80 * Math.floor((y + 0.5) * 3 / 10), 1][at % 4];
    });
    ok(compareBytes(found, wanted).most <= 1);
  };
  second.end();
  await draw((column) => 50 + 100 * column);
  await runtime.edit((edit) => edit.disconnectInput("shader.videoIn2"));
  await draw(() => 0);
  first.end();
  await pictures.next();
  await end(runtime);
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

rare(gpu)(
  "shader drops values whose field has gone from its file, and configure looks at a file that was refused",
  async (registry) => {
    const folder = await Deno.makeTempDir();
    const file = `${folder}/a.wgsl`;
    const code = (field: string) =>
      `struct Uniforms { ${field}: f32 }
    fn shade(uv: vec2f) -> vec4f { return vec4f(uniforms.${field}); }`;
    await Deno.writeTextFile(file, code("gain"));
    const warnings: string[] = [];
    const silence = tapLog(({ level, message }) => void (level === "warn" && warnings.push(message)));
    const seen = new Set<number>();
    let isSet = false;
    await send(
      registry,
      { shader: { file, uniforms: { gain: 0.2 } } },
      Array(100_000).fill(drawn("rgba8", 2, 2, texture)),
      {
        between: async ({ runtime, sent, come }) => {
          if (sent === 0) return;
          const { planes: [bytes] } = await come(sent);
          seen.add(bytes[0]);
          const set = (uniforms: Record<string, number>) => runtime.configure("shader", { uniforms });
          if (sent === 1) await Deno.writeTextFile(file, code("level"));
          if (!isSet && warnings.length === 2) {
            isSet = true;
            await rejects(set({ gain: 1 }), /no uniform "gain"; available: level: f32/);
            // As a change of one value has it.
            await set({ gain: 0.2, level: 0.4 });
            await Deno.writeTextFile(file, "oops");
          }
          if (warnings.length === 3) {
            await Deno.writeTextFile(file, code("depth"));
            await set({ depth: 0.6 });
            warnings.push("set");
          } else if (warnings.length === 4) return "end";
        },
      },
    );
    silence();
    await Deno.remove(folder, { recursive: true });
    deepEqual([...seen], [51, 0, 102, 153]);
    match(warnings[0], /no longer takes the values of gain in "uniforms", which are left out; available: level: f32/);
    match(warnings[1], /no value for level/);
    match(warnings[2], /a\.wgsl": the shader is wrong at line 1, column 1: .*; the shader before goes on/);
  },
);
