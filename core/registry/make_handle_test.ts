import assert from "node:assert/strict";
import { fixture, port } from "../../tests/fixtures/define.ts";
import { Runtime } from "../runtime.ts";

/** Names that every object with the usual prototype answers to. */
const INHERITED = ["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "__defineGetter__"];

const node = fixture(() => ({ process: () => {} }), {
  type: "board",
  ports: [
    port({ name: "audio", direction: "input", kind: "audio" }),
    port({ name: "lines", direction: "input", kind: "audio", dynamic: { initial: 0, max: 4 } }),
    port({ name: "out", direction: "output", kind: "audio" }),
    port({ name: "outs", direction: "output", kind: "audio", dynamic: { initial: 0, max: 4 } }),
  ],
});

Deno.test("a handle has the ports of its node and nothing that objects inherit", async () => {
  await using runtime = new Runtime({ native: "off" });
  const handle = runtime.add(node());
  const inputs = handle.inputs as unknown as Record<string, { readonly [name: string]: unknown }>;
  const outputs = handle.outputs as unknown as Record<string, { readonly [name: string]: unknown }>;
  assert.deepEqual([Object.keys(inputs), Object.keys(outputs)], [["audio", "lines"], ["out", "outs"]]);
  for (const name of INHERITED) {
    assert.equal(inputs[name], undefined, name);
    assert.equal(outputs[name], undefined, name);
    assert.equal(inputs.lines[name], undefined, name);
    assert.equal(outputs.outs[name], undefined, name);
    assert.ok(!(name in inputs) && !(name in outputs.outs), name);
    assert.throws(() => handle.input(name as never), { code: "PortNotFound" });
    assert.throws(() => handle.output(name as never), { code: "PortNotFound" });
  }
});

Deno.test("Runtime.connect() refuses a port that the handle does not have, and a port of several as a whole", async () => {
  await using runtime = new Runtime({ native: "off" });
  const { inputs, outputs } = runtime.add(node());
  const [input, output] = [inputs as Record<string, never>, outputs as Record<string, never>];
  assert.throws(() => runtime.connect(output.constructor as never, input.audio), {
    code: "PortNotFound",
    message: "Cannot link from what is undefined: wanted an output, such as handle.outputs.audio",
  });
  assert.throws(() => runtime.connect(output.out, input.nope), {
    code: "PortNotFound",
    message: "Cannot link to what is undefined: wanted an input, such as handle.inputs.audio",
  });
  assert.throws(() => runtime.connect(output.out, [input.audio] as never), {
    code: "PortNotFound",
    message: "Cannot link to what is a list: wanted an input, such as handle.inputs.audio",
  });
});
