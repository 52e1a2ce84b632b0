import { deepEqual, equal } from "node:assert/strict";
import type { StreamInput, StreamOutput } from "../ports/stream.ts";
import type { NodeInstance, NodeSpec, PortWiring } from "../registry/node_type.ts";
import { appSink } from "./app_sink.ts";
import { appSource } from "./app_source.ts";

const SPECS: readonly (readonly [string, NodeSpec, string])[] = [
  ["appSource.video()", appSource.video({ pixelFormat: "nv12", width: 2, height: 2 }) as NodeSpec, "output video"],
  ["appSource.encoded()", appSource.encoded({ codec: "av1" }) as NodeSpec, "output encoded"],
  ["appSource.packet()", appSource.packet({ fields: { x: "f32" } }) as NodeSpec, "output packet"],
  ["appSource.audio()", appSource.audio({ sampleRateHz: 8000, channels: 1 }) as NodeSpec, "output audio"],
  ["appSource.data()", appSource.data() as NodeSpec, "output data"],
  ["appSink.video()", appSink.video() as NodeSpec, "input video"],
  ["appSink.encoded()", appSink.encoded() as NodeSpec, "input encoded"],
  ["appSink.packet()", appSink.packet() as NodeSpec, "input packet"],
  ["appSink.audio()", appSink.audio() as NodeSpec, "input audio"],
  ["appSink.data()", appSink.data() as NodeSpec, "input data"],
];

for (const [name, spec, wanted] of SPECS) {
  Deno.test(`the node of ${name} shows its port to a visitor, by name, and describes it`, async () => {
    const made = new Map<string, StreamInput | StreamOutput>();
    const instance = await instanceOf(spec, made);
    const shown: string[] = [];
    instance.ports.visit({
      input(port, input) {
        shown.push(`input ${port}`);
        equal(input, made.get(`input ${port}`));
      },
      output(port, output) {
        shown.push(`output ${port}`);
        equal(output, made.get(`output ${port}`));
      },
    });
    deepEqual(shown, [wanted]);
    const [direction, port] = wanted.split(" ");
    deepEqual(Object.keys(instance.ports.inputs()), direction === "input" ? [port] : []);
    deepEqual(Object.keys(instance.ports.outputs()), direction === "output" ? [port] : []);
    const { inputs, outputs } = spec.type.descriptor;
    deepEqual([...inputs, ...outputs].map((each) => `${each.direction} ${each.name} ${each.kind}`), [
      `${wanted} ${port}`,
    ]);
  });
}

async function instanceOf(spec: NodeSpec, made: Map<string, StreamInput | StreamOutput>): Promise<NodeInstance> {
  const instance = (await spec.type.load())({});
  const make = (direction: string) => (name: string) => {
    const port = { name } as StreamInput & StreamOutput;
    made.set(`${direction} ${name}`, port);
    return port;
  };
  const wiring: PortWiring = {
    input: make("input"),
    output: make("output"),
    inputs: () => [],
    outputs: () => [],
  };
  instance.ports.wire(wiring);
  return instance;
}
