import assert from "node:assert/strict";
import { matchesGlob } from "node:path";
import fc from "fast-check";
import { ALTERNATIVES_LIMIT, findGlobProblem, readGlob } from "./glob.ts";

function matches(glob: string, path: string): boolean {
  assert.equal(findGlobProblem(glob), undefined);
  return readGlob(glob).matches(path);
}

Deno.test("readGlob() matches as a shell does", () => {
  const table: [string, string[], string[]][] = [
    ["*.ts", ["a.ts", "ab.ts"], ["a.js", "b/a.ts", ".a.ts"]],
    ["**/*.ts", ["a.ts", "b/a.ts", "b/c/a.ts"], ["a.js", ".b/a.ts"]],
    ["./src/**", ["src/a.ts", "src/b/a.ts"], ["a.ts", "srcs/a.ts"]],
    ["src/**/x/*.ts", ["src/x/a.ts", "src/b/x/a.ts", "src/x/x/a.ts"], ["src/a.ts"]],
    ["a?c.ts", ["abc.ts"], ["ac.ts", "abbc.ts"]],
    ["[a-c]x.ts", ["ax.ts", "cx.ts"], ["dx.ts"]],
    ["[!a-c]x.ts", ["dx.ts"], ["ax.ts"]],
    ["{a,b/{c,d}}.ts", ["a.ts", "b/c.ts", "b/d.ts"], ["c.ts", "b.ts"]],
    ["a{1..3}.ts", ["a1.ts", "a3.ts"], ["a4.ts", "a1..3.ts"]],
    ["{a}.ts", ["{a}.ts"], ["a.ts"]],
    [".x/*.ts", [".x/a.ts"], ["x/a.ts"]],
    ["win\\*.ts", ["win/a.ts"], ["win\\a.ts"]],
  ];
  for (const [glob, yes, no] of table) {
    for (const path of yes) assert.ok(matches(glob, path), `${glob} wants ${path}`);
    for (const path of no) assert.ok(!matches(glob, path), `${glob} does not want ${path}`);
  }
});

Deno.test("readGlob() agrees with node:path on globs of the usual pieces", () => {
  const part = fc.stringMatching(/^[ab]{0,2}(?:\*|\?)?[ab]{0,2}$/).filter((each) => each !== "");
  const glob = fc.array(fc.oneof(part, fc.constant("**")), { minLength: 1, maxLength: 4 }).map((all) => all.join("/"));
  const path = fc.array(fc.stringMatching(/^[ab]{1,3}$/), { minLength: 1, maxLength: 4 }).map((all) => all.join("/"));
  fc.assert(
    fc.property(glob, path, (glob, path) => {
      // A "**" at the end must stand for something in node:path.
      fc.pre(!glob.endsWith("**") && !glob.includes("**/**"));
      assert.equal(matches(glob, path), matchesGlob(path, glob), `${glob} ${path}`);
    }),
    { numRuns: 500 },
  );
});

Deno.test("findGlobProblem() counts what braces stand for without making it", () => {
  assert.deepEqual(findGlobProblem(`${"{a,b}".repeat(22)}*.ts`), {
    reason: `its braces stand for more than 1000000 globs, wanted ${ALTERNATIVES_LIMIT} at most`,
    mend: `use "*"`,
  });
  assert.match(findGlobProblem("{1..999999999}.ts")?.reason ?? "", /^its braces stand for 257 globs/);
  assert.match(findGlobProblem(`${"{a,".repeat(9)}b${"}".repeat(9)}{1..40}`)?.reason ?? "", /for 400 globs/);
  assert.equal(findGlobProblem(`${"{a,b}".repeat(8)}*.ts`), undefined);
});

Deno.test("findGlobProblem() refuses extended globs, control characters and endless globs", () => {
  assert.equal(findGlobProblem("!(a).ts")?.reason, `"!(" is not known`);
  assert.equal(findGlobProblem("a\0.ts")?.reason, "it holds a control character");
  assert.equal(findGlobProblem("a".repeat(2000))?.reason, "it has 2000 characters, wanted 1024 at most");
});

Deno.test("readGlob() answers however many wildcards there are", () => {
  // With backtracking over all of them, neither would end within a life.
  const name = `${"a".repeat(250)}.ts`;
  assert.ok(!matches(`${"*a".repeat(60)}b.ts`, name));
  assert.ok(!matches(`${"**/a/".repeat(40)}b.ts`, `${"a/".repeat(100)}${name}`));
});
