import assert from "node:assert/strict";
import { resolve } from "node:path";
import process from "node:process";
import { KnownFiles } from "../lanes/cells/node_context.ts";
import { absolutePath } from "./absolute_path.ts";

/** Fails each call that would load Node's `process` in a thread that has not loaded it. */
function withoutProcess<T>(call: () => T): T {
  const { cwd } = process;
  process.cwd = () => assert.fail("process.cwd() was called");
  try {
    return call();
  } finally {
    process.cwd = cwd;
  }
}

const PATHS = ["a.wav", "./b/../c", "..", ".", "/d/../e.wav", "/"];

Deno.test("absolutePath() gives what resolve() gives, without Node's process", () => {
  assert.deepEqual(withoutProcess(() => PATHS.map(absolutePath)), PATHS.map((path) => resolve(path)));
});

Deno.test("KnownFiles knows a file by its relative and its absolute path, without Node's process", () => {
  const told: string[] = [];
  const files = new KnownFiles([], (path) => told.push(path));
  withoutProcess(() => files.add("a.wav"));
  const absolute = resolve("a.wav");
  assert.deepEqual(told, [absolute]);
  assert.ok(withoutProcess(() => files.has("./a.wav") && files.has(absolute)));
});
