import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import fc from "fast-check";
import { randomValue } from "./fixtures/random_value.ts";
import { assertSameGraph } from "./fixtures/same_graph.ts";
import { KeyTable } from "./key_table.ts";
import { pathTo } from "./value_path.ts";
import "./engine.ts";
import { readValue } from "./value_reader.ts";
import { measureValue, type ValueMemory, writeValue } from "./value_writer.ts";
import { TAG, WIRE_VERSION } from "./wire.ts";

const ROOM = 1 << 18;
/** Not aligned to anything. */
const START = 13;
const DEEP = Deno.env.get("SLUICE_DEEP") === "1";

const OWN = memoryOf(new ArrayBuffer(ROOM));
const SHARED = memoryOf(new SharedArrayBuffer(ROOM));

Deno.test("readValue() gives what structuredClone() gives", () => {
  fc.assert(
    fc.property(randomValue(), fc.boolean(), ({ value }, shared) => {
      const wanted = structuredClone(value);
      assertSameGraph(pass(value, shared ? SHARED : OWN), wanted);
    }),
    { numRuns: DEEP ? 100_000 : 600 },
  );
});

Deno.test("readValue() makes a value of broken bytes, or says what is wrong", () => {
  fc.assert(
    fc.property(
      randomValue(),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(),
      ({ value }, changes, cut) => {
        const bytes = bytesOf(value);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        readOrRefuse(bytes);
        readOrRefuse(bytes.slice(0, cut % bytes.length));
      },
    ),
    { numRuns: DEEP ? 100_000 : 600 },
  );
});

Deno.test("readValue() refuses every part of a value that ends early", () => {
  const bytes = bytesOf([1.5, "text", { a: new Map([[1n, new Uint8Array(3)]]) }, "é".repeat(70), new Error("x")]);
  for (let length = 0; length < bytes.length; length++) {
    throws(() => read(bytes.slice(0, length)), /^TypeError: Cannot read a value of \d+ bytes from another lane: /);
  }
});

for (
  const [what, bytes, message] of [
    ["another version", [2, TAG.null], /: the first byte is 2, wanted 1 \(byte 1\)$/],
    ["no bytes", [], /^Cannot read a value of 0 bytes from another lane: its bytes end early \(byte 0\)$/],
    ["bytes after the value", [1, TAG.null, TAG.null], /: the value ends before its bytes \(byte 2\)$/],
    ["an unknown tag", [1, 99], /: 99 is no tag of a value \(byte 2\)$/],
    ["nothing where a value stands", [1, TAG.absent], /: 22 is no tag of a value/],
    ["more elements than bytes", [1, TAG.array, 0xff, 0xff, 0xff, 0xff, 0x0f], /: 4294967295 parts do not fit/],
    ["more numbers than elements", [1, TAG.array, 1, TAG.numbers, 2, 0, 0, 0], /: 2 numbers do not fit the array/],
    ["no numbers", [1, TAG.array, 1, TAG.numbers, 0, 0, 0, 0, 0], /: 0 numbers do not fit the array/],
    ["numbers that are cut", [1, TAG.array, 1, TAG.numbers, 1, 0, 0, 0, 0], /: its bytes end early/],
    ["numbers outside of an array", [1, TAG.numbers, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], /: 23 is no tag of a value/],
    ["a count beyond 32 bits", [1, TAG.array, 0xff, 0xff, 0xff, 0xff, 0x1f], /: a count is too large/],
    ["a count without an end", [1, TAG.array, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], /: a count is too large/],
    ["a key that is no string", [1, TAG.object, 1, TAG.null, TAG.null], /: a string was to stand here/],
    ["an object that has not begun", [1, TAG.array, 1, TAG.ref, 1], /: no object 1 has begun/],
    ["a view in its own buffer's place", [1, TAG.view, 1, 0, 0, TAG.ref, 0], /: no object 0 has begun/],
    ["a view of an array", [1, TAG.view, 1, 0, 0, TAG.array, 0], /: the buffer of a view was to stand here/],
    ["a view beyond its buffer", [1, TAG.view, 1, 0, 9, TAG.buffer, 1, 0], /: Invalid typed array length: 9/],
    ["an unknown class of views", [1, TAG.view, 50, 0, 0, TAG.buffer, 0], /: no class of views has this number/],
    ["an unknown class of errors", [1, TAG.error, 9], /: no class of errors has this number/],
    ["a pattern that is none", [1, TAG.regExp, 0x81, 0x28, 0x80], /: Invalid regular expression/],
    ["flags that do not exist", [1, TAG.regExp, 0x81, 0x61, 0x81, 0x21], /: Invalid flags/],
    ["a boxed object", [1, TAG.boxed, TAG.array, 0], /: a primitive was to stand here/],
    ["digits that are none", [1, TAG.bigint, 0, 0x81, 0x7a], /: a bigint has no hexadecimal digits/],
    ["broken UTF-8", [1, TAG.utf8, 1, 0, 0, 0, 0xff], /: a string is no UTF-8/],
    [
      "an element beyond the length",
      [1, TAG.sparseArray, 1, 1, 0x81, 0x35, TAG.null],
      /: an array has an element beyond/,
    ],
    [
      "a thousand levels and one",
      [1, ...Array.from({ length: 1001 }, () => [TAG.array, 1]).flat(), 0],
      /: it nests deeper/,
    ],
  ] as const
) {
  Deno.test(`readValue() refuses ${what}`, () => {
    throws(() => read(Uint8Array.from(bytes)), { name: "TypeError", message });
  });
}

Deno.test("readValue() makes properties and calls no setter", () => {
  const value = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}') as object;
  const read = pass(value) as object;
  deepEqual(Object.keys(read), ["__proto__", "constructor"]);
  equal(Object.getPrototypeOf(read), Object.prototype);
  equal(({} as { polluted?: number }).polluted, undefined);
});

for (
  const [what, part, message] of [
    ["a function", function scale() {}, 'the function "scale"'],
    ["an arrow function", (() => () => {})(), "a function"],
    ["a symbol", Symbol("id"), "the symbol Symbol(id)"],
    ["a boxed symbol", Object(Symbol("id")), "of class Symbol"],
    ["a Promise", Promise.resolve(), "of class Promise"],
    ["a WeakMap", new WeakMap(), "of class WeakMap"],
    ["an iterator", [].values(), "an iterator"],
    ["an asynchronous iterator", (async function* () {})(), "an iterator"],
    ["a Proxy", new Proxy({ a: 1 }, {}), "a Proxy"],
    ["the Proxy of an array", new Proxy([], {}), "a Proxy"],
    [
      "arguments",
      (function () {
        return arguments;
      })(),
      "an arguments object",
    ],
    ["a URL", new URL("http://localhost"), "of class URL"],
    ["a subclass of a URL", new (class Mine extends URL {})("http://localhost"), "of class URL"],
    ["a Blob", new Blob([]), "of class Blob"],
    ["an AbortSignal", AbortSignal.abort(), "of class AbortSignal"],
    ["a DOMException", new DOMException("x"), "of class DOMException"],
    ["an Intl object", new Intl.NumberFormat(), "of class NumberFormat"],
    ["the segments of a text", new Intl.Segmenter("en").segment("a b"), "what Intl.Segmenter gives"],
    ["a key", createSecretKey(new Uint8Array(16)), "of class KeyObject"],
    [
      "an Error with a symbol as name",
      Object.assign(new Error(), { name: Symbol("x") }),
      "an Error whose name or message",
    ],
    [
      "an Error with a symbol as message",
      Object.assign(new Error(), { message: Symbol("x") }),
      "an Error whose name or",
    ],
    ["shared memory", new SharedArrayBuffer(1), "of class SharedArrayBuffer"],
    ["a view of shared memory", new Uint8Array(new SharedArrayBuffer(1)), "a view of shared memory"],
    ["a resizable buffer", new ArrayBuffer(1, { maxByteLength: 2 }), "a resizable ArrayBuffer"],
    ["a detached buffer", detached(), "a detached ArrayBuffer"],
    ["a false Map", Object.create(Map.prototype), "an object that inherits from Map and is none"],
    ["a disguised Map", Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype), "a built-in object whose"],
  ] as const
) {
  Deno.test(`writeValue() refuses ${what} by its name and path`, () => {
    for (
      const [value, path] of [[{ a: [0, part] }, "value.a[1]"], [new Map([["k", part]]), 'value.get("k")']] as const
    ) {
      throws(() => bytesOf(value), (error: Error) => {
        ok(error instanceof TypeError);
        ok(error.message.startsWith(`Cannot send a value to another lane: "${path}`), error.message);
        ok(error.message.includes(`" is ${message}`), error.message);
        return true;
      });
    }
    equal(pass("the next"), "the next");
  });
}

Deno.test("writeValue() takes objects 1,000 levels deep, and names what is deeper", () => {
  let value: unknown = 1;
  for (let k = 0; k < 1000; k++) value = k % 2 === 0 ? { o: value } : new Map([[k, value]]);
  assertSameGraph(pass(value), structuredClone(value));
  throws(() => bytesOf({ o: value }), {
    name: "RangeError",
    message:
      /^Cannot send a value to another lane: "value\.o\.get\(999\)\.o.* … .*" is nested deeper than 1000 levels;/,
  });
});

Deno.test("writeValue() refuses a view whose buffer does not fit, and names the mend", () => {
  const message =
    /^Cannot send a value to another lane: "value\.part" is a view of 4 bytes into an ArrayBuffer of 9999,/;
  const value = { part: new Uint8Array(9999).subarray(5, 9) };
  throws(() => writeValue(value, OWN, 0, 1000), { name: "TypeError", message });
  ok(writeValue({ part: value.part.slice() }, OWN, 0, 1000) > 0);
});

Deno.test("writeValue() writes nothing beyond its room, and measureValue() tells what a value takes", () => {
  fc.assert(
    fc.property(randomValue(), fc.nat(), ({ value }, cut) => {
      const { length } = bytesOf(value);
      const room = cut % length;
      const { u8 } = OWN;
      u8.fill(0xa5, START + room, START + length);
      let written = 0;
      try {
        written = writeValue(value, OWN, START, START + room);
      } catch (error) {
        match((error as Error).message, /send a copy by slice\(\)/);
      }
      equal(written, 0);
      ok(u8.subarray(START + room, START + length).every((byte) => byte === 0xa5));
      equal(measureValue(value), length);
    }),
    { numRuns: DEEP ? 20_000 : 300 },
  );
});

Deno.test("writeValue() reads each element of an array once", () => {
  const reads = [0, 0, 0, 0];
  const array: unknown[] = [0.5, 0.25, "x", 0.125];
  array.forEach((value, at) => {
    const get = () => {
      reads[at]++;
      return value;
    };
    Object.defineProperty(array, at, { get, enumerable: true });
  });
  deepEqual(pass(array), [0.5, 0.25, "x", 0.125]);
  deepEqual(reads, [1, 1, 1, 1]);
});

Deno.test("writeValue() reads a getter once, which may write another value", () => {
  let reads = 0;
  const inner = memoryOf(new ArrayBuffer(64));
  const value = {
    get outer() {
      reads++;
      writeValue({ other: 1 }, inner, 0, 64);
      return "here";
    },
  };
  deepEqual(pass(value), { outer: "here" });
  equal(reads, 1);
});

Deno.test("writeValue() leaves out what a getter removes", () => {
  const object = () => {
    const made = {
      get a() {
        delete (made as { b?: number }).b;
        return 1;
      },
      b: 2,
      c: undefined,
    };
    return made;
  };
  assertSameGraph(pass(object()), structuredClone(object()));
});

Deno.test("writeValue() passes on what a getter throws", () => {
  const value = {
    get broken() {
      throw new Error("no such sensor");
    },
  };
  throws(() => bytesOf(value), /^Error: no such sensor$/);
  equal(pass("the next"), "the next");
});

Deno.test("writeValue() refuses a Map or a Set that changes while it is read", () => {
  for (const made of [new Map<unknown, unknown>(), new Set<unknown>()]) {
    const part = {
      get grows() {
        "set" in made ? made.set(1, 1) : made.add(1);
        return 1;
      },
    };
    "set" in made ? made.set("k", part) : made.add(part);
    throws(() => bytesOf(made), /"value" is a (Map|Set) that changed while it was read/);
  }
});

Deno.test("readValue() makes arrays of holes in memory by the number of their bytes", () => {
  const length = [0x80, 0x87, 0xa7, 0x0e]; // 30,000,000
  const element = [0x82, 0x34, 0x32, TAG.true]; // [42] = true
  const sparse = [
    ...Array(1000).fill([TAG.sparseArray, ...length, 0]),
    ...Array(1000).fill([TAG.sparseArray, ...length, 1, ...element]),
  ];
  const before = Deno.memoryUsage().rss;
  const made = read(Uint8Array.of(1, TAG.array, 0xd0, 0x0f, ...sparse.flat())) as unknown[][];
  ok(Deno.memoryUsage().rss - before < 200 << 20);
  deepEqual([made.length, made[0].length, made[1999].length], [2000, 30_000_000, 30_000_000]);
  deepEqual([Object.entries(made[0]), Object.entries(made[1999])], [[], [["42", true]]]);
});

Deno.test("readValue() tells short strings apart that fall on one place of its table", () => {
  // 31 * "A" + "a" is 31 * "B" + "B".
  deepEqual(pass([{ Aa: 1 }, { BB: 2 }, "Aa", "BB", { Aa: 3, BB: 4 }]), [{ Aa: 1 }, { BB: 2 }, "Aa", "BB", {
    Aa: 3,
    BB: 4,
  }]);
  const bytes = new TextEncoder().encode("AaBB");
  const table = new KeyTable();
  for (const _ of [1, 2]) deepEqual([table.get(bytes, 0, 2).text, table.get(bytes, 2, 2).text], ["Aa", "BB"]);
});

Deno.test("pathTo() shows the way to a part", () => {
  const wanted = Symbol("wanted");
  for (
    const [value, path] of [
      [wanted, "value"],
      [{ a: { "b c": wanted } }, 'value.a["b c"]'],
      [[0, [wanted]], "value[1][0]"],
      [Object.assign([1], { x: wanted }), "value.x"],
      [new Map([[wanted, 1]]), "value.keys()[0]"],
      [new Map([[7, wanted]]), "value.get(7)"],
      [new Map([[{}, wanted]]), "value.values()[0]"],
      [new Set([1, wanted]), "value.values()[1]"],
      [new Error("x", { cause: wanted }), "value.cause"],
      [{}, "value"],
      [{
        get a() {
          throw new Error("not again");
        },
      }, "value"],
    ] as const
  ) equal(pathTo(value, wanted), path);
});

function pass(value: unknown, memory = OWN): unknown {
  return readValue(memory, START, writeValue(value, memory, START, ROOM));
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  const length = writeValue(value, OWN, START, ROOM);
  ok(length > 0);
  equal(OWN.u8[START], WIRE_VERSION);
  return OWN.u8.slice(START, START + length) as Uint8Array<ArrayBuffer>;
}

function read(bytes: Uint8Array<ArrayBuffer>): unknown {
  return readValue({ u8: bytes, view: new DataView(bytes.buffer) }, 0, bytes.length);
}

function readOrRefuse(bytes: Uint8Array<ArrayBuffer>): void {
  try {
    read(bytes);
  } catch (error) {
    match(String(error), /^TypeError: Cannot read a value of \d+ bytes from another lane: /);
  }
}

function memoryOf(buffer: ArrayBuffer | SharedArrayBuffer): ValueMemory {
  return { u8: new Uint8Array(buffer), view: new DataView(buffer) };
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  buffer.transfer();
  return buffer;
}
