/** Runs of one process that record to the same paths. */
import { deepEqual, equal } from "node:assert/strict";
import { appSource, Runtime } from "../mod.ts";
import { nodes } from "../sluice.gen.ts";
import { configureLog } from "../core/log.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

eachDriver(
  "a run that follows another one in the process records beside what that one has recorded",
  async (native) => {
    const folder = Deno.makeTempDirSync({ prefix: "sluice-takes-" });
    const told: string[] = [];
    configureLog({ setting: { level: "info", json: false }, write: (line) => void told.push(line), colors: false });
    try {
      // What a process before this one has left is replaced.
      Deno.writeTextFileSync(`${folder}/take.wav`, "older");
      await using runtime = new Runtime({ native, mode: "offline" });
      const main = { lane: "main" };
      const [width, height] = [4, 2];
      const sound = runtime.add(appSource.audio({ sampleRateHz: 8000, channels: 1 }));
      const pictures = runtime.add(appSource.video({ pixelFormat: "rgba8", width, height }));
      const records = runtime.add(appSource.packet({ fields: { x: "f32" } }));
      const at = (name: string) => ({ path: `${folder}/${name}` });
      runtime.connect(sound.outputs.audio, runtime.add(nodes.wavSink(at("take.wav")), main).inputs.audio);
      runtime.connect(
        sound.outputs.audio,
        runtime.add(nodes.wavSink({ ...at("old.wav"), overwrite: true }), main).inputs.audio,
      );
      for (const config of [at("film.mkv"), { ...at("part.mkv"), splitSeconds: 0.5 }]) {
        const film = runtime.add(nodes.mediaSink(config), main);
        await runtime.connectByName(`${sound.id}.audio`, `${film.id}.${await runtime.addInput(film.id, "pcm")}`);
      }
      runtime.connect(
        records.outputs.packet,
        runtime.add(nodes.csvSink(at("rows.csv")), { lane: "writer" }).inputs.packet,
      );
      runtime.connect(records.outputs.packet, runtime.add(nodes.arrowSink(at("rows.arrows")), main).inputs.packet);
      for (const name of ["still-%d.png", "newest.png"]) {
        runtime.connect(pictures.outputs.video, runtime.add(nodes.imageSink(at(name)), main).inputs.video);
      }
      const run = async (first: number) => {
        await runtime.start();
        for (let k = 0; k < 2; k++) {
          await sound.push({ channels: [new Float32Array(4000).fill(first)] });
          await pictures.push({ planes: [new Uint8Array(4 * width * height)] });
        }
        await records.push({ columns: { x: [first] } });
        for (const source of [sound, pictures, records]) source.end();
        await runtime.finished;
      };
      await run(1);
      const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      const first = names();
      deepEqual(first, [
        ...["film.mkv", "newest.png", "old.wav", "part-0001.mkv", "part-0002.mkv", "rows.arrows", "rows.csv"],
        ...["still-1.png", "still-2.png", "take.wav"],
      ]);
      const before = first.map((name) => Deno.readFileSync(`${folder}/${name}`));
      told.length = 0;
      await run(2);
      await run(3);
      for (const [k, name] of first.entries()) {
        const isSame = Deno.readFileSync(`${folder}/${name}`).every((byte, at) => byte === before[k][at]);
        equal(isSame, name !== "old.wav", name);
      }
      deepEqual(names().filter((name) => !first.includes(name)), [
        ...["film-2.mkv", "film-3.mkv", "newest-2.png", "newest-3.png"],
        ...["part-0003.mkv", "part-0004.mkv", "part-0005.mkv", "part-0006.mkv"],
        ...["rows-2.arrows", "rows-2.csv", "rows-3.arrows", "rows-3.csv"],
        ...["still-3.png", "still-4.png", "still-5.png", "still-6.png", "take-2.wav", "take-3.wav"],
      ]);
      equal(Deno.readTextFileSync(`${folder}/rows-3.csv`).trimEnd().split(",").at(-1), "3");
      const line = `"${folder}/take.wav" was recorded by a run before this one, and stays: this one is written to ` +
        `"${folder}/take-2.wav"; with "overwrite" it would replace it`;
      equal(told.filter((each) => each.includes(line)).length, 1, told.join(""));
    } finally {
      configureLog();
      Deno.removeSync(folder, { recursive: true });
    }
  },
);
