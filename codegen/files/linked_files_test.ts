import assert from "node:assert/strict";
import { rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathsOfEvent } from "./linked_files.ts";
import { Generator } from "../generate.ts";
import { processorSource, type TempPackage, tempPackage } from "../fixtures/temp_package.ts";
import { watch, type WatchRun } from "../watch.ts";

/** How long a run that is wanted is waited for, milliseconds. */
const STUCK_MS = 60_000;

/** A class with a parameter whose type is in a file. */
function using(specifier: string): string {
  return processorSource("Alpha", "@config() shape!: Shape;", `import type { Shape } from "${specifier}";`);
}

function shape(choice: string): string {
  return `export type Shape = "${choice}" | "z";\n`;
}

/** Makes a link, at one stroke, also where there is one. */
async function lead(folder: TempPackage, name: string, target: string): Promise<void> {
  await symlink(target, join(folder.root, "link.part"));
  await rename(join(folder.root, "link.part"), join(folder.root, name));
}

/** Watches, and after each step waits until the files are what a first run makes of the sources. */
async function assertFollowed(
  folder: TempPackage,
  steps: readonly (readonly [choice: string, act: () => Promise<void>])[],
): Promise<void> {
  const runs: WatchRun[] = [];
  const stop = new AbortController();
  const stuck = setTimeout(() => stop.abort(), STUCK_MS);
  let step = -1;
  await watch({ configPath: folder.configPath }, (run) => {
    runs.push(run);
    const text = run.result.files[0]?.text ?? "";
    if (step >= 0 && !text.includes(`readonly shape: "${steps[step][0]}"`)) return;
    if (++step === steps.length) stop.abort();
    else void steps[step][1]();
  }, stop.signal);
  clearTimeout(stuck);
  assert.equal(step, steps.length, JSON.stringify(runs.map(({ changed }) => changed)));
  const cold = await new Generator({ configPath: folder.configPath, check: true }).run();
  assert.deepEqual(cold.files.map(({ state }) => state), ["unchanged", "unchanged"]);
}

Deno.test("watch() follows a file that links lead to, wherever they are led", async () => {
  await using outside = await tempPackage({ "types.ts": shape("d") });
  await using folder = await tempPackage({
    "alpha.ts": using("./types.ts"),
    "lib/types.ts": shape("a"),
    "lib/others.ts": shape("c"),
  }, { include: ["*.ts"] });
  await symlink("lib/types.ts", join(folder.root, "step.ts"));
  await symlink("step.ts", join(folder.root, "types.ts"));
  await assertFollowed(folder, [
    ["b", () => folder.write("lib/types.ts", shape("b"))],
    ["c", () => lead(folder, "step.ts", "lib/others.ts")],
    ["d", () => lead(folder, "step.ts", join(outside.root, "types.ts"))],
    ["e", () => outside.write("types.ts", shape("e"))],
    ["b", () => lead(folder, "types.ts", "lib/types.ts")],
  ]);
});

Deno.test("watch() follows files in a folder that a link leads to, also one that is not there at first", async () => {
  await using outside = await tempPackage({ "first/types.ts": shape("a"), "second/types.ts": shape("c") });
  await using folder = await tempPackage({ "alpha.ts": using("./linked/types.ts") });
  await symlink(join(outside.root, "absent"), join(folder.root, "linked"));
  await assertFollowed(folder, [
    ["a", () => lead(folder, "linked", join(outside.root, "first"))],
    ["b", () => outside.write("first/types.ts", shape("b"))],
    ["c", () => lead(folder, "linked", join(outside.root, "second"))],
    ["d", async () => {
      await rm(join(outside.root, "second"), { recursive: true });
      await outside.write("second/types.ts", shape("d"));
    }],
  ]);
});

Deno.test("watch() follows sources in a folder that links of the package lead to, too", async () => {
  await using folder = await tempPackage({ "lib/alpha.ts": using("./types.ts"), "lib/types.ts": shape("a") });
  for (const name of ["a", "z", ".hidden"]) await symlink("lib", join(folder.root, name));
  // In place: a file that comes beside it would have the watch look at all files.
  const save = (choice: string) => writeFile(join(folder.root, "lib/types.ts"), shape(choice));
  await assertFollowed(folder, [["b", () => save("b")], ["c", () => save("c")]]);
});

Deno.test("pathsOfEvent() gives the path that is told and the one without links, by any way to the root", async () => {
  await using outside = await tempPackage({ "own/a.ts": "" });
  await using folder = await tempPackage({ "lib/a.ts": "" });
  await symlink("lib", join(folder.root, "linked"));
  await symlink(outside.root, join(folder.root, "outside"));
  await symlink(folder.root, join(outside.root, "root"));
  const by = (root: string) => (path: string) => [...pathsOfEvent(root, join(root, path))];
  const own = by(folder.root);
  assert.deepEqual(own("lib/a.ts"), ["lib/a.ts"]);
  assert.deepEqual(own("linked/gone.ts"), ["linked/gone.ts", "lib/gone.ts"]);
  assert.deepEqual(own("gone/a.ts"), ["gone/a.ts"]);
  const other = `../${outside.root.split("/").at(-1)}`;
  assert.deepEqual(own("outside/own/a.ts"), ["outside/own/a.ts", `${other}/own/a.ts`]);
  const led = by(join(outside.root, "root"));
  assert.deepEqual(led("linked/a.ts"), ["linked/a.ts", "lib/a.ts"]);
  assert.deepEqual(led("../own/a.ts"), ["../own/a.ts"]);
});
