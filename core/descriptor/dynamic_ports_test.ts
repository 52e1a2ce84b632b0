import assert from "node:assert/strict";
import { port } from "../../tests/fixtures/define.ts";
import { nodeId } from "../ids.ts";
import { SluiceError } from "../errors.ts";
import { expandPort, findPort, type NodeDescriptor } from "./descriptor.ts";
import { addElement, elementsByPort, nameElements, removeElement, takeElements } from "./dynamic_ports.ts";
import type { DynamicInputRef } from "../registry/handle.ts";
import { makeHandle } from "../registry/make_handle.ts";

const MAX = 3;

function descriptor(initial = 0): NodeDescriptor {
  const dynamic = { initial, max: MAX };
  return {
    type: "joiner",
    inputs: [port({ name: "inputs", direction: "input", kind: "audio", dynamic, optional: true })],
    outputs: [port({ name: "taps", direction: "output", kind: "audio", dynamic, optional: true })],
  } as Partial<NodeDescriptor> as NodeDescriptor;
}

function names(of: NodeDescriptor): string[] {
  return of.inputs.flatMap(expandPort);
}

Deno.test("expandPort() names the elements that a dynamic port starts with", () => {
  assert.deepEqual(names(descriptor()), []);
  assert.deepEqual(names(descriptor(2)), ["inputs_0", "inputs_1"]);
});

Deno.test("addElement() never gives a number again while others stand", () => {
  let now = descriptor();
  const add = () => {
    const { descriptor: made, added } = addElement("join", now, "input", "inputs");
    now = made;
    return added;
  };
  assert.deepEqual([add(), add()], ["inputs_0", "inputs_1"]);
  now = removeElement("join", now, "input", "inputs_1");
  assert.equal(add(), "inputs_2");
  now = removeElement("join", now, "input", "inputs_0");
  assert.deepEqual(names(now), ["inputs_2"]);
  assert.equal(findPort(now, "inputs_2", "input")?.name, "inputs");
  assert.equal(findPort(now, "inputs_0", "input"), undefined);
  now = removeElement("join", now, "input", "inputs_2");
  assert.equal(add(), "inputs_0");
  assert.deepEqual(now.outputs, descriptor().outputs);
});

Deno.test("addElement() refuses a port that is full, and one that is not dynamic", () => {
  assert.throws(() => addElement("join", descriptor(MAX), "input", "inputs"), {
    code: "InvalidGraph",
    message: `Cannot add an element to input "join.inputs": it has 3, the most that "joiner" takes; remove one first`,
  });
  assert.throws(() => addElement("join", descriptor(), "output", "tap"), {
    code: "PortNotFound",
    message: `Cannot add an element to output "join.tap": "joiner" has no dynamic output of that name ` +
      `(did you mean "taps"?); dynamic outputs: "taps"`,
  });
});

Deno.test("removeElement() refuses what is no element, with those there are", () => {
  assert.throws(() => removeElement("join", descriptor(2), "input", "inputs_7"), {
    code: "PortNotFound",
    message: `Cannot remove input "join.inputs_7": "joiner" has no element of that name (did you mean "inputs_0"?); ` +
      `elements: "inputs_0" and "inputs_1"`,
  });
  assert.throws(() => removeElement("join", descriptor(), "input", "inputs"), SluiceError);
});

Deno.test("nameElements() adds those that are named, up to the most", () => {
  const made = nameElements(descriptor(1), "input", ["inputs_7", "inputs_07", "inputs_3", "other_1", "inputs_9"]);
  assert.deepEqual(names(made), ["inputs_0", "inputs_3", "inputs_7"]);
  assert.equal(
    addElement("join", removeElement("join", made, "input", "inputs_7"), "input", "inputs").added,
    "inputs_8",
  );
  const plain = descriptor(1);
  assert.equal(nameElements(plain, "input", ["inputs_0"]), plain);
});

Deno.test("takeElements() gives a descriptor the elements of another", () => {
  const made = addElement("join", descriptor(1), "output", "taps").descriptor;
  assert.deepEqual(takeElements(descriptor(1), elementsByPort(made)), made);
  const plain = descriptor(1);
  assert.equal(takeElements(plain, elementsByPort(plain)), plain);
});

Deno.test("makeHandle() refers to elements of a dynamic port before they exist", () => {
  const handle = makeHandle(nodeId("join"), descriptor());
  const inputs = (handle.inputs as Record<string, unknown>).inputs as DynamicInputRef;
  const { direction, node, port: name } = inputs;
  assert.deepEqual({ direction, node, name }, { direction: "input", node: "join", name: "inputs" });
  assert.deepEqual(inputs[4], { direction: "input", node: "join", port: "inputs_4", address: "join.inputs_4" });
});
