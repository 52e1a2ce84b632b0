import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { nodePackage } from "../../sluice.gen.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { defineNativeStage } from "../../core/registry/fixtures/test_stages.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { checkExpression } from "./check_expression.ts";

const registry = new NodeRegistry([nodePackage]);

/** The graph as a reader sees it: `id type {config} @lane`, and its links. */
function read(text: string) {
  const { document, errors } = checkExpression(text, registry);
  deepEqual(errors.map(({ message }) => message), []);
  const { nodes, links, mode } = document!;
  return {
    mode,
    nodes: nodes.map(({ id, type, config, lane }) =>
      [id, type, JSON.stringify(config), ...(lane === undefined ? [] : [`@${lane}`])].join(" ")
    ),
    links: links.map(({ from, to }) => `${from} ${to}`),
  };
}

const faults = (text: string) => checkExpression(text, registry).errors.map(({ message }) => message);

Deno.test("a line of nodes is a graph: values have the types of their keys, nodes are linked in order", () => {
  deepEqual(read("wav-source path=a.wav ! gain gainDb=-3 ! wav-sink path='b c.wav'"), {
    mode: "offline",
    nodes: [
      'wav-source wav-source {"path":"a.wav"}',
      'gain gain {"gainDb":-3}',
      'wav-sink wav-sink {"path":"b c.wav"}',
    ],
    links: ["wav-source.audio gain.audioIn", "gain.audioOut wav-sink.audio"],
  });
});

Deno.test("slots have room for the largest pictures of the nodes, also where one side is said", () => {
  const slotBytes = (text: string) => checkExpression(text, registry).document!.pools?.video?.slotBytes;
  equal(slotBytes("pattern-source ! valve"), undefined);
  equal(slotBytes("pattern-source width=3840 height=2160 ! valve"), 3840 * 2176 * 4);
  equal(slotBytes("pattern-source ! scale width=3840 ! valve"), 3840 * 2176 * 4);
});

Deno.test("chains meet at a node that has an id, before and after it stands in the text, at ports that are free", () => {
  deepEqual(read("tone-source ! mix. ; tone-source ! mixer id=mix ! level-meter lane=show; mix.audioOut ! spectrum"), {
    mode: "live",
    nodes: [
      "tone-source tone-source {}",
      "tone-source-2 tone-source {}",
      "mix mixer {}",
      "level-meter level-meter {} @show",
      "spectrum spectrum {}",
    ],
    links: [
      "tone-source.audio mix.audioIn_0",
      "tone-source-2.audio mix.audioIn_1",
      "mix.audioOut level-meter.audioIn",
      "mix.audioOut spectrum.audio",
    ],
  });
});

Deno.test("a program gives what it is fed, also where that stands behind it in the text", () => {
  const program = "process command='[\"cat\"]'";
  const linksOf = (text: string) => read(text).links;
  const pictures = "pipe-source";
  deepEqual(linksOf(`${pictures} ! ${program} ! pipe-sink`), [
    "pipe-source.video process.videoIn",
    "process.videoOut pipe-sink.video",
  ]);
  deepEqual(linksOf(`${program} id=p ! ${program} id=q ! pipe-sink; ${pictures} ! p.`), [
    "p.videoOut q.videoIn",
    "q.videoOut pipe-sink.video",
    "pipe-source.video p.videoIn",
  ]);
  deepEqual(linksOf(`${pictures} ! ${program} id=p; p.audioOut ! pipe-sink`)[1], "p.audioOut pipe-sink.audio");
  deepEqual(linksOf(`tone-source ! ${program} ! pipe-sink`)[1], "process.audioOut pipe-sink.audio");
  match(faults(`${program} id=p ! ${program} id=q; q. ! p.`)[0], /"q\.audioOut" to "p\.audioIn": it closes a loop/);
});

Deno.test("a node for frames of every kind gets those that the nodes behind it take", () => {
  const linksOf = (text: string) => read(text).links;
  deepEqual(
    linksOf("tone-source ! level-meter ! throttle ! valve ! console-sink")[1],
    "level-meter.levels throttle.frameIn",
  );
  deepEqual(
    linksOf("tone-source ! level-meter ! valve ! gain ! wav-sink path=a.wav")[1],
    "level-meter.audioOut valve.frameIn",
  );
});

Deno.test("a pipe-source gives the pictures or the samples that its format stands for", () => {
  const links = (text: string) => read(text).links;
  deepEqual(links("pipe-source ! pipe-sink"), ["pipe-source.video pipe-sink.video"]);
  deepEqual(links("pipe-source format=s16 ! pipe-sink format=s16"), ["pipe-source.audio pipe-sink.audio"]);
});

Deno.test("a dynamic port has as many elements as chains lead to it", () => {
  const { links } = read("dynamic-mixer id=m; tone-source ! m.; tone-source ! m.; tone-source ! m.audioIn_7");
  deepEqual(links.map((each) => each.split(" ")[1]), ["m.audioIn_0", "m.audioIn_1", "m.audioIn_7"]);
});

Deno.test("a plugin's stage is named by its whole id, which is told where its last part stands for it", () => {
  const stages = new NodeRegistry([nodePackage]);
  const parts = { className: "S", description: "", mode: "push", inputs: [], outputs: [], properties: {} } as const;
  for (const type of ["com.a.gain", "com.c.warp"]) stages.add(defineNativeStage({ type, ...parts }));
  const check = (text: string) => checkExpression(text, stages);
  const types = check("com.c.warp; gain; com.a.gain").document?.nodes.map(({ id, type }) => `${id} ${type}`);
  deepEqual(types, ["com-c-warp com.c.warp", "gain gain", "com-a-gain com.a.gain"]);
  for (const part of ["warp", "arp"]) {
    match(
      check(part).errors[0].message,
      new RegExp(
        `^-e:1:1: Cannot find node type "${part}" \\(did you mean "com\\.c\\.warp"\\?\\); .*"sluice nodes list" lists`,
      ),
    );
  }
});

Deno.test("elements of GStreamer are answered with the node types that do the same, and other names with the nearest", () => {
  const cases: [string, RegExp][] = [
    ["filesrc path=a.mp4 ! gain", /"filesrc"; what it does in GStreamer, "media-source" and "wav-source" do here; /],
    ["tone-source ! filesink", /"media-sink", "wav-sink" and "image-sink" do here; /],
    [
      "decodebin",
      /"h264-decode" and .*audio-decode" do here; convert: "auto".* puts the decoder in; /,
    ],
    ["avdec_h264", /"h264-decode"/],
    ["matroskamux", /"media-sink" does here; it muxes by the extension/],
    ["videoconvert", /"convert" does here; "sluice nodes list" lists all \d+$/],
    ["autovideosink", /"display" does here; the page shows pictures too/],
    ["alsasrc", /"microphone" does here; "sluice devices" lists them/],
    ["queue", /"queue"; each link queues/],
    ["normalise", /"normalise"; for that there are "loudness" and "normalize"; sluice convert --loudness/],
    ["LUFS", /"LUFS"; for that there are "loudness" and "normalize"; /],
    ["duck", /"duck"; for that there is "compressor"; .*"sidechain"/],
    ["cross-fade", /"cross-fade"; for that there are "fade" and "concat"; /],
    ["join", /"join"; for that there are "concat" and "mixer"; sluice convert --join/],
    ["webcam", /"webcam"; for that there are "camera" and "ffmpeg-source"; "sluice devices" lists them/],
    ["ticker", /"ticker"; for that there is "overlay"; set its "crawl"/],
    ["watermark", /"watermark"; for that there are .*overlay"/],
    ["gian", /^-e:1:1: Cannot find node type "gian" \(did you mean "gain"\?\); "sluice nodes list" lists all \d+$/],
    [
      "h264-wobble",
      /"h264-wobble"; like it: "h264-decode" and "h264-encode"; "sluice nodes list" lists all \d+$/,
    ],
  ];
  for (const [text, message] of cases) match(faults(text)[0], message, text);
});

Deno.test("a stage that comes with Sluice has one name, with which its id is answered", () => {
  const message =
    'Cannot find node type "org.sluice.codecs.h264-encode": it is the id of a stage that comes with Sluice; write "h264-encode"';
  const { errors } = checkExpression("pattern-source ! org.sluice.codecs.h264-encode", registry);
  deepEqual(errors.map((each) => each.message), [`-e:1:18: ${message}`]);
  const text = JSON.stringify({ version: 1, nodes: { a: { type: "org.sluice.codecs.h264-encode" } } });
  match(checkGraph(text, "g.json", registry).errors[0].message, new RegExp(`${message}$`));
});

Deno.test("values may be in quotes, and lists and objects are JSON", () => {
  const types = `wav-source path="a \\"b\\" \\\\ ! ; c.wav" ! wav-sink path=b.wav`;
  equal(read(types).nodes[0], String.raw`wav-source wav-source {"path":"a \"b\" \\ ! ; c.wav"}`);
  match(faults('gain gainDb=[1, "] }", {"a": 2}]')[0], /^-e:1:\d+: .*gainDb.*wanted a number/);
});

Deno.test("what is wrong is told with its place in the line", () => {
  const cases: [string, RegExp][] = [
    ["", /^-e:1:1: Cannot read graph: it is empty, wanted nodes/],
    [" ;; ", /wanted at least one node|it is empty/],
    ["tone-source !", /^-e:1:14: Cannot read graph: wanted a node before and after each "!"$/],
    ["! gain", /^-e:1:1: .*wanted a node before/],
    ["gainDb=3 gain", /^-e:1:1: Cannot read graph: found "gainDb=3", wanted a node type before its values$/],
    [
      "gain foo",
      /^-e:1:6: Cannot read graph: found "foo" behind "gain", wanted key=value, or "!" before the next node$/,
    ],
    ["gain gainDb='3", /^-e:1:13: Cannot read graph: the quote "'" is not closed$/],
    ["gain gainDb={3", /^-e:1:13: Cannot read graph: the bracket "\{" is not closed$/],
    ["gian", /^-e:1:1: Cannot find node type "gian" \(did you mean "gain"\?\)/],
    ["gain gainDb=1 gainDb=2", /^-e:1:15: Cannot read graph: "gainDb" stands twice$/],
    ["gain id=a; gain id=a", /^-e:1:20: Cannot add node "a": another has that id/],
    ["gain id=a.b", /^-e:1:1: .*"a\.b"/],
    ["tone-source ! b.", /^-e:1:15: Cannot find node "b"; nodes: "tone-source"; id=NAME names one$/],
    ["gain; gain. gainDb=3", /^-e:1:13: Cannot read graph: "gain\." stands for a node elsewhere/],
    ["tone-source ! console-sink", /^-e:1:15: Cannot link "tone-source" to "console-sink": no output of the one fits/],
    ["tone-source ! gain id=g; tone-source ! g.", /^-e:1:40: Cannot link .*"g" has none that is free$/],
    ["tone-source ! gain id=g; tone-source ! g.audioIn", /^-e:1:40: .*g\.audioIn/],
    ["tone-source id=t; t.nope ! gain", /^-e:1:28: Cannot link "t" to "gain": .*"t" has no port "nope" there/],
    ["tone-source.nope ! gain", /^-e:1:1: Cannot find node "tone-source"/],
    ["gain __proto__=1", /^-e:1:6: /],
    [`gain gainDb=${"[".repeat(60_000)}`, /^-e:1:77: Cannot read graph: it is nested deeper than 64 levels$/],
    ["org.nobody.scale width=3 ! gain", /^-e:1:1: Cannot find node type "org\.nobody\.scale"/],
  ];
  for (const [text, message] of cases) match(faults(text).join("\n"), message, text);
});

Deno.test("the mode is live unless all sources read files, and may be given", () => {
  equal(read("tone-source ! wav-sink path=a.wav").mode, "live");
  equal(checkExpression("tone-source ! wav-sink path=a.wav", registry, [], "offline").document!.mode, "offline");
});

Deno.test("no text does anything but give a graph or errors", () => {
  const words = [
    "gain",
    "tone-source",
    "mixer",
    "!",
    ";",
    "id=a",
    "a.",
    "a.audioIn",
    "gainDb=3",
    "x=[",
    "'",
    '"',
    "lane=b",
    ".",
  ];
  const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 12 });
  fc.assert(fc.property(text, fc.constantFrom(" ", ""), (parts, joint) => {
    const { document, errors } = checkExpression(parts.join(joint), registry);
    ok(document !== undefined || errors.length > 0);
    for (const { message } of errors) match(message, /^-e:\d+:\d+: /);
  }));
});
