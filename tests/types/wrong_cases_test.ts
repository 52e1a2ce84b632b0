import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { SluiceError } from "../../core/errors.ts";
import { WRONG_CASES } from "./wrong_cases.ts";

const ROOT = new URL("../../", import.meta.url).href;

/** Code that was generated of a plugin, whose library is not there: only its types are looked at. */
const NATIVES = "tests/fixtures/plugins/typed/sluice.gen.ts";

const HEADER = `
import type { AudioFrame } from "${ROOT}core/frames/audio_frame.ts";
import type { NodeHandle } from "${ROOT}core/registry/handle.ts";
import { Runtime } from "${ROOT}core/runtime.ts";
import { nodes } from "${ROOT}sluice.gen.ts";
import { nodes as others } from "${ROOT}codegen/testdata/accepted/sized_array/sluice.gen.ts";
import { nodes as quads } from "${ROOT}codegen/testdata/accepted/generic_instances/sluice.gen.ts";
import { nodes as imus } from "${ROOT}codegen/testdata/accepted/structs/sluice.gen.ts";
import { nodes as envelopes } from "${ROOT}codegen/testdata/accepted/durations/sluice.gen.ts";
import { nodes as channels } from "${ROOT}codegen/testdata/accepted/channels/sluice.gen.ts";
import { nodes as boards } from "${ROOT}codegen/testdata/accepted/dynamic_ports/sluice.gen.ts";
import { type ComExampleBeatCounterHandle, type ComExampleTiltHandle, nodes as natives } from "${ROOT}${NATIVES}";
`;

/** The body of a function in which one case stands. */
const SCOPE = `
  const runtime = new Runtime({ native: "off" });
  const source = runtime.add(nodes.toneSource());
  const gain = runtime.add(nodes.gain());
  const mixer = runtime.add(nodes.mixer());
  const meter = runtime.add(nodes.levelMeter());
  const sink = runtime.add(nodes.consoleSink());
  const join = runtime.add(others.join({ channels: 3, sides: 1 }));
  const quad = runtime.add(quads.mixer4());
  const stereo = runtime.add(quads.mixer2());
  const picker = runtime.add(quads.pickReading1());
  const texts = runtime.add(quads.pickString3());
  const imu = runtime.add(imus.imuFilter());
  const pan = runtime.add(channels.pan());
  const room = runtime.add(nodes.dynamicMixer());
  const clip = runtime.add(nodes.mediaSource({ path: "a.mp4" }), { ports: ["audio_0"] });
  const grown = runtime.add(nodes.dynamicMixer(), { ports: ["audioIn_0"] });
  const mono = {} as NodeHandle<Record<never, never>, { audioOut: AudioFrame<1> }>;
  const board = runtime.add(boards.switchboard());
  const tilt = {} as ComExampleTiltHandle;
  const beats = {} as ComExampleBeatCounterHandle;
  function twice(run: () => void): void { run(); run(); }
  void [source, gain, mixer, meter, sink, join, quad, stereo, picker, texts, imu, pan, room, clip, grown];
  void [board, mono, twice, envelopes, tilt, beats, natives];
`;

/** What has to pass the type checker beside the cases: to look at all of it at once takes as long as at one of them. */
function rightFiles(): string[] {
  const accepted = fileURLToPath(`${ROOT}codegen/testdata/accepted`);
  const paths = readdirSync(accepted, { recursive: true }).map((path) => join(accepted, String(path)));
  const generated = paths.filter((path) => path.endsWith(".gen.ts"));
  assert.ok(generated.length >= readdirSync(accepted).length);
  return [...["tests/types/connections.ts", NATIVES].map((path) => fileURLToPath(ROOT + path)), ...generated];
}

Deno.test("deno check refuses at least 80 % of the wrong connections and configurations, and connect() the rest; both accept right ones and all generated code", async () => {
  assert.ok(WRONG_CASES.length >= 40);
  for (const about of ["type", "name", "direction", "channels", "arity", "key", "value"]) {
    assert.ok(WRONG_CASES.some((each) => each.about === about), about);
  }
  const folder = await mkdtemp(join(tmpdir(), "sluice-wrong-"));
  try {
    const path = join(folder, "cases.ts");
    const lines = [...HEADER.trim().split("\n")];
    const lineOf: number[] = [];
    const rightOf: number[] = [];
    const add = (name: string, code: string): number =>
      lines.push(`export function ${name}(): void {`, ...SCOPE.trim().split("\n"), `  ${code};`, "}") - 1;
    for (const [i, { code, right }] of WRONG_CASES.entries()) {
      lineOf.push(add(`case${i}`, code));
      rightOf.push(add(`right${i}`, right));
    }
    await writeFile(path, lines.join("\n"));
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", fileURLToPath(`${ROOT}deno.json`), path, ...rightFiles()],
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    // The places of errors: those of what they refer to stand further right.
    const places = [...said.matchAll(/^ {4}at (\S+):(\d+):\d+/gm)];
    assert.equal(places.length, Number(/^Found (\d+) errors/m.exec(said)?.[1]), said);
    const cases = pathToFileURL(path).href;
    assert.deepEqual(places.filter(([, url]) => url !== cases).map(([place]) => place), [], said);
    const wrong = new Set(places.map(([, , line]) => Number(line)));
    const refused = WRONG_CASES.filter((_, i) => wrong.has(rightOf[i])).map(({ right }) => right);
    assert.deepEqual(refused, [], `right lines that are refused:\n${said}`);
    const elsewhere = [...wrong].filter((line) => !lineOf.includes(line));
    assert.deepEqual(elsewhere, [], `errors outside the cases:\n${said}`);

    const module = await import(pathToFileURL(path).href) as Record<string, () => void>;
    const late: string[] = [];
    for (const [i, { code }] of WRONG_CASES.entries()) {
      if (wrong.has(lineOf[i])) continue;
      late.push(code);
      assert.ok(!code.includes("natives."), `only the type checker can refuse it, and it does not: ${code}`);
      assert.throws(() => module[`case${i}`](), (error) => error instanceof SluiceError && error.isBadInput, code);
    }
    const checked = WRONG_CASES.length - late.length;
    console.log(`${checked} of ${WRONG_CASES.length} fail in deno check, the others at add() or connect()`);
    assert.ok(checked >= WRONG_CASES.length * 0.8, `not refused by deno check:\n${late.join("\n")}`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
