import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { readStruct, StructMemory } from "../core/frames/struct_memory.ts";
import type { ImuReading } from "./testdata/accepted/structs/imu.ts";
import { ImuReadingView } from "./testdata/accepted/structs/sluice.gen.ts";

const RUST = fileURLToPath(new URL("./testdata/accepted/structs/structs.gen.rs", import.meta.url));

/** Objects as people write them. */
const PLAIN = { noNullPrototype: true };

const place = fc.record({ x: fc.double({ noNaN: true }), y: fc.double({ noNaN: true }), isKnown: fc.boolean() }, PLAIN);
const f32 = fc.float({ noNaN: true });

const reading: fc.Arbitrary<ImuReading> = fc.record({
  sensor: fc.nat(255),
  timeNs: fc.double({ noNaN: true }),
  acceleration: fc.tuple(f32, f32, f32),
  temperature: f32,
  count: fc.nat(0xffffffff),
  offset: fc.integer({ min: -32_768, max: 32_767 }),
  gain: fc.nat(65_535),
  sign: fc.integer({ min: -128, max: 127 }),
  isValid: fc.boolean(),
  place,
  trail: fc.tuple(place, place),
  type: f32,
}, PLAIN);

/** A program that prints a value field by field, changes some, and writes it back. */
const PROGRAM = `
use std::io::{Read, Write};
include!("STRUCTS");
fn main() {
    let mut bytes = [0u8; core::mem::size_of::<ImuReading>()];
    std::io::stdin().read_exact(&mut bytes).unwrap();
    let mut value: ImuReading = unsafe { core::ptr::read_unaligned(bytes.as_ptr().cast()) };
    eprintln!(
        "{:?}",
        (value.sensor, value.time_ns, value.acceleration, value.temperature, value.count, value.offset, value.gain)
    );
    eprintln!("{:?}", (value.sign, value.is_valid, value.place.y, value.trail[1].x, value.trail[1].is_known, value.r#type));
    value.count += 1;
    value.acceleration[2] = 0.5;
    value.trail[0].x = -4.0;
    value.is_valid = 0;
    unsafe {
        let raw = core::slice::from_raw_parts((&raw const value).cast::<u8>(), bytes.len());
        std::io::stdout().write_all(raw).unwrap();
    }
}
`;

function memoryOf(bytes: number): { memory: StructMemory; buffer: ArrayBuffer } {
  const buffer = new ArrayBuffer(bytes);
  return { memory: new StructMemory(buffer), buffer };
}

Deno.test("a generated view reads what was assigned, at any aligned place", () => {
  const { sizeBytes, alignBytes } = ImuReadingView.schema();
  const { memory } = memoryOf(4096);
  fc.assert(fc.property(reading, fc.nat(16), (value, place) => {
    const at = place * alignBytes;
    assert.ok(at + sizeBytes <= 4096);
    const view = new ImuReadingView(memory, at);
    view.assign(value);
    const copy = readStruct(ImuReadingView.schema(), memory, at);
    assert.deepEqual(copy, value);
    assert.deepEqual([...view.acceleration], value.acceleration);
    assert.equal(view.trail[1].isKnown, value.trail[1].isKnown);
    assert.equal(view.type, value.type);
  }));
});

Deno.test("a generated view changes only its own bytes", () => {
  const { sizeBytes } = ImuReadingView.schema();
  const { memory, buffer } = memoryOf(sizeBytes * 3);
  const bytes = new Uint8Array(buffer).fill(7);
  const view = new ImuReadingView(memory, sizeBytes);
  view.assign(fc.sample(reading, { numRuns: 1, seed: 1 })[0]);
  view.isValid = true;
  assert.ok(bytes.subarray(0, sizeBytes).every((byte) => byte === 7));
  assert.ok(bytes.subarray(sizeBytes * 2).every((byte) => byte === 7));
});

Deno.test("a generated view refuses an array of another length", () => {
  const view = new ImuReadingView(memoryOf(4096).memory, 0);
  const [value] = fc.sample(reading, { numRuns: 1, seed: 1 });
  assert.throws(() => view.assign({ ...value, acceleration: [1, 2] }), {
    name: "RangeError",
    message: `Cannot assign 2 values to "acceleration": wanted 3`,
  });
});

Deno.test({
  name: "a struct's Rust twin sees the same bytes as its view, and the view what the twin writes",
  ignore: !await has("rustc"),
  fn: async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-struct-"));
    try {
      const source = join(folder, "main.rs");
      await Deno.writeTextFile(source, PROGRAM.replace("STRUCTS", join(folder, "structs.rs")));
      // An included file cannot have a doc comment for a module.
      const structs = (await Deno.readTextFile(RUST)).replace(/^\/\/!.*\n/gm, "");
      await Deno.writeTextFile(join(folder, "structs.rs"), structs);
      const built = await new Deno.Command("rustc", {
        args: ["--edition", "2024", "-D", "warnings", "-A", "dead_code", "-o", join(folder, "main"), source],
      }).output();
      assert.equal(built.code, 0, new TextDecoder().decode(built.stderr));

      const { memory, buffer } = memoryOf(ImuReadingView.schema().sizeBytes);
      const view = new ImuReadingView(memory, 0);
      view.assign({
        sensor: 200,
        timeNs: 1e15 + 0.5,
        acceleration: [0.25, -1, 3],
        temperature: 36.5,
        count: 4_000_000_000,
        offset: -300,
        gain: 60_000,
        sign: -5,
        isValid: true,
        place: { x: 1, y: -2.5, isKnown: false },
        trail: [{ x: 1, y: 2, isKnown: false }, { x: 3.25, y: 4, isKnown: true }],
        type: 7,
      });
      const child = new Deno.Command(join(folder, "main"), { stdin: "piped", stdout: "piped", stderr: "piped" })
        .spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new Uint8Array(buffer));
      await writer.close();
      const { code, stdout, stderr } = await child.output();
      const printed = new TextDecoder().decode(stderr);
      assert.equal(code, 0, printed);
      assert.equal(
        printed,
        "(200, 1000000000000000.5, [0.25, -1.0, 3.0], 36.5, 4000000000, -300, 60000)\n(-5, 1, -2.5, 3.25, 1, 7.0)\n",
      );
      new Uint8Array(buffer).set(stdout);
      assert.equal(view.count, 4_000_000_001);
      assert.deepEqual([...view.acceleration], [0.25, -1, 0.5]);
      assert.equal(view.trail[0].x, -4);
      assert.equal(view.isValid, false);
      assert.equal(view.timeNs, 1e15 + 0.5);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});

async function has(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}
