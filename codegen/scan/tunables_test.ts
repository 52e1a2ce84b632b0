import assert from "node:assert/strict";
import { Project } from "ts-morph";
import { formatDiagnostic } from "../diagnostics.ts";
import { findTunables } from "./tunables.ts";

function numbersIn(body: string, fields = ""): string[] {
  const file = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true })
    .createSourceFile("/a.ts", `const NAMED = 0.37;\nclass A {\n${fields}\n  process() {\n${body}\n  }\n}\n`);
  const [declaration] = file.getClasses();
  return findTunables("a.ts", declaration).map(({ message }) => /^Number (\S+) /.exec(message)?.[1] ?? "");
}

Deno.test("findTunables() finds fractions and large numbers in methods and private fields", () => {
  assert.deepEqual(numbersIn("this.x = level * 0.85;"), ["0.85"]);
  assert.deepEqual(numbersIn("if (level > 440) wait(125);"), ["440", "125"]);
  assert.deepEqual(numbersIn("", "#decay = 0.993;"), ["0.993"]);
});

Deno.test("findTunables() lets counts, powers, unit conversions, tolerances and named constants be", () => {
  assert.deepEqual(
    numbersIn("x[20] = 2 * y + 1; z = y / 1000 + 4096 + 1e9 + NAMED * 0.5 + 1e-9 + 0xff + (a >> 3);"),
    [],
  );
});

Deno.test("findTunables() lets configuration keys be, whose defaults anybody can tune", () => {
  assert.deepEqual(numbersIn("", "@config() decay = 0.993;"), []);
});

Deno.test("findTunables() is silenced by a comment on the line or the one before", () => {
  assert.deepEqual(numbersIn("x = 0.7071; // fixed-number: half the power"), []);
  assert.deepEqual(numbersIn("// fixed-number: half the power\nx = 0.7071;"), []);
  assert.deepEqual(numbersIn("// fixed-number: half the power\nx = 0.7071;\ny = 0.7071;"), ["0.7071"]);
});

Deno.test("findTunables() gives a warning with a place and a mend", () => {
  const file = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true })
    .createSourceFile("/a.ts", "class A {\n  #decay = 0.993;\n}\n");
  const [found] = findTunables("a.ts", file.getClasses()[0]);
  assert.equal(
    formatDiagnostic(found),
    `a.ts:2:12: warning: Number 0.993 is buried in the code of "A", where nobody can tune it
  2 |   #decay = 0.993;
    |            ^^^^^
  mend: make it a key: "@config() name = 0.993"; or name it in a constant; or write "// fixed-number: why"`,
  );
});
