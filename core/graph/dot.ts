/**
 * Writes a graph in DOT, the language of Graphviz: `dot -Tsvg`.
 *
 * @module
 */
import type { GraphFile } from "./graph_file.ts";
import { type Picture, pictureOf } from "./picture.ts";

/**
 * Returns the text of a drawing: a box for each node in a frame for its lane, and an arrow for each link with its
 * ports, policy and capacity. Leaves out configurations. Names and descriptions cannot break out of their quotes.
 *
 * @param graph the result of `runtime.graph()`, or the JSON of a graph file
 * @param options `describe`: returns the description of a node type, shown while the pointer rests on a node
 * @throws {SluiceError} `InvalidGraph` for a link with an invalid address
 */
export function graphToDot(
  graph: GraphFile,
  options: { readonly describe?: (type: string) => string | undefined } = {},
): string {
  const { lanes, links } = pictureOf(graph);
  const { describe = (type: string) => type } = options;
  return [
    "digraph sluice {",
    "  rankdir=LR;",
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=9];',
    ...lanes.flatMap((lane, n) => drawLane(lane, n, describe)),
    ...links.map(({ from, to, fromPort, toPort, note }) =>
      `  n${from} -> n${to} [taillabel=${quote(fromPort)}, headlabel=${quote(toPort)}, label=${quote(note)}];`
    ),
    "}",
    "",
  ].join("\n");
}

function drawLane(
  { title, nodes }: Picture["lanes"][number],
  n: number,
  describe: (type: string) => string | undefined,
): string[] {
  const inner = nodes.map(({ id, index, type, words }) => {
    const tooltip = describe(type) ?? type;
    return `n${index} [label=${quote(`${id}\n${words}`)}, tooltip=${quote(tooltip)}];`;
  });
  if (title === undefined) return inner.map((line) => `  ${line}`);
  return [
    `  subgraph cluster_${n} {`,
    `    label=${quote(title)};`,
    ...inner.map((line) => `    ${line}`),
    "  }",
  ];
}

/**
 * Quotes a text as a string of DOT. Graphviz ends a string at a quote, reads escapes such as `\N` after a backslash,
 * and HTML entities after an ampersand; control characters other than line ends become spaces.
 */
function quote(text: string): string {
  const escaped = text.replace(/[\\"&]/g, (c) => c === "&" ? "&amp;" : `\\${c}`).replace(/\r?\n|\r/g, "\\n")
    // deno-lint-ignore no-control-regex -- control characters are what it looks for
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
  return `"${escaped}"`;
}
