import assert from "node:assert/strict";
import { join } from "node:path";
import { type SourceChange, SourceWatch } from "../../cli/watch/source_watch.ts";
import { processorSource, type TempPackage, tempPackage } from "../../codegen/fixtures/temp_package.ts";
import { until } from "../fixtures/waiting.ts";
import { NEVER_MS } from "./watched.ts";
import { WorkerTap } from "./worker_tap.ts";

/** Watches a package, of which changes are taken one after another. */
async function watching(folder: TempPackage): Promise<{ watch: SourceWatch; take: () => Promise<SourceChange> }> {
  const changes: SourceChange[] = [];
  const watch = new SourceWatch(folder.configPath, NEVER_MS, (change) => void changes.push(change));
  await watch.ready;
  async function take(): Promise<SourceChange> {
    await until(() => changes.length > 0);
    return changes.shift()!;
  }
  return { watch, take };
}

Deno.test("SourceWatch tells of files that are saved, also with the text that they had", async () => {
  await using folder = await tempPackage({ "a.ts": processorSource("Alpha"), "b.ts": processorSource("Beta") });
  const { watch, take } = await watching(folder);
  await folder.write("a.ts", processorSource("Aleph"));
  assert.deepEqual(await take(), { changed: ["a.ts"], hasOtherMap: false, refused: undefined });
  await folder.write("a.ts", processorSource("Aleph"));
  assert.deepEqual((await take()).changed, ["a.ts"]);
  await folder.write("b.ts", processorSource("Beth"));
  assert.deepEqual((await take()).changed, ["b.ts"]);
  await watch.end();
});

Deno.test("SourceWatch tells of another import map with the change that brings it, and with no other", async () => {
  await using folder = await tempPackage({ "a.ts": processorSource("Alpha") });
  const { watch, take } = await watching(folder);
  const told: [readonly string[], boolean][] = [];
  for (
    const [path, text] of [
      ["deno.json", '{ "tasks": {} }'],
      ["deno.json", '{ "imports": { "@o/": "./o/" } }'],
      ["a.ts", processorSource("Aleph")],
    ]
  ) {
    await folder.write(path, text);
    const { changed, hasOtherMap } = await take();
    told.push([changed, hasOtherMap]);
  }
  assert.deepEqual(told, [[["deno.json"], false], [["deno.json"], true], [["a.ts"], false]]);
  await watch.end();
});

Deno.test("SourceWatch tells each warning of code that it has generated, once, before the change", async () => {
  const tunable = (value: string) => processorSource("Alpha", `decay() {\n    return ${value};\n  }`);
  await using folder = await tempPackage({ "a.ts": tunable("0.993") });
  await folder.run();
  const told: string[] = [];
  const watch = new SourceWatch(
    folder.configPath,
    NEVER_MS,
    ({ changed }) => told.push(changed.join()),
    (warnings) => told.push(...warnings.map((each) => /Number (\S+) is buried/.exec(each)?.[1] ?? each)),
  );
  await watch.ready;
  // What it warns of in code that was there was shown when that was generated.
  assert.equal(told.join(), "");
  await folder.write("a.ts", tunable("0.994"));
  await until(() => told.includes("a.ts"));
  assert.equal(told.splice(0).join(), "0.994,a.ts");
  await folder.write("a.ts", `// More.\n${tunable("0.994")}`);
  await until(() => told.includes("a.ts"));
  assert.deepEqual(told, ["a.ts"]);
  await watch.end();
});

Deno.test("SourceWatch tells what the generator refuses, and takes no warning for that", async () => {
  const tunable = processorSource("Alpha", "#level = 0.37;");
  await using folder = await tempPackage({ "a.ts": processorSource("Alpha") });
  const { watch, take } = await watching(folder);
  await folder.write("a.ts", processorSource("Alpha", "@input() odd!: number;"));
  assert.match((await take()).refused!, /^a\.ts:\d+:\d+: /);
  await folder.write("a.ts", tunable);
  assert.equal((await take()).refused, undefined);
  assert.match((await folder.run()).problems.join(), /^a\.ts:\d+:\d+: warning: /);
  await watch.end();
});

Deno.test("SourceWatch.findAffected() finds modules by any file that they import, as they import it now", async () => {
  await using folder = await tempPackage({
    "a.ts": processorSource("Alpha"),
    "b.ts": processorSource("Beta", "", 'import { two } from "./parts/two.ts";'),
    "parts/one.ts": "export const one = 1;\n",
    "parts/two.ts": 'export { one as two } from "./one.ts";\n',
  }, { include: ["*.ts"] });
  const { watch, take } = await watching(folder);
  const find = (...changed: string[]) => watch.findAffected(["a.ts", "b.ts"], changed);
  assert.deepEqual(await Promise.all([find("parts/one.ts"), find("a.ts")]), [["b.ts"], ["a.ts"]]);
  assert.deepEqual(await find("parts/two.ts", "sluice.json"), ["b.ts"]);
  await folder.write("a.ts", processorSource("Alpha", "", 'import { one } from "./parts/one.ts";'));
  await take();
  assert.deepEqual(await find("parts/one.ts"), ["a.ts", "b.ts"]);
  await folder.write("parts/one.ts", "export const one = 2;\n");
  assert.deepEqual((await take()).changed, ["parts/one.ts"]);
  await watch.end();
});

Deno.test("SourceWatch tells of a file that a link leads to by the name that modules import", async () => {
  await using outside = await tempPackage({ "one.ts": "export const one = 1;\n" });
  await using folder = await tempPackage({
    "a.ts": processorSource("Alpha"),
    "b.ts": processorSource("Beta", "", 'import { one } from "./linked/one.ts";'),
  }, { include: ["*.ts"] });
  await Deno.symlink(outside.root, join(folder.root, "linked"));
  const { watch, take } = await watching(folder);
  await outside.write("one.ts", "export const one = 2;\n");
  const { changed } = await take();
  assert.deepEqual(changed, ["linked/one.ts"]);
  assert.deepEqual(await watch.findAffected(["a.ts", "b.ts"], changed), ["b.ts"]);
  await watch.end();
});

Deno.test("SourceWatch fails where there is nothing to watch", async () => {
  await using folder = await tempPackage({});
  const watch = new SourceWatch(join(folder.root, "gone/sluice.json"), NEVER_MS, () => {});
  const gone = /^NotFound: /;
  await Promise.all([assert.rejects(watch.over, gone), assert.rejects(watch.ready, gone)]);
});

Deno.test("SourceWatch fails as a whole, and whoever waits only for its end is told", async () => {
  await using folder = await tempPackage({ "a.ts": processorSource("Alpha") });
  const watch = new SourceWatch(folder.configPath, NEVER_MS, () => {});
  // Too early: nothing is watched yet.
  const asked = [watch.findAffected(["a.ts"], []), watch.findAffected(["a.ts"], ["a.ts"])];
  await Promise.all([watch.over, ...asked].map((each) => assert.rejects(each, { name: "TypeError" })));
  await watch.end();
});

Deno.test("SourceWatch ends its worker when it was told to, when it fails, and when the worker does", async () => {
  using tap = new WorkerTap();
  const { workers, terminated } = tap;
  await using folder = await tempPackage({ "a.ts": processorSource("Alpha") });
  const ending = new SourceWatch(folder.configPath, NEVER_MS, () => {});
  await ending.end();
  assert.deepEqual(tap.told.at(-1), { kind: "end" });
  assert.deepEqual(terminated, workers);
  const failing = new SourceWatch(join(folder.root, "gone/sluice.json"), NEVER_MS, () => {});
  await assert.rejects(failing.over);
  assert.deepEqual(terminated, workers);
  const crashing = new SourceWatch(folder.configPath, NEVER_MS, () => {});
  const crash = tap.crash(2, "out of luck");
  await assert.rejects(crashing.over, {
    code: "LaneCrashed",
    message: /^Cannot watch the sources of .*: out of luck$/,
  });
  assert.ok(crash.defaultPrevented);
  assert.deepEqual(terminated, workers);
});

Deno.test("SourceWatch.end() ends a watch that was never ready", async () => {
  await using folder = await tempPackage({ "a.ts": processorSource("Alpha") });
  const watch = new SourceWatch(folder.configPath, NEVER_MS, () => {});
  await watch.end();
  await watch.over;
  assert.equal(await watch.ready, undefined);
});

Deno.test("SourceWatch.end() waits for no file that cannot be read to its end", async () => {
  await using folder = await tempPackage({ "a.ts": processorSource("Alpha") });
  await Deno.remove(folder.configPath);
  await new Deno.Command("mkfifo", { args: [folder.configPath] }).output();
  const watch = new SourceWatch(folder.configPath, NEVER_MS, () => {});
  // Opens once the worker reads.
  const writer = await Deno.open(folder.configPath, { write: true });
  await watch.end();
  assert.equal(await watch.ready, undefined);
  writer.close();
});

Deno.test("SourceWatch.end() answers what was asked and not found yet", async () => {
  await using folder = await tempPackage({ "a.ts": processorSource("Alpha") });
  const { watch } = await watching(folder);
  const pipe = join(folder.root, "pipe");
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const found = watch.findAffected(["pipe"], ["a.ts"]);
  // Opens once the worker reads.
  const writer = await Deno.open(pipe, { write: true });
  await watch.end();
  assert.deepEqual(await found, []);
  writer.close();
});
