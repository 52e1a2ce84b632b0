/** Nodes that convert, put in behind nodes whose links tell the kind of their frames: in a line, and in a graph file. */
import { deepEqual, equal } from "node:assert/strict";
import { nodePackage } from "../../sluice.gen.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { buildGraph, graphOptions } from "../../core/graph/build.ts";
import { checkExpression } from "./check_expression.ts";
import { checkGraph, type GraphCheck } from "../../core/graph/load.ts";

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

Deno.test("a line has a node for frames of several kinds get what the nodes behind it would get in its place", async () => {
  const encoded = ["convert.videoOut h264-encode.video", "h264-encode.encoded sink.video_0"];
  const sink = "media-sink id=sink path=a.mp4";
  for (const node of ["valve", "trim", "delay", "valve ! throttle ! trim"]) {
    const links = await linksOf(line(`pattern-source id=p ! ${node} ! ${sink}`));
    deepEqual(links.filter((each) => encoded.includes(each) || each.startsWith("p.")), [
      ...encoded,
      `p.video ${node.split(" ")[0]}.frameIn`,
    ], node);
  }
  const firstOf = async (text: string) => (await linksOf(line(text))).find((each) => each.startsWith("p."));
  equal(await firstOf(`pattern-source id=p; p.audio ! valve ! ${sink}`), "p.audio valve.frameIn");
  equal(await firstOf(`pattern-source id=p ! rebuffer size=480 ! ${sink}`), "p.audio rebuffer.frameIn");
  equal(await firstOf(`pattern-source id=p ! valve id=v ! ${sink}; v. ! level-meter`), "p.audio v.frameIn");
  equal(await firstOf(`tone-source ! switch id=s ! ${sink}; pattern-source id=p ! s.`), "p.audio s.frameIn_1");
  equal(
    await firstOf(`tone-source ! switch id=s ! ${sink}; pattern-source id=p ! valve ! s.`),
    "p.audio valve.frameIn",
  );
});

Deno.test("a line refuses what a node for frames of several kinds does not take, at the link to it", async () => {
  const faults = (text: string, convert: "auto" | "off" = "auto") =>
    checkExpression(text, registry, [], undefined, convert).errors.map(({ message }) => message);
  deepEqual(faults("pattern-source ! rebuffer size=3 ! h264-encode ! media-sink path=a.mp4"), [
    '-e:1:18: Cannot link "pattern-source" to "rebuffer": "h264-encode" behind it needs "video" of "pattern-source", ' +
    'which "rebuffer" does not take: "rebuffer" has frameIn (audio or packet); leave it out, or put it where such ' +
    "frames go",
  ]);
  const coded = "pattern-source ! h264-encode ! trim startSeconds=0.2 ! media-sink id=sink path=a.mp4";
  deepEqual(faults(coded, "off"), [
    '-e:1:32: Cannot link "h264-encode" to "trim": no output of the one fits an input of the other: "h264-encode" has ' +
    'encoded (encoded h264); "trim" has frameIn (audio or video); put "h264-decode" between them, or use --convert auto',
  ]);
  // Where nodes are put in, what is encoded is decoded, as for every other node that takes raw frames.
  deepEqual((await linksOf(line(coded))).filter((each) => each.includes("trim") || each.includes("sink")), [
    "h264-decode.video trim.frameIn",
    "h264-encode-2.encoded sink.video_0",
    "trim.frameOut h264-encode-2.video",
  ]);
});
