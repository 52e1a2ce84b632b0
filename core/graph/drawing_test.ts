import assert from "node:assert/strict";
import * as fc from "fast-check";
import { graphToDot, graphToMermaid } from "./drawing.ts";
import type { GraphFile } from "./schema.ts";

const GRAPH: GraphFile = {
  version: 1,
  mode: "live",
  nodes: {
    tone: { type: "tone-source", config: { frequencyHz: 440 }, lane: "dsp" },
    end: { type: "gain", lane: "dsp" },
    meter: { type: "level-meter", lane: "main" },
    loose: { type: "mixer<4>" },
  },
  links: [
    { from: "tone.audio", to: "end.audioIn", policy: "lossless", capacity: 8 },
    { from: "end.audioOut", to: "meter.audioIn" },
  ],
  lanes: { dsp: { kind: "worker" }, main: { kind: "main" } },
};

/** A text of DOT with each of its strings left empty. */
function withoutStrings(dot: string): string {
  return dot.replace(/"(?:[^"\\]|\\[^])*"/g, '""');
}

/** Texts made of what means something to either language, and of anything else. */
const HOSTILE = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.array(fc.constantFrom('"', "\\", "\n", "]", ";", "}", "end", "`", "#", "&", "<b>", "-->", "|", "%%", "click"))
    .map((parts) => parts.join("")),
);

Deno.test("graphToDot() draws nodes under their lanes and links with what is said of them", () => {
  assert.equal(
    graphToDot(GRAPH, { describe: (type) => type === "gain" ? 'Makes "loud"' : undefined }),
    `digraph sluice {
  rankdir=LR;
  node [shape=box, style=rounded, fontname="sans-serif"];
  edge [fontname="sans-serif", fontsize=9];
  subgraph cluster_0 {
    label="lane dsp (worker)";
    n0 [label="tone\\ntone-source", tooltip="tone-source"];
    n1 [label="end\\ngain", tooltip="Makes \\"loud\\""];
  }
  subgraph cluster_1 {
    label="lane main";
    n2 [label="meter\\nlevel-meter", tooltip="level-meter"];
  }
  n3 [label="loose\\nmixer<4>", tooltip="mixer<4>"];
  n0 -> n1 [taillabel="audio", headlabel="audioIn", label="lossless 8"];
  n1 -> n2 [taillabel="audioOut", headlabel="audioIn", label=""];
}
`,
  );
});

Deno.test("graphToMermaid() draws nodes under their lanes and links with what is said of them", () => {
  assert.equal(
    graphToMermaid(GRAPH),
    `flowchart LR
  subgraph l0["lane dsp (worker)"]
    n0["tone<br/>tone-source"]
    n1["end<br/>gain"]
  end
  subgraph l1["lane main"]
    n2["meter<br/>level-meter"]
  end
  n3["loose<br/>mixer#60;4#62;"]
  n0 -->|"audio → audioIn<br/>lossless 8"| n1
  n1 -->|"audioOut → audioIn"| n2
`,
  );
});

Deno.test("graphToDot() and graphToMermaid() say which nodes have a process of their own", () => {
  const nodes = { a: { type: "gate", isolate: "process" }, b: { type: "gate", isolate: false } } as const;
  const [dot, mermaid] = [graphToDot, graphToMermaid].map((draw) => draw({ version: 1, nodes }));
  assert.match(dot, /n0 \[label="a\\ngate, in a process of its own", tooltip="gate"\];\n {2}n1 \[label="b\\ngate", /);
  assert.match(mermaid, /n0\["a<br\/>gate, in a process of its own"\]\n {2}n1\["b<br\/>gate"\]/);
});

Deno.test("graphToDot() keeps ids, types, lanes and descriptions in their quotes, whatever they hold", () => {
  fc.assert(fc.property(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (id, type, lane, text) => {
    const dot = graphToDot({ version: 1, nodes: { [`x${id}`]: { type, lane } } }, { describe: () => text });
    assert.equal(
      withoutStrings(dot),
      'digraph sluice {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=""];\n' +
        '  edge [fontname="", fontsize=9];\n  subgraph cluster_0 {\n    label="";\n' +
        '    n0 [label="", tooltip=""];\n  }\n}\n',
    );
  }));
});

Deno.test("graphToMermaid() keeps ids, types and lanes in their quotes, whatever they hold", () => {
  const text = "(?:[\\p{L}\\p{N} _.,()→-]|#\\d+;)*";
  const whole = new RegExp(
    `^flowchart LR\n  subgraph l0\\["lane ${text}"\\]\n    n0\\["x${text}<br/>${text}"\\]\n  end\n$`,
    "u",
  );
  fc.assert(fc.property(HOSTILE, HOSTILE, HOSTILE, (id, type, lane) => {
    assert.match(graphToMermaid({ version: 1, nodes: { [`x${id}`]: { type, lane } } }), whole);
  }));
});

Deno.test("graphToDot() and graphToMermaid() leave configurations out", () => {
  assert.equal(graphToDot(GRAPH).includes("440"), false);
  assert.equal(graphToMermaid(GRAPH).includes("440"), false);
});
