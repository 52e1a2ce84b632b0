/**
 * How the generator's time grows with the number of classes, from a cold start.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Benchmark } from "../benchmark.ts";
import { compare, type Row } from "../measure.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Runs at most: one of 1,000 classes takes seconds. */
const MOST_RUNS = 3;

/** See the module. */
export const generator: Benchmark = {
  name: "generator",
  about: "The generator's command in a process of its own, on packages of 10, 100 and 1,000 classes, each a file.",
  async run({ runs }) {
    await mkdir(join(ROOT, "out"), { recursive: true });
    const folder = await mkdtemp(join(ROOT, "out", "bench-"));
    try {
      for (const classes of [10, 100, 1_000]) await makePackage(join(folder, `${classes}`), classes);
      const rows: Row[] = [];
      for (const classes of [100, 1_000]) {
        rows.push(
          await compare(Math.min(runs, MOST_RUNS), {
            what: `generator, ${classes.toLocaleString("en")} classes, cold`,
            peer: "10 classes, cold",
            ours: () => generate(join(folder, `${classes}`)),
            theirs: () => generate(join(folder, "10")),
          }),
        );
      }
      return rows;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function makePackage(folder: string, classes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const settings = { include: ["**/*.ts"], name: "@example/bench", runtime: "../../../core/generated_api.ts" };
  await writeFile(join(folder, "sluice.json"), JSON.stringify(settings));
  for (let k = 0; k < classes; k++) {
    await writeFile(join(folder, `pass_${k}.ts`), classText(k));
  }
}

function classText(k: number): string {
  return `import { config, input, output, processor } from "../../../core/annotations.ts";
import type { AudioFrame } from "../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../core/ports/stream.ts";

/** Hands frames on. */
@processor({ tags: ["bench"] })
export class Pass${k} {
  /** What comes in. */
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** The same. */
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** A number. @minimum 0 @maximum ${k + 1} */
  @config({ live: true })
  level = ${k};

  process(): void {
    let frame: AudioFrame | undefined;
    while ((frame = this.audioIn.read())) this.audioOut.write(frame);
  }
}
`;
}

/** @returns nanoseconds of one run that had to write everything */
async function generate(folder: string): Promise<number> {
  for (const file of ["sluice.gen.ts", "sluice.schema.json"]) await rm(join(folder, file), { force: true });
  const fromMs = performance.now();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(ROOT, "codegen/main.ts"), "--config", join(folder, "sluice.json")],
  }).output();
  const tookMs = performance.now() - fromMs;
  equal(code, 0, new TextDecoder().decode(stderr));
  return tookMs * 1e6;
}
