/**
 * What is known of the ports of one node, beyond what its type says: by its configuration, such as the file that it
 * writes.
 *
 * @module
 */
import type { FormatAccepts } from "../frames/format.ts";

/** What is known of the ports of one node. */
export interface KnownPorts {
  /** The outputs that it has, by name, and what they give: `{ audio_0: { codec: "aac" } }`; absent where nobody knows. */
  readonly outputs?: {
    readonly [output: string]: FormatAccepts & {
      /**
       * For pictures in YUV, raw or encoded: how that follows from RGB, in the words of the stages that are configured
       * with it. The matrix is `bt601`, `bt709` or `bt2020`, the range `limited` or `full`; absent: as those have it.
       */
      readonly colours?: { readonly matrix?: string; readonly range?: string };
      /** For sound, raw or encoded: bits of whole samples that keep it, for the stages that are configured with that. */
      readonly bitsPerSample?: number;
      /** For an encoded stream that no node decodes: why, and what to do. */
      readonly undecodable?: string;
    };
  };
  /** What one might take for an output, by name: why it is none, and what to do. */
  readonly refused?: { readonly [output: string]: string };
  /** What a file holds that the node writes, or a program reads. */
  readonly inputs?: {
    /** What they belong to, as messages name it: `"WebM"`. */
    readonly name: string;
    /**
     * By name, in the order in which raw frames are given to them, what each takes: `{ audio: { codec: ["opus"] } }`. An
     * element of a dynamic input goes by the name of that.
     */
    readonly takes: { readonly [input: string]: FormatAccepts };
  };
}

/** What is known of an output. */
export type KnownOutput = NonNullable<KnownPorts["outputs"]>[string];

/** What is known of the colours of an output's pictures. */
export type KnownColours = NonNullable<KnownOutput["colours"]>;

/** What is known of what a node writes. */
export type KnownInputs = NonNullable<KnownPorts["inputs"]>;

/**
 * Tells what is known of the ports of a node.
 *
 * @param config the values that were given, which nobody has checked
 * @returns `undefined` where its type says it all
 */
export type PortsOf = (config: { readonly [key: string]: unknown }) => KnownPorts | undefined;
