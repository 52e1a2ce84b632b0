import assert from "node:assert/strict";
import { SluiceError } from "../../core/errors.ts";
import { hostileValues } from "../../tests/fixtures/hostile.ts";
import { reportErrors } from "./failure.ts";
import { type Io, TextOutput } from "./output.ts";

function captured(errors: readonly unknown[], json: boolean): string {
  let text = "";
  const into = new TextOutput({
    writeSync: (bytes) => {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  const io: Io = { stdout: into, stderr: into, interactive: false, screen: false, columns: () => 80, rows: () => 24 };
  assert.equal(reportErrors(errors, io, json), 1);
  return text;
}

Deno.test("reportErrors() takes whatever was thrown, as text and as events", () => {
  for (const [what, make] of hostileValues) {
    assert.match(captured([make()], false), /^error: .+/, what);
    assert.equal(JSON.parse(captured([make()], true)).event, "error");
  }
});

Deno.test("reportErrors() prints a message of many lines, as zod's, in one", () => {
  const error = new SluiceError("NodeFailed", 'Node "a" failed: [\n  {\n    "code": "too_big"\n  }\n]\n');
  assert.equal(captured([error], false), 'error: Node "a" failed: [ { "code": "too_big" } ]\n');
});

Deno.test("reportErrors() keeps control characters off the terminal, those of stacks too", () => {
  const before = Deno.env.get("SLUICE_LOG");
  Deno.env.set("SLUICE_LOG", "debug");
  try {
    const shown = captured([new Error("a\x1b[2J\0b\x9bc")], false);
    assert.ok(shown.includes("a\\x1b[2J\\x00b\\x9bc"));
    assert.ok(shown.includes("\n    at "));
    // deno-lint-ignore no-control-regex -- control characters are what must not be there
    assert.doesNotMatch(shown, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  } finally {
    if (before === undefined) Deno.env.delete("SLUICE_LOG");
    else Deno.env.set("SLUICE_LOG", before);
  }
});
