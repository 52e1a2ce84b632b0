import assert from "node:assert/strict";
import { Arenas } from "./arenas.ts";
import { loadNative } from "./loader.ts";

const ignore = Deno.env.get("SLUICE_NATIVE") === "off";

function test(name: string, body: (make: () => Arenas) => void): void {
  Deno.test({ name, ignore, fn: () => body(() => new Arenas(loadNative().symbols)) });
}

test("Arenas.create() gives zeroed, page-aligned bytes", (make) => {
  const arenas = make();
  const name = arenas.create(1_000_001);
  assert.equal(name.address % 4096n, 0n);
  const bytes = new Uint8Array(arenas.open(name));
  assert.equal(bytes.length, 1_000_001);
  assert.ok(bytes.every((byte) => byte === 0));
  arenas.release(name);
});

test("Arenas.create() gives zeroed bytes that views of a released arena do not reach", (make) => {
  const arenas = make();
  const first = arenas.create(2_000_003);
  const kept = new Uint8Array(arenas.open(first)).fill(0xa5);
  arenas.release(first);
  assert.ok(kept.every((byte) => byte === 0), "the memory is given back");
  const second = arenas.create(2_000_003);
  const bytes = new Uint8Array(arenas.open(second));
  kept.fill(0x5a);
  assert.ok(bytes.every((byte) => byte === 0));
  arenas.release(second);
  assert.throws(() => arenas.open(first), { name: "TypeError" }, "the address is not used again");
});

test("Arenas.create() throws RangeError for a length that cannot be", (make) => {
  for (const length of [0, -1, 1.5, NaN, Infinity, 2 ** 53, 2 ** 52]) {
    assert.throws(() => make().create(length), {
      name: "RangeError",
      message: new RegExp(`^Cannot make an arena of ${length} bytes: .`),
    });
  }
});

test("Arenas.open() gives the same buffer again", (make) => {
  const arenas = make();
  const name = arenas.create(65_536);
  assert.equal(arenas.open(name), arenas.open(name));
  arenas.release(name);
});

test("Arenas.open() wraps the bytes again after the buffer was detached", (make) => {
  const arenas = make();
  const name = arenas.create(65_537);
  const before = arenas.open(name);
  new Uint8Array(before)[7] = 9;
  const moved = structuredClone(before, { transfer: [before] });
  assert.equal(before.detached, true);
  const after = arenas.open(name);
  assert.equal(new Uint8Array(after)[7], 9);
  new Uint8Array(moved)[7] = 10;
  assert.equal(new Uint8Array(after)[7], 10);
  arenas.release(name);
});

test("Arenas.release() keeps the bytes while another holds them", (make) => {
  const [maker, other] = [make(), make()];
  const name = maker.create(3_000_017);
  new Uint8Array(other.open(name))[0] = 5;
  maker.release(name);
  maker.release(name);
  assert.equal(new Uint8Array(other.open(name))[0], 5);
  other.release(name);
  assert.throws(() => make().open(name), {
    name: "TypeError",
    message: "Cannot open an arena of 3000017 bytes: it was released",
  });
});

test("Arenas.open() refuses a length that is not the arena's", (make) => {
  const arenas = make();
  const name = arenas.create(65_539);
  for (const holder of [arenas, make()]) {
    assert.throws(() => holder.open({ ...name, byteLength: 65_540 }), { name: "TypeError" });
  }
  arenas.release(name);
});
