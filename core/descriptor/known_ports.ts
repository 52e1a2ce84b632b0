/**
 * Facts about the ports of one node, beyond its type: from its configuration, such as the file that it writes.
 *
 * @module
 */
import type { FormatAccepts } from "../frames/format.ts";

/** Facts about the ports of one node. */
export interface KnownPorts {
  /** Its outputs by name, with the formats that they give: `{ audio_0: { codec: "aac" } }`; absent if unknown. */
  readonly outputs?: {
    readonly [output: string]: FormatAccepts & {
      /**
       * For YUV pictures, raw or encoded: how the YUV follows from RGB, in the words of the stages' configuration. The
       * matrix is `bt601`, `bt709` or `bt2020`, the range `limited` or `full`; absent: the defaults of the stages.
       */
      readonly colours?: { readonly matrix?: string; readonly range?: string };
      /** For sound, raw or encoded: the bits of whole samples that keep it, for stages with that configuration key. */
      readonly bitsPerSample?: number;
      /** For an encoded stream that no node decodes: the reason, and what to do. */
      readonly undecodable?: string;
    };
  };
  /** Names that a user might take for an output: why each is none, and what to do. */
  readonly refused?: { readonly [output: string]: string };
  /** The formats in a file that the node writes, or a program reads. */
  readonly inputs?: {
    /** The name of the file's format or of the program in messages: `"WebM"`. */
    readonly name: string;
    /**
     * The formats that each input accepts, by name, in the order in which raw frames are assigned to the inputs: `{
     * audio: { codec: ["opus"] } }`. An element of a dynamic input has the name of that input.
     */
    readonly takes: { readonly [input: string]: FormatAccepts };
  };
}

/** Facts about an output. */
export type KnownOutput = NonNullable<KnownPorts["outputs"]>[string];

/** Facts about the colours of an output's pictures. */
export type KnownColours = NonNullable<KnownOutput["colours"]>;

/** Facts about a node's inputs. */
export type KnownInputs = NonNullable<KnownPorts["inputs"]>;

/**
 * Returns the facts about the ports of a node.
 *
 * @param config the given values, unchecked
 * @returns `undefined` if the type has all facts
 */
export type PortsOf = (config: { readonly [key: string]: unknown }) => KnownPorts | undefined;
