import assert from "node:assert/strict";
import { configureLog } from "../../core/log.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { jsonLine, textLine } from "./line_format.ts";

Deno.test("textLine() gives time, node and value on one line", () => {
  assert.equal(textLine({ nodeId: "m", ptsNs: 1_250_000_000, value: { a: 1 } }), "1.250 m { a: 1 }\n");
  assert.equal(textLine({ nodeId: "m", ptsNs: 0, value: "two\nlines" }), "0.000 m two lines\n");
});

Deno.test("jsonLine() gives an object that a program can read, whatever the value", () => {
  const read = (value: unknown) => JSON.parse(jsonLine({ nodeId: "m", ptsNs: 5, value }));
  assert.deepEqual(read({ bins: Float32Array.of(1, 0.5), n: 2n, bad: NaN }), {
    node: "m",
    ptsNs: 5,
    value: { bins: [1, 0.5], n: "2", bad: null },
  });
  assert.deepEqual(read(new Map([["k", new Set([1])]])).value, { k: [1] });
  const loop: { self?: unknown } = {};
  loop.self = loop;
  assert.match(read(loop).value, /Circular/);
});

Deno.test("ConsoleSink prints every n-th value where it is told", async () => {
  for (const target of ["stdout", "stderr"] as const) {
    const lines = await printed(target, async () => {
      await using harness = await ProcessorHarness.create(nodes.consoleSink({ target, format: "json", every: 3 }), {}, {
        id: "p",
      });
      for (let value = 0; value < 7; value++) harness.pushData("data", value, value * 1000);
      harness.end();
      await harness.run();
      assert.equal(harness.finished, true);
    });
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [0, 3, 6].map((value) => ({ node: "p", ptsNs: value * 1000, value })),
    );
  }
});

for (
  const [who, error] of [
    ["reader has gone away", new Deno.errors.BrokenPipe("gone")],
    ["terminal was closed", Object.assign(new Error("gone"), { code: "EIO" })],
  ] as const
) {
  Deno.test(`ConsoleSink reads on in silence when its ${who}`, async () => {
    let calls = 0;
    const lines: string[] = [];
    configureLog({ write: (line) => lines.push(line) });
    await using harness = await ProcessorHarness.create(nodes.consoleSink());
    await replaceWrite("stdout", () => {
      calls++;
      throw error;
    }, async () => {
      for (const value of [1, 2, 3]) harness.pushData("data", value);
      harness.end();
      await harness.run();
    });
    assert.deepEqual([calls, harness.finished, lines], [1, true, []]);
    configureLog();
  });
}

async function printed(target: "stdout" | "stderr", action: () => Promise<void>): Promise<string[]> {
  const pieces: string[] = [];
  await replaceWrite(target, (bytes) => {
    const some = bytes.subarray(0, 7);
    pieces.push(new TextDecoder().decode(some));
    return some.length;
  }, action);
  return pieces.join("").trimEnd().split("\n");
}

async function replaceWrite(
  target: "stdout" | "stderr",
  write: (bytes: Uint8Array) => number,
  action: () => Promise<void>,
): Promise<void> {
  const stream = Deno[target];
  const original = stream.writeSync;
  stream.writeSync = write;
  try {
    await action();
  } finally {
    stream.writeSync = original;
  }
}
