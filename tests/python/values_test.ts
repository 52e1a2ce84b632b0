/** Values that Python reads and writes are those of this side. */
import { deepEqual, equal, match } from "node:assert/strict";
import fc from "fast-check";
import { fileURLToPath } from "node:url";
import { randomValue } from "../../core/values/fixtures/random_value.ts";
import { readValue } from "../../core/values/value_reader.ts";
import { writeValue } from "../../core/values/value_writer.ts";
import { interpreter } from "../fixtures/python/graph.ts";

const PACKAGE = fileURLToPath(new URL("../../python", import.meta.url));

/** Reads lines of hexadecimal digits, and writes each value twice over, or why it is refused. */
const SCRIPT = `
import sys
from sluice.values import decode, encode
for line in sys.stdin:
    try:
        once = encode(decode(bytes.fromhex(line)))
        # Python's sets have an order of their own.
        assert len(encode(decode(once))) == len(once)
        print(once.hex())
    except ValueError as error:
        print("refused", error)
`;

/** What only JavaScript has. */
const REFUSED =
  /which (?:no list in Python holds|cannot be one in Python)|beyond the years of Python|two (?:keys of a Map|values of a Set) are .* in Python/;

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  const u8 = new Uint8Array(1 << 18);
  return u8.slice(0, writeValue(value, { u8, view: new DataView(u8.buffer) }, 0, u8.length));
}

function read(bytes: Uint8Array<ArrayBuffer>): unknown {
  return readValue({ u8: bytes, view: new DataView(bytes.buffer) }, 0, bytes.length);
}

/** Has Python read and write values. */
async function throughPython(values: readonly Uint8Array[]): Promise<string[]> {
  const command = new Deno.Command(interpreter!, {
    args: ["-c", SCRIPT],
    env: { PYTHONPATH: PACKAGE, PYTHONDONTWRITEBYTECODE: "1" },
    stdin: "piped",
    stdout: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(values.map((each) => `${each.toHex()}\n`).join("")));
  const [{ stdout, success }] = await Promise.all([child.output(), written.then(() => writer.close())]);
  equal(success, true);
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

const ignore = interpreter === undefined;

Deno.test({
  name: "values in Python: what JSON can say has the same bytes afterwards",
  ignore,
  fn: async () => {
    const values = fc.sample(fc.jsonValue({ maxDepth: 5 }), { numRuns: 300, seed: 7 });
    const bytes = values.map(bytesOf);
    const answers = await throughPython(bytes);
    equal(answers.length, values.length);
    for (const [k, answer] of answers.entries()) deepEqual(read(Uint8Array.fromHex(answer)), read(bytes[k]));
  },
});

Deno.test({
  name: "values in Python: any value is read and written as one that is valid here, or refused with the reason",
  ignore,
  fn: async () => {
    const bytes = fc.sample(randomValue(), { numRuns: 600, seed: 11 }).map(({ value }) => bytesOf(value));
    const answers = await throughPython(bytes);
    equal(answers.length, bytes.length);
    let refused = 0;
    for (const answer of answers) {
      if (!answer.startsWith("refused ")) read(Uint8Array.fromHex(answer));
      else {
        match(answer, REFUSED);
        refused++;
      }
    }
    equal(refused < bytes.length / 3, true, `${refused} of ${bytes.length} were refused`);
  },
});
