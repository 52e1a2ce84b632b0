/**
 * The content of a drawing of a graph, for every language: nodes under their lanes, and links. Leaves out
 * configurations: they are long, and may be confidential.
 *
 * @module
 */
import { splitAddress } from "../ids.ts";
import type { GraphFile } from "./graph_file.ts";

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
