import { deepEqual } from "node:assert/strict";
import { nodePackage } from "../../../sluice.gen.ts";
import { fixture, port } from "../../../tests/fixtures/define.ts";
import type { NodeDescriptor, PortDescriptor } from "../../descriptor/descriptor.ts";
import { NodeRegistry } from "../../registry/node_registry.ts";
import { choosePorts, type Reaches } from "./chosen_ports.ts";

const registry = new NodeRegistry([nodePackage]);
const typed = (type: string) => registry.get(type).descriptor;

/** A node with one output. */
function source(output: Partial<PortDescriptor> & Pick<PortDescriptor, "kind">): NodeDescriptor {
  const encoded = { type: "EncodedFrame", ...output };
  const ports = [port({ name: "out", direction: "output", ...encoded })];
  return fixture(() => ({ process() {} }), { type: "source", ports }).descriptor;
}

/** The ports that are chosen, as `output input`. */
function choose(
  from: NodeDescriptor,
  to: NodeDescriptor,
  { port, reaches }: { port?: string; reaches?: Reaches } = {},
) {
  const taken = new Set<string>();
  const chosen = choosePorts(
    { id: "a", descriptor: from, taken, ...(port !== undefined && { port }) },
    { id: "b", descriptor: to, taken },
    reaches,
  );
  return "fault" in chosen ? chosen.fault : `${chosen.from} ${chosen.to}`;
}

Deno.test("choosePorts() takes for an encoded stream the input whose codecs it may have", () => {
  const sink = typed("media-sink");
  deepEqual(choose(source({ kind: "encoded", gives: { codec: "opus" } }), sink), "out audio_0");
  deepEqual(choose(source({ kind: "encoded", gives: { codec: "h264" } }), sink), "out video_0");
});

Deno.test("choosePorts() takes for an encoded stream of a codec that nobody knows the input of its name", () => {
  const [from, to] = [typed("media-source"), typed("media-sink")];
  deepEqual(choose(from, to), "video_0 video_0");
  deepEqual(choose(from, to, { port: "audio_1" }), "audio_1 audio_0");
  deepEqual(choose(from, to, { port: "pcm_0" }), "pcm_0 pcm_0");
});

Deno.test("choosePorts() takes for sound the first input that it can be converted for, where nodes are put in", () => {
  const [from, to] = [typed("tone-source"), typed("media-sink")];
  deepEqual(choose(from, to), "audio pcm_0");
  const encodes: Reaches = (output, input) => input.kind === output.kind || input.name === "audio";
  deepEqual(choose(from, to, { reaches: encodes }), "audio audio_0");
  deepEqual(choose(from, to, { reaches: (output, input) => input.kind === output.kind }), "audio pcm_0");
});
