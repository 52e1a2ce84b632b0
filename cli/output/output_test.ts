import assert from "node:assert/strict";
import process from "node:process";
import { ERASE_LINE, here, TextOutput } from "./output.ts";

/** A stream that takes a few bytes at a time, and sometimes none. */
class Slow {
  readonly taken: number[] = [];
  #calls = 0;

  writeSync(bytes: Uint8Array): number {
    if (this.#calls++ % 3 === 0) throw new Deno.errors.WouldBlock();
    this.taken.push(...bytes.subarray(0, 4));
    return Math.min(4, bytes.length);
  }
}

Deno.test("TextOutput.write() writes all of a text to a stream that takes a little at a time", () => {
  const stream = new Slow();
  new TextOutput(stream).line("häppchenweise");
  assert.equal(new TextDecoder().decode(new Uint8Array(stream.taken)), "häppchenweise\n");
});

Deno.test("TextOutput.line() takes the line of the progress away first, on a terminal", () => {
  let shown = "";
  const output = new TextOutput({
    writeSync(bytes: Uint8Array): number {
      shown += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  }, ERASE_LINE);
  output.write("50 %");
  output.line("Reloaded");
  assert.equal(shown, "50 %\r\x1b[2KReloaded\n");
});

for (
  const [who, error] of [
    ["reader has gone", new Deno.errors.BrokenPipe()],
    ["terminal was closed", Object.assign(new Error("Input/output error (os error 5)"), { code: "EIO" })],
  ] as const
) {
  Deno.test(`TextOutput.write() is silent once its ${who}`, () => {
    let calls = 0;
    const output = new TextOutput({
      writeSync(): number {
        calls++;
        throw error;
      },
    });
    output.line("a");
    output.line("b");
    assert.equal(calls, 1);
    assert.equal(output.closed, true);
  });
}

Deno.test("TextOutput.write() throws what else goes wrong", () => {
  const output = new TextOutput({
    writeSync(): number {
      throw new Deno.errors.BadResource("closed");
    },
  });
  assert.throws(() => output.write("a"), Deno.errors.BadResource);
});

Deno.test("here() shortens a path inside the current directory, without loading Node's process", () => {
  const { cwd } = process;
  process.cwd = () => assert.fail("process.cwd() was called");
  try {
    const shown = ["a.wav", `${Deno.cwd()}/b/c.wav`, ".", "/elsewhere/d.wav"].map(here);
    assert.deepEqual(shown, ["a.wav", "b/c.wav", ".", "/elsewhere/d.wav"]);
  } finally {
    process.cwd = cwd;
  }
});
