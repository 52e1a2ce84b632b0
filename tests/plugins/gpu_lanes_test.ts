/** Stages on a graphics processor that share it: on several lanes, and with pictures of inputs that stay. */
import { deepEqual, equal } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { tapLog } from "../../core/log.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { gpu } from "../fixtures/plugins/gpu.ts";
import { copyPicture, end } from "../fixtures/plugins/media.ts";
import { rare } from "../fixtures/rare.ts";

const LINK = { policy: "lossless" } as const;
const SIZE = { pixelFormat: "rgba8", width: 16, height: 8, frameRate: 25 } as const;

/** A picture of one level. */
function flat(level: number): { planes: Uint8Array[] } {
  return { planes: [new Uint8Array(SIZE.width * SIZE.height * 4).fill(level)] };
}

/** The one level of a picture; -1: it has several. */
function levelOf([plane]: readonly Uint8Array[]): number {
  return plane.every((level) => level === plane[0]) ? plane[0] : -1;
}

gpu(
  "a picture that stays is shown again on the next device, and the log tells of one that is not",
  async (registry) => {
    const warnings: string[] = [];
    const silence = tapLog(({ level, message }) => void (level === "warn" && warnings.push(message)));
    await using runtime = new Runtime({ native: "require", mode: "offline", registry });
    const code = "fn shade(uv: vec2f) -> vec4f { return textureSampleLevel(video2, videoSampler, uv, 0.0); }";
    runtime.addByType("shader", { code }, { id: "shader", lane: "media" });
    const [below, above] = ["videoIn", "videoIn2"].map((id) => {
      const source = runtime.add(appSource.video(SIZE), { id });
      runtime.connectByName(`${id}.video`, `shader.${id}`, LINK);
      return source;
    });
    const sink = runtime.add(appSink.video(), { id: "sink" });
    runtime.connectByName("shader.videoOut", "sink.video", LINK);
    await runtime.start();
    await above.push({ ...flat(200), ptsNs: 0 });
    await above.push({ ...flat(100), ptsNs: 80e6 });
    above.end();
    const pictures = sink[Symbol.asyncIterator]();
    const levels: number[] = [];
    for (let sent = 0; sent < 9; sent++) {
      // The first one is shown once before its device goes, the second one four times, and then from its bytes alone.
      if ([1, 6, 8].includes(sent)) await runtime.command("shader", "loseDevice");
      await below.push(flat(0));
      levels.push(levelOf(copyPicture((await pictures.next()).value!).planes));
    }
    below.end();
    await pictures.next();
    const { figures } = await end(runtime);
    silence();
    deepEqual(levels, [200, 0, 100, 100, 100, 100, 100, 100, 100]);
    equal(figures("shader")?.deviceLosses, 3);
    deepEqual(warnings, [
      'the picture of "videoIn2" is lost with its graphics processor; nothing is shown of it until the next one',
    ]);
  },
);

/** Pictures that have gone through a shader on a lane of their own. */
interface Passed {
  right: number;
  gaps: number;
  wrong: number;
}

/** What {@linkcode passOnTwoLanes} calls while pictures pass. */
interface During {
  readonly runtime: Runtime;
  readonly passed: readonly Passed[];
  /** Waits for the next picture of either lane. @throws what has ended the graph */
  come(): Promise<void>;
}

/** Sends pictures through a shader on each of two lanes. @param during ends the sending when it is done */
async function passOnTwoLanes(
  registry: NodeRegistry,
  count: number,
  during?: (during: During) => Promise<void>,
): Promise<Passed[]> {
  const lanes = { left: { kind: "native" }, right: { kind: "native" } } as const;
  await using runtime = new Runtime({ native: "require", mode: "offline", registry, lanes });
  const code = "fn shade(uv: vec2f) -> vec4f { return textureSampleLevel(video, videoSampler, uv, 0.0); }";
  const rows = Object.keys(lanes).map((lane) => {
    const source = runtime.add(appSource.video(SIZE), { id: `${lane}Source` });
    runtime.addByType("shader", { code }, { id: lane, lane });
    const sink = runtime.add(appSink.video(), { id: `${lane}Sink` });
    runtime.connectByName(`${lane}Source.video`, `${lane}.videoIn`, LINK);
    runtime.connectByName(`${lane}.videoOut`, `${lane}Sink.video`, LINK);
    return { source, sink, passed: { right: 0, gaps: 0, wrong: 0 } };
  });
  await runtime.start();
  let [isOver, arrival] = [during === undefined, Promise.withResolvers<void>()];
  const jobs = rows.flatMap(({ source, sink, passed }, row) => {
    const levelAt = (number: number) => 1 + (2 * number + row) % 250;
    const send = async () => {
      for (let sent = 0; sent < count || !isOver; sent++) await source.push(flat(levelAt(sent)));
      source.end();
    };
    const read = async () => {
      for await (const picture of sink) {
        const level = levelOf(copyPicture(picture).planes);
        const isRight = level === levelAt(Math.round(picture.ptsNs / 40e6));
        passed[isRight ? "right" : picture.gap && level === 0 ? "gaps" : "wrong"]++;
        arrival.resolve();
        arrival = Promise.withResolvers();
      }
    };
    return [send(), read()];
  });
  const all = rows.map(({ passed }) => passed);
  const come = async () => void await Promise.race([arrival.promise, runtime.finished]);
  const meanwhile = during?.({ runtime, passed: all, come }).finally(() => isOver = true);
  // A failure of the graph says more than what follows from it.
  await Promise.allSettled([...jobs, meanwhile]).then(() => runtime.finished);
  await end(runtime);
  return all;
}

rare(gpu)("no picture is missed by lanes that poll the device at the same time", async (registry) => {
  for (let round = 0; round < 8; round++) {
    deepEqual(await passOnTwoLanes(registry, 300), Array(2).fill({ right: 300, gaps: 0, wrong: 0 }));
  }
});

rare(gpu)("a lane that loses the device again and again harms no other one", async (registry) => {
  const passed = await passOnTwoLanes(registry, 0, async ({ runtime, passed, come }) => {
    for (let losses = 0; losses < 40; losses++) {
      const before = passed.map(({ right }) => right);
      await runtime.command("left", "loseDevice");
      while (passed.some(({ right }, lane) => right < before[lane] + 3)) await come();
    }
  });
  for (const { right, wrong } of passed) deepEqual([wrong, right >= 120], [0, true]);
});
