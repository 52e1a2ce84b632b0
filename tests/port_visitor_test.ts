/** What the port registries that the generator writes show a visitor. */
import { deepEqual, equal } from "node:assert/strict";
import { SwitchboardPorts } from "../codegen/testdata/accepted/dynamic_ports/sluice.gen.ts";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../core/ports/stream.ts";
import type { PortRegistry, PortWiring } from "../core/registry/node_type.ts";
import { nodes } from "../mod.ts";
import { Mixer4Ports } from "./fixtures/generated/sluice.gen.ts";

/** Gives ports that know their names; of a port with elements, those that `elements` lists. */
function wiringOf(elements: { readonly [port: string]: readonly number[] }): PortWiring {
  const make = (name: string) => ({ name }) as StreamInput & StreamOutput;
  const list = (name: string) => (elements[name] ?? []).map((number) => make(`${name}_${number}`));
  return { input: make, output: make, inputs: list, outputs: list };
}

/** What a visitor is shown, in order. Every name is that of the port that comes with it. */
function shownBy(ports: PortRegistry): string[] {
  const shown: string[] = [];
  const note = (direction: string) => (name: string, port: { readonly name: string }) => {
    equal(port.name, name);
    shown.push(`${direction} ${name}`);
  };
  ports.visit({ input: note("input"), output: note("output") });
  return shown;
}

Deno.test("visit() shows each element of an array port by its name in the graph, inputs first", () => {
  const fields = {} as ConstructorParameters<typeof Mixer4Ports>[0];
  const ports = new Mixer4Ports(fields);
  ports.wire(wiringOf({ audioIn: [0, 1, 2, 3] }));
  deepEqual(shownBy(ports), [
    "input audioIn_0",
    "input audioIn_1",
    "input audioIn_2",
    "input audioIn_3",
    "output audioOut",
  ]);
});

Deno.test("visit() shows the elements that a node of the standard library was wired with", async () => {
  const { ports } = (await nodes.switch().type.load())({});
  ports.wire(wiringOf({ frameIn: [0, 1] }));
  deepEqual(shownBy(ports), ["input frameIn_0", "input frameIn_1", "output frameOut"]);
});

Deno.test("visit() shows the elements that dynamic ports have now, with the numbers that they keep", () => {
  const fields = {} as { inputs: StreamInput<AudioFrame>[]; outputs: StreamOutput<AudioFrame>[] };
  const ports = new SwitchboardPorts(fields);
  ports.wire(wiringOf({ inputs: [], outputs: [0, 1] }));
  deepEqual(shownBy(ports), ["output outputs_0", "output outputs_1"]);
  // Elements were added, and the first was removed: the others keep their numbers.
  ports.wire(wiringOf({ inputs: [2, 5], outputs: [1, 3] }));
  deepEqual(shownBy(ports), ["input inputs_2", "input inputs_5", "output outputs_1", "output outputs_3"]);
  deepEqual(fields.inputs.map(({ name }) => name), ["inputs_2", "inputs_5"]);
});
