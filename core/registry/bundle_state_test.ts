import assert from "node:assert/strict";
import { findChangedSources, isBundleCurrent, isPart, SOURCES_FILE, watchesSources } from "./bundle_state.ts";
import { checkout } from "./fixtures/bundled_checkout.ts";

Deno.test("isBundleCurrent() holds while no source has changed", async () => {
  await using made = await checkout();
  assert.equal(isBundleCurrent(made.dist), true);
  await Deno.writeTextFile(`${made.root}core/other.ts`, "of another program");
  assert.equal(isBundleCurrent(made.dist), true);
});

Deno.test("isBundleCurrent() takes a source for changed that has another time, another size, or is gone", async () => {
  await using made = await checkout();
  const one = `${made.root}core/one.ts`;
  const { mtime } = await Deno.stat(one);
  await Deno.writeTextFile(one, "12");
  await Deno.utime(one, mtime!, mtime!);
  assert.equal(isBundleCurrent(made.dist), false);
  await Deno.writeTextFile(one, "1");
  await Deno.utime(one, mtime!, mtime!);
  assert.equal(isBundleCurrent(made.dist), true);
  await Deno.utime(one, mtime!, new Date(mtime!.getTime() - 1_000));
  assert.equal(isBundleCurrent(made.dist), false);
  await Deno.remove(one);
  assert.equal(isBundleCurrent(made.dist), false);
});

Deno.test("isBundleCurrent() takes a bundle that is missing or was not finished for none", async () => {
  await using made = await checkout();
  await Deno.writeTextFile(new URL(SOURCES_FILE, made.dist), '{"core/one.ts":');
  assert.equal(isBundleCurrent(made.dist), false);
  await Deno.remove(made.dist, { recursive: true });
  assert.equal(isBundleCurrent(made.dist), false);
});

Deno.test("findChangedSources() names what has changed since the bundle was made, and is undefined without one", async () => {
  await using made = await checkout();
  assert.deepEqual(findChangedSources(made.dist), []);
  await Deno.writeTextFile(`${made.root}core/one.ts`, "other");
  await Deno.remove(`${made.root}deno.json`);
  assert.deepEqual(findChangedSources(made.dist), ["core/one.ts", "deno.json"]);
  assert.deepEqual(findChangedSources(made.dist, 1), ["core/one.ts"]);
  await Deno.writeTextFile(new URL(SOURCES_FILE, made.dist), "null");
  assert.equal(findChangedSources(made.dist), undefined);
  assert.deepEqual(findChangedSources(new URL("https://example.org/sluice/dist/")), []);
});

Deno.test("findChangedSources() names a file of the bundle that is cut or missing, of whatever time", async () => {
  await using made = await checkout();
  const part = new URL("args-AAAAAAAA.js", made.dist);
  await Deno.utime(part, 1_000, 1_000);
  assert.deepEqual(findChangedSources(made.dist), []);
  await Deno.writeTextFile(part, "text");
  assert.deepEqual(findChangedSources(made.dist), ["dist/args-AAAAAAAA.js"]);
  await Deno.remove(part);
  await Deno.writeTextFile(`${made.root}core/one.ts`, "other");
  assert.deepEqual(findChangedSources(made.dist, 1), ["dist/args-AAAAAAAA.js"]);
  assert.deepEqual(findChangedSources(made.dist)!.map(isPart), [true, false]);
});

Deno.test("watchesSources() holds for --watch in the checkout alone", async () => {
  await using made = await checkout();
  await using elsewhere = await checkout();
  const watch = ["run", "a.json", "--watch"];
  assert.equal(watchesSources(watch, made.root, made.dist), true);
  assert.equal(watchesSources(watch, `${made.root}core`, made.dist), true);
  assert.equal(watchesSources(["run", "a.json"], made.root, made.dist), false);
  assert.equal(watchesSources(watch, elsewhere.root, made.dist), false);
  assert.equal(watchesSources(watch, made.root, new URL("https://example.org/sluice/dist/")), false);
});

Deno.test("isBundleCurrent() takes a bundle that comes from a registry for what was published with it", () => {
  assert.equal(isBundleCurrent(new URL("https://example.org/sluice/dist/")), true);
});
