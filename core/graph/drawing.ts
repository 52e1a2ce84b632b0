/**
 * Draws a graph as text: nodes under their lanes, and links, in DOT for Graphviz and as a flowchart in Mermaid, which
 * Markdown pages show. Leaves out configurations: they are long, and may be confidential.
 *
 * @module
 */
import { splitAddress } from "../ids.ts";
import type { GraphFile } from "./schema.ts";

/** A node in a drawing. */
export interface PictureNode {
  readonly id: string;
  /** Its index, from 0. */
  readonly index: number;
  readonly type: string;
  /** The text under its id: the type, and where its stage runs if not in the runtime's process. */
  readonly words: string;
}

/** A lane in a drawing. */
export interface PictureLane {
  /** `dsp (worker)`; `undefined` for nodes without a lane. */
  readonly title: string | undefined;
  readonly nodes: readonly PictureNode[];
}

/** A link in a drawing. */
export interface PictureLink {
  /** Index of the writing node. */
  readonly from: number;
  /** Index of the reading node. */
  readonly to: number;
  readonly fromPort: string;
  readonly toPort: string;
  /** `lossless 8`, or the part of it that the file states. */
  readonly note: string;
}

/** The drawing of a graph. */
export interface Picture {
  readonly lanes: readonly PictureLane[];
  readonly links: readonly PictureLink[];
}

/** Sorts a graph's nodes by lane. Leaves out links to or from unknown nodes. */
export function pictureOf(graph: GraphFile): Picture {
  const lanes = new Map<string | undefined, PictureNode[]>();
  const indices = new Map<string, number>();
  for (const [id, { type, lane, isolate }] of Object.entries(graph.nodes)) {
    const words = isolate === "process" ? `${type}, in a process of its own` : type;
    const node = { id, index: indices.size, type, words };
    indices.set(id, node.index);
    const nodes = lanes.get(lane);
    if (nodes === undefined) lanes.set(lane, [node]);
    else nodes.push(node);
  }
  return {
    lanes: [...lanes].map(([name, nodes]) => ({ title: laneTitle(graph, name), nodes })),
    links: (graph.links ?? []).flatMap(({ from, to, policy, capacity }) => {
      const [source, target] = [splitAddress(from), splitAddress(to)];
      const [fromNode, toNode] = [indices.get(source.node), indices.get(target.node)];
      if (fromNode === undefined || toNode === undefined) return [];
      const note = [policy, capacity].filter((each) => each !== undefined).join(" ");
      return [{ from: fromNode, to: toNode, fromPort: source.port, toPort: target.port, note }];
    }),
  };
}

function laneTitle({ lanes = {} }: GraphFile, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const kind = Object.hasOwn(lanes, name) ? lanes[name].kind : undefined;
  return kind === undefined || kind === name ? `lane ${name}` : `lane ${name} (${kind})`;
}

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

/**
 * Returns the text of a flowchart, like {@linkcode graphToDot}. Node ids do not become Mermaid ids, because Mermaid
 * reserves words such as `end`.
 *
 * @param graph the result of `runtime.graph()`, or the JSON of a graph file
 * @throws {SluiceError} `InvalidGraph` for a link with an invalid address
 */
export function graphToMermaid(graph: GraphFile): string {
  const { lanes, links } = pictureOf(graph);
  const lines = ["flowchart LR"];
  for (const [n, { title, nodes }] of lanes.entries()) {
    const indent = title === undefined ? "  " : "    ";
    if (title !== undefined) lines.push(`  subgraph l${n}["${escape(title)}"]`);
    for (const { id, index, words } of nodes) lines.push(`${indent}n${index}["${escape(id)}<br/>${escape(words)}"]`);
    if (title !== undefined) lines.push("  end");
  }
  for (const { from, to, fromPort, toPort, note } of links) {
    const label = `${escape(`${fromPort} → ${toPort}`)}${note === "" ? "" : `<br/>${escape(note)}`}`;
    lines.push(`  n${from} -->|"${label}"| n${to}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Encodes each character that may have a meaning in Mermaid as an entity: `#34;`. */
function escape(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.,()→-]/gu, (c) => {
    const code = c.codePointAt(0)!;
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000);
    return control ? " " : `#${code};`;
  });
}
