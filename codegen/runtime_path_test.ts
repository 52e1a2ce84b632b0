import assert from "node:assert/strict";
import { findRuntimeProblem, runtimePath, runtimeSpecifier } from "./runtime_path.ts";
import { processorSource, tempPackage } from "./fixtures/temp_package.ts";

Deno.test("runtimePath() leads relative paths from the root, and passes by what is no path", () => {
  const cases: [runtime: string, path: string | undefined][] = [
    ["./core/api.ts", "/project/core/api.ts"],
    ["../50%25/api.ts", "/50%/api.ts"],
    ["/elsewhere/api.ts", "/elsewhere/api.ts"],
    ["@sluice/sluice", undefined],
    ["npm:sluice@1", undefined],
    ["https://example.org/api.ts", undefined],
  ];
  for (const [runtime, path] of cases) assert.equal(runtimePath("/project", runtime), path);
});

Deno.test("runtimeSpecifier() names the door for generated code of a package, and a module as it is", () => {
  const cases: [runtime: string, specifier: string][] = [
    ["@sluice/sluice", "@sluice/sluice/generated"],
    ["jsr:@sluice/sluice@1", "jsr:@sluice/sluice@1/generated"],
    ["../generated.ts", "../../generated.ts"],
    ["/elsewhere/api.ts", "/elsewhere/api.ts"],
    ["https://example.org/api.ts", "https://example.org/api.ts"],
  ];
  const output = "made/sluice.gen.ts";
  for (const [runtime, specifier] of cases) assert.equal(runtimeSpecifier({ runtime, output }), specifier);
});

Deno.test("findRuntimeProblem() finds nothing wrong with a file alone", async () => {
  await using folder = await tempPackage({ "api.ts": "" });
  assert.equal(await findRuntimeProblem(`${folder.root}/api.ts`), undefined);
  assert.equal(await findRuntimeProblem(folder.root), "it is not a file");
  assert.equal(await findRuntimeProblem(`${folder.root}/absent.ts`), "there is no such file or folder");
});

Deno.test("generate() writes nothing while the runtime is not there, and all once it is", async () => {
  await using folder = await tempPackage({ "one.ts": processorSource("One") }, { runtime: "./lib/api.ts" });
  const { files, problems } = await folder.run();
  assert.deepEqual(files, []);
  assert.match(problems.join("\n"), /^sluice\.json:1:\d+: error: Cannot use "\.\/lib\/api\.ts" as "runtime": [^\n]+$/);
  await folder.write("lib/api.ts", "");
  assert.deepEqual((await folder.run()).files.map(({ state }) => state), ["written", "written"]);
});
