import assert from "node:assert/strict";
import { ClassDeclaration } from "ts-morph";
import { processorSource, tempPackage } from "./fixtures/temp_package.ts";

/** Has the parser's own classes fail for one class, as a fault of the generator would, until it is disposed of. */
function failFor(className: string, error: Error): Disposable {
  const original = ClassDeclaration.prototype.getProperties;
  ClassDeclaration.prototype.getProperties = function (this: ClassDeclaration) {
    if (this.getName() === className) throw error;
    return original.call(this);
  };
  return { [Symbol.dispose]: () => void (ClassDeclaration.prototype.getProperties = original) };
}

Deno.test("generate() names the file in which something unforeseen happens, and keeps the other files", async () => {
  const table: [Error, string][] = [
    [new TypeError("boom\nat some place"), "internal error: boom"],
    [new RangeError("Maximum call stack size exceeded"), "it is nested too deeply"],
  ];
  for (const [error, reason] of table) {
    await using folder = await tempPackage({ "bad.ts": processorSource("Bad"), "good.ts": processorSource("Good") });
    using _fails = failFor("Bad", error);
    const { files, nodeTypes, problems } = await folder.run();
    assert.deepEqual(problems, [`bad.ts: error: Cannot read the file: ${reason}`]);
    assert.deepEqual(nodeTypes, ["good"]);
    assert.deepEqual(files.map(({ state }) => state), ["written", "written"]);
  }
});
