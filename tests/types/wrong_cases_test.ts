import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { SluiceError } from "../../core/errors.ts";
import { WRONG_CASES } from "./wrong_cases.ts";

const HERE = fileURLToPath(new URL("./", import.meta.url));

const HEADER = `
import { Runtime } from "../../../core/runtime.ts";
import { nodes } from "../../../sluice.gen.ts";
import { nodes as others } from "../../../codegen/testdata/accepted/sized_array/sluice.gen.ts";
import { nodes as quads } from "../../../codegen/testdata/accepted/generic_instances/sluice.gen.ts";
import { nodes as imus } from "../../../codegen/testdata/accepted/structs/sluice.gen.ts";
import { nodes as envelopes } from "../../../codegen/testdata/accepted/durations/sluice.gen.ts";
import { nodes as channels } from "../../../codegen/testdata/accepted/channels/sluice.gen.ts";
import { nodes as boards } from "../../../codegen/testdata/accepted/dynamic_ports/sluice.gen.ts";
`;

/** The body of a function in which one case stands. */
const SCOPE = `
  const runtime = new Runtime({ native: "off" });
  const source = runtime.add(nodes.toneSource());
  const gain = runtime.add(nodes.gain());
  const mixer = runtime.add(nodes.mixer());
  const meter = runtime.add(nodes.levelMeter());
  const sink = runtime.add(nodes.consoleSink());
  const join = runtime.add(others.join({ channels: 3, sides: 0 }));
  const quad = runtime.add(quads.mixer4());
  const stereo = runtime.add(quads.mixer2());
  const picker = runtime.add(quads.pickReading1());
  const texts = runtime.add(quads.pickString3());
  const imu = runtime.add(imus.imuFilter());
  const pan = runtime.add(channels.pan());
  const room = runtime.add(nodes.dynamicMixer());
  const board = runtime.add(boards.switchboard());
  function twice(run: () => void): void { run(); run(); }
  void [source, gain, mixer, meter, sink, join, quad, stereo, picker, texts, imu, pan, room, board, twice, envelopes];
`;

Deno.test("of the wrong connections and configurations, deno check refuses at least 80 %, and connect() the rest", async () => {
  assert.ok(WRONG_CASES.length >= 40);
  for (const about of ["type", "name", "direction", "channels", "arity", "key", "value"]) {
    assert.ok(WRONG_CASES.some((each) => each.about === about), about);
  }
  const folder = await mkdtemp(join(HERE, ".wrong-"));
  try {
    const path = join(folder, "cases.ts");
    const lines = [...HEADER.trim().split("\n")];
    const lineOf: number[] = [];
    for (const [i, { code }] of WRONG_CASES.entries()) {
      lines.push(`export function case${i}(): void {`, ...SCOPE.trim().split("\n"), `  ${code};`, "}");
      lineOf.push(lines.length - 1);
    }
    await writeFile(path, lines.join("\n"));
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", path],
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    const wrong = new Set([...said.matchAll(/cases\.ts:(\d+):\d+/g)].map((match) => Number(match[1])));
    const elsewhere = [...wrong].filter((line) => !lineOf.includes(line));
    assert.deepEqual(elsewhere, [], `errors outside the cases:\n${said}`);

    const module = await import(pathToFileURL(path).href) as Record<string, () => void>;
    const late: string[] = [];
    for (const [i, { code }] of WRONG_CASES.entries()) {
      if (wrong.has(lineOf[i])) continue;
      late.push(code);
      assert.throws(() => module[`case${i}`](), (error) => error instanceof SluiceError && error.isBadInput, code);
    }
    const checked = WRONG_CASES.length - late.length;
    console.log(`${checked} of ${WRONG_CASES.length} fail in deno check, the others at add() or connect()`);
    assert.ok(checked >= WRONG_CASES.length * 0.8, `not refused by deno check:\n${late.join("\n")}`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
