/**
 * The JSON of a graph file, as a value: `JSON.stringify()` turns it into a file for `parseGraph()`. docs/graph_file.md
 * describes each key. It has no sub-graphs, but their nodes.
 *
 * @module
 */
import type { FileLinkOptions, GraphOptions, NodeOptions } from "./schema.ts";

/** A node of a graph file. */
export interface GraphFileNode extends NodeOptions {
  /** Registered name of its type. */
  readonly type: string;
  /** The given values; absent keys have their defaults. */
  readonly config?: { readonly [key: string]: unknown };
}

/** A link of a graph file. */
export interface GraphFileLink extends FileLinkOptions {
  /** The output: `node.port`. */
  readonly from: string;
  /** The input: `node.port`. */
  readonly to: string;
}

/** A whole graph file. */
export interface GraphFile extends GraphOptions {
  /** Version of the format. */
  readonly version: 1;
  /** The nodes, by id. */
  readonly nodes: { readonly [id: string]: GraphFileNode };
  /** The links, in the order in which they were made. */
  readonly links?: readonly GraphFileLink[];
  /** Inputs of nodes that the file exposes, by name: `gain.audioIn`. */
  readonly inputs?: { readonly [name: string]: string };
  /** Outputs of nodes that the file exposes, by name. */
  readonly outputs?: { readonly [name: string]: string };
}
