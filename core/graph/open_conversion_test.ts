/** Nodes that convert, put in behind nodes whose links tell the kind of their frames: in a line, and in a graph file. */
import { deepEqual } from "node:assert/strict";
import { nodePackage } from "../../sluice.gen.ts";
import { NodeRegistry } from "../registry/node_registry.ts";
import { Runtime } from "../runtime.ts";
import { buildGraph, graphOptions } from "./build.ts";
import { checkExpression } from "./expression/check_expression.ts";
import { checkGraph, type GraphCheck } from "./load.ts";

const registry = new NodeRegistry([nodePackage]);

/** Where the links of a graph lead, sorted: `tone-source.audio valve.frameIn`. */
async function linksOf({ document, errors }: GraphCheck): Promise<string[]> {
  deepEqual(errors.map(({ message }) => message), []);
  await using runtime = new Runtime({ ...graphOptions(document!), registry });
  buildGraph(document!, runtime);
  return runtime.graph().links!.map(({ from, to }) => `${from} ${to}`).sort();
}

const line = (text: string) => checkExpression(text, registry, [], undefined, "auto");

/** The chain of a source, a node and a file. */
function file(source: string, output: string, type: string, track: string): GraphCheck {
  const links = [{ from: `${source}.${output}`, to: `${type}.frameIn` }, {
    from: `${type}.frameOut`,
    to: `sink.${track}`,
  }];
  const graph = {
    version: 1,
    convert: "auto",
    nodes: {
      [source]: { type: source, config: source === "image-source" ? { path: "a.png" } : {} },
      [type]: { type, config: type === "delay" ? { delayMs: 5 } : {} },
      sink: { type: "media-sink", config: { path: "a.mp4" }, ports: [track] },
    },
    links,
  };
  return checkGraph(JSON.stringify(graph), "graph.json", registry);
}

for (const type of ["valve", "trim", "delay"]) {
  const node = type === "delay" ? "delay delayMs=5" : type;
  const sound = [
    `${type}.frameOut opus-encode.audio`,
    "opus-encode.encoded sink.audio_0",
    `tone-source.audio ${type}.frameIn`,
  ];
  const pictures = [
    "convert.videoOut h264-encode.video",
    "h264-encode.encoded sink.video_0",
    `image-source.video ${type}.frameIn`,
    `${type}.frameOut convert.videoIn`,
  ];

  Deno.test(`what comes through a ${type} is encoded for a file`, async () => {
    deepEqual(await linksOf(line(`tone-source ! ${node} ! media-sink id=sink path=a.mp4`)), sound.sort());
    deepEqual(await linksOf(file("tone-source", "audio", type, "audio_0")), sound.sort());
    const loop = `image-source path=a.png loop=true ! ${node} ! media-sink id=sink path=a.mp4`;
    deepEqual(await linksOf(line(loop)), pictures.sort());
    deepEqual(await linksOf(file("image-source", "video", type, "video_0")), pictures.sort());
  });
}
