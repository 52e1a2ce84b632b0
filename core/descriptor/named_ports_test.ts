import assert from "node:assert/strict";
import { port } from "../../tests/fixtures/define.ts";
import { FRAME_KINDS, type FrameKind } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import { expandPort, findPort, type NodeDescriptor } from "./descriptor.ts";
import { elementNames, elementsByPort, nameElements, removeElement, takeElements } from "./dynamic_ports.ts";
import { addAnyElement, addNamedPort, readNamedPort } from "./named_ports.ts";

const MAX = 3;

function descriptor(kinds: readonly FrameKind[] = FRAME_KINDS): NodeDescriptor {
  const named = kinds.map((kind) => ({ kind, type: KIND_FACTS[kind].frame }));
  const dynamic = { initial: 0, max: MAX };
  return {
    type: "hub",
    inputs: [
      port({ name: "more", direction: "input", kind: "audio", dynamic, optional: true }),
      port({ name: "sides", direction: "input", kind: kinds[0], dynamic, named, optional: true }),
      port({ name: "clock", direction: "input", kind: "data" }),
    ],
    outputs: [port({ name: "rest", direction: "output", kind: "data" })],
  } as Partial<NodeDescriptor> as NodeDescriptor;
}

function add(to: NodeDescriptor, name: string, kind: FrameKind): NodeDescriptor {
  return addNamedPort("hub", to, { direction: "input", name, kind });
}

function names(of: NodeDescriptor): string[] {
  return of.inputs.flatMap(expandPort);
}

Deno.test("addNamedPort() makes a port of the name and the kind, behind the dynamic one", () => {
  const made = add(add(descriptor(), "side", "video"), "other", "audio");
  assert.deepEqual(names(made), ["side", "other", "clock"]);
  const found = findPort(made, "side", "input")!;
  assert.deepEqual([found.kind, found.type, found.of, found.optional], ["video", "VideoFrame", "sides", true]);
  assert.deepEqual(elementNames(findPortAsAWhole(made, "sides")), ["side", "other"]);
  assert.deepEqual(names(addAnyElement("hub", made, "input", "more").descriptor), ["more_0", "side", "other", "clock"]);
});

Deno.test("removeElement() removes a port of a name of its own, and the name is free again", () => {
  const made = removeElement("hub", add(add(descriptor(), "side", "video"), "other", "audio"), "input", "side");
  assert.deepEqual(names(made), ["other", "clock"]);
  assert.equal(findPort(add(made, "side", "data"), "side", "input")?.kind, "data");
  assert.throws(() => removeElement("hub", made, "input", "side"), {
    code: "PortNotFound",
    message: `Cannot remove input "hub.side": "hub" has no element of that name; elements: "other"`,
  });
  assert.throws(() => removeElement("hub", made, "input", "clock"), { code: "PortNotFound" });
});

Deno.test("addNamedPort() refuses a kind that the node does not take, by what it takes", () => {
  assert.throws(() => add(descriptor(["audio", "video"]), "side", "data"), {
    code: "TypeMismatch",
    expected: "AudioFrame or VideoFrame",
    actual: "DataFrame",
    port: "side",
    message: `Cannot add input "hub.side" (data): the node takes no ports of DataFrame, wanted AudioFrame or ` +
      `VideoFrame; kinds: "audio" and "video"`,
  });
});

for (
  const [name, why] of [
    ["side", "the node has an input of that name; choose another"],
    ["clock", "the node has an input of that name; choose another"],
    ["sides", "the node has an input of that name; choose another"],
    ["rest", "the node has an output of that name; choose another"],
    ["more_7", `the node can have an input of that name as an element of "more"; choose another`],
    ["a.b", 'it is no name of a port; wanted 1 to 64 letters, digits, "_" or "-", starting with a letter or "_"'],
  ]
) {
  Deno.test(`addNamedPort() refuses the name ${name}`, () => {
    assert.throws(() => add(add(descriptor(), "side", "audio"), name, "audio"), {
      code: "InvalidGraph",
      port: name,
      message: `Cannot add input "hub.${name}" (audio): ${why}`,
    });
  });
}

Deno.test("addNamedPort() refuses more than the port takes, and a node that takes none", () => {
  const full = ["a", "b", "c"].reduce((made, name) => add(made, name, "audio"), descriptor());
  assert.throws(() => add(full, "d", "audio"), {
    code: "InvalidGraph",
    message: `Cannot add input "hub.d" (audio): "sides" has 3, the most that "hub" takes; remove one first`,
  });
  assert.throws(() => addNamedPort("hub", full, { direction: "output", name: "d", kind: "audio" }), {
    code: "PortNotFound",
    message: `Cannot add output "hub.d" (audio): "hub" takes no outputs of other names than its own`,
  });
});

Deno.test("addAnyElement() says what a port of a name of its own needs", () => {
  assert.throws(() => addAnyElement("hub", descriptor(), "input", "side"), {
    code: "PortNotFound",
    message: `Cannot add an element to input "hub.side": "hub" has no dynamic input of that name; dynamic inputs: ` +
      `"more"; for an input of a name that you choose, say what it carries: { kind: "audio" }`,
  });
  assert.throws(() => addAnyElement("hub", descriptor(), "input", "side", "sound" as FrameKind), {
    code: "InvalidConfig",
    message: `Cannot add input "hub.side": "kind" of a port is "sound", wanted "audio" or "video" or "encoded" or ` +
      `"packet" or "data"`,
  });
});

Deno.test("takeElements() gives a descriptor the elements of another, named ones too", () => {
  const made = add(add(descriptor(), "side", "video"), "other", "audio");
  const elements = structuredClone(elementsByPort(made));
  assert.deepEqual(takeElements(descriptor(), elements), made);
  assert.deepEqual(takeElements(add(descriptor(), "old", "data"), elements), made);
  assert.deepEqual(
    takeElements(made, elementsByPort(removeElement("hub", made, "input", "other"))),
    add(
      descriptor(),
      "side",
      "video",
    ),
  );
  assert.equal(nameElements(made, "input", ["sides_0", "side"]), made);
});

Deno.test("readNamedPort() takes a name, a direction and a kind, and nothing else", () => {
  const read = (value: unknown) => readNamedPort("Cannot add", value);
  assert.deepEqual(read({ input: "side", kind: "audio" }), { direction: "input", name: "side", kind: "audio" });
  assert.deepEqual(read({ output: "rest", kind: "data" }), { direction: "output", name: "rest", kind: "data" });
  for (const wrong of [3, null, ["side"], {}, { input: "a", output: "b", kind: "audio" }, { kind: "audio" }]) {
    assert.throws(() => read(wrong), { code: "InvalidConfig", key: "ports" });
  }
  assert.throws(() => read({ input: "side", kind: "sound" }), { code: "InvalidConfig", key: "kind" });
  assert.throws(() => read({ input: "side", kind: "audio", schema: "x" }), { code: "InvalidConfig", key: "schema" });
});

function findPortAsAWhole(of: NodeDescriptor, name: string) {
  return of.inputs.find((each) => each.name === name)!;
}

Deno.test("addAnyElement() refuses a port that is no name", () => {
  for (const kind of [undefined, "audio"] as const) {
    assert.throws(() => addAnyElement("m", {} as NodeDescriptor, "input", { x: 1 } as unknown as string, kind), {
      code: "InvalidConfig",
      message:
        'Cannot add an input to "m": the port is an object, wanted a name: that of a dynamic port, or with a kind one ' +
        "of the element's own",
    });
  }
});
