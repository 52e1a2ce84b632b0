/**
 * What is known of the ports of one node, beyond what its type says: by its configuration, such as the file that it
 * writes.
 *
 * @module
 */
import type { FormatAccepts } from "../frames/format.ts";

/** How the YUV of pictures follows from RGB, in the words of the stages that are configured with it. */
export interface KnownColours {
  /** `bt601`, `bt709` or `bt2020`. */
  readonly matrix: string;
  /** `limited` or `full`. */
  readonly range: string;
}

/** What an output gives. */
export interface KnownOutput extends FormatAccepts {
  /** For pictures in YUV, raw or encoded: what the nodes that convert or encode them are configured with. */
  readonly colours?: KnownColours;
  /** For an encoded stream that no node decodes: why, and what to do. */
  readonly undecodable?: string;
}

/** What a file holds that a node writes. */
export interface KnownInputs {
  /** What they belong to, as messages name it: `"WebM"`. */
  readonly name: string;
  /**
   * By name, in the order in which raw frames are given to them, what each takes: `{ audio: { codec: ["opus"] } }`. An
   * element of a dynamic input goes by the name of that.
   */
  readonly takes: { readonly [input: string]: FormatAccepts };
}

/** What is known of the ports of one node. */
export interface KnownPorts {
  /** The outputs that it has, by name, and what they give: `{ audio_0: { codec: "aac" } }`; absent where nobody knows. */
  readonly outputs?: { readonly [output: string]: KnownOutput };
  /** What one might take for an output, by name: why it is none, and what to do. */
  readonly refused?: { readonly [output: string]: string };
  /** Its inputs, likewise. */
  readonly inputs?: KnownInputs;
}

/**
 * Tells what is known of the ports of a node.
 *
 * @param config the values that were given, which nobody has checked
 * @returns `undefined` where its type says it all
 */
export type PortsOf = (config: { readonly [key: string]: unknown }) => KnownPorts | undefined;
