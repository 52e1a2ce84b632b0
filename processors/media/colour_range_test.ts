import assert from "node:assert/strict";
import { appSource } from "../../core/app/app_source.ts";
import { tapLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { changeRange, type ColourRange } from "./colour_range.ts";
import { ffmpeg, FOLDER, probe } from "./fixtures/media_files.ts";

/** Rows of planes fill what lies between them. */
const [WIDTH, HEIGHT] = [128, 46];

/** Pictures of every level in YUV4MPEG2, as ffmpeg writes them in a range. */
function film(range: "pc" | "tv"): string {
  const path = `${FOLDER}/range-${range}.y4m`;
  const source = `testsrc2=size=${WIDTH}x${HEIGHT}:rate=25:duration=0.2`;
  const filter = `scale=out_range=${range},format=yuv420p`;
  ffmpeg("-f", "lavfi", "-i", source, "-vf", filter, "-color_range", range, "-f", "yuv4mpegpipe", path);
  const [line] = new TextDecoder().decode(Deno.readFileSync(path).subarray(0, 200)).split("\n");
  assert.equal(line.includes("XCOLORRANGE=FULL"), range === "pc", line);
  return path;
}

/** Rows of all pictures, as ffmpeg reads them from a file and gives them in a range. */
function rowsOf(path: string, from: "pc" | "tv", to: "pc" | "tv"): Uint8Array {
  const raw = `${path}.${to}.yuv`;
  ffmpeg("-i", path, "-vf", `scale=in_range=${from}:out_range=${to},format=yuv420p`, "-f", "rawvideo", raw);
  return Deno.readFileSync(raw);
}

for (const type of ["pipeSource", "process"] as const) {
  for (const [told, range] of [["pc", "limited"], ["pc", "full"], ["tv", "limited"], ["tv", "full"]] as const) {
    Deno.test(`${type} gives pictures that ffmpeg writes with -color_range ${told} in ${range} range`, async () => {
      const path = film(told);
      const said: string[] = [];
      const end = tapLog(({ level, message }) => /warn|info/.test(level) && said.push(message));
      await using source = await ProcessorHarness.create(
        nodes[type]({ command: ["cat", path], range }),
        {},
        { disconnect: type === "process" ? ["audioOut", "dataOut"] : ["audio"] },
      );
      await source.run();
      end();
      const pictures = source.takeVideo(type === "process" ? "videoOut" : "video");
      const found = pictures.flatMap(({ planes }) => planes.flatMap((plane) => [...plane]));
      const isKept = (told === "pc") === (range === "full");
      const wanted = rowsOf(path, told, range === "full" ? "pc" : "tv");
      assert.equal(found.length, wanted.length);
      const most = found.reduce((most, level, k) => Math.max(most, Math.abs(level - wanted[k])), 0);
      assert.ok(most <= (isKept ? 0 : 1), `${most} levels off`);
      assert.deepEqual(said.filter((line) => line.includes("range")).length, isKept ? 0 : 1, said.join("\n"));
    });
  }
}

for (const type of ["pipeSink", "process"] as const) {
  for (const [range, told] of [["limited", "tv"], ["full", "pc"]] as const) {
    Deno.test(`${type} tells its program of ${range} range as ffmpeg reads it`, async () => {
      const path = `${FOLDER}/told-${type}-${range}.y4m`;
      await using runtime = new Runtime({ mode: "offline" });
      const size = { pixelFormat: "i420", width: 32, height: 16, frameRate: 25 } as const;
      const source = runtime.add(appSource.video(size), { id: "source" });
      const command = ["sh", "-c", `cat > ${path}`];
      if (type === "process") {
        runtime.connect(source.outputs.video, runtime.add(nodes.process({ command, range })).inputs.videoIn);
      } else runtime.connect(source.outputs.video, runtime.add(nodes.pipeSink({ command, range })).inputs.video);
      await runtime.start();
      await source.push({ planes: [new Uint8Array(512), new Uint8Array(128), new Uint8Array(128)] });
      source.end();
      await runtime.finished;
      assert.deepEqual(probe(path, "stream=color_range"), [told]);
    });
  }
}

Deno.test("changeRange() there and back is off by a level at most, and keeps to the levels there are", () => {
  const all = Uint8Array.from({ length: 256 }, (_, level) => level);
  const of = (plane: "luma" | "chroma", ...ranges: ColourRange[]) => {
    const levels = all.slice();
    for (const range of ranges) changeRange(levels, plane, range);
    return [...levels];
  };
  const limited = of("luma", "limited");
  assert.deepEqual([limited[0], limited[255], Math.max(...limited), Math.min(...limited)], [16, 235, 235, 16]);
  assert.deepEqual([of("chroma", "limited")[0], of("chroma", "limited")[128]], [16, 128]);
  assert.deepEqual([of("luma", "full")[0], of("luma", "full")[16], of("luma", "full")[240]], [0, 0, 255]);
  for (const plane of ["luma", "chroma"] as const) {
    assert.ok(of(plane, "limited", "full").every((level, k) => Math.abs(level - k) <= 1));
  }
});
