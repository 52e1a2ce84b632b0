/**
 * The type checker's message for a link between an output and an input: none if the types fit, else one sentence with
 * both ports and both types.
 *
 * @module
 */
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import type { EncodedFrame } from "../frames/encoded_frame.ts";
import type { Frame } from "../frames/frame.ts";
import type { PacketFrame } from "../frames/packet_frame.ts";
import type { VideoFrame } from "../frames/video_frame.ts";
import type { LinkOptions } from "../links/policy.ts";
import type { InputRef, OutputRef } from "./handle.ts";

/** Any output. */
// deno-lint-ignore no-explicit-any -- as an argument, of which the frames are inferred
export type AnyOutput = OutputRef<any>;
/** Any input. */
// deno-lint-ignore no-explicit-any -- as an argument, of which the frames are inferred
export type AnyInput = InputRef<any>;

/** Frames that nodes encode and decode. */
export type Media = AudioFrame | VideoFrame | EncodedFrame;

/** The type that an input must also have to be linked to an output: `unknown`, or the fault in words. */
export type Linkable<From extends AnyOutput, To extends AnyInput, O extends LinkOptions> = From extends
  OutputRef<infer F> ? To extends InputRef<infer G> ? [F] extends [G] ? unknown
    : O extends { readonly convert: "auto" } ? [F, G] extends [Media, Media] ? unknown
      : Mismatch<PortName<From>, F, PortName<To>, G>
    : Mismatch<PortName<From>, F, PortName<To>, G>
  : never
  : never;

/** The name of a reference's port. */
export type PortName<R extends AnyOutput | AnyInput> = Exclude<keyof NonNullable<R["~name"]>, "" | number | symbol>;

/** The fault in words; with the types themselves if their names are equal. */
export type Mismatch<A extends string, F extends Frame, B extends string, G extends Frame> = NameOf<F> extends NameOf<G>
  ? CannotLink<A, F, B, G>
  : `Cannot link output "${A}" to input "${B}": it carries ${NameOf<F>}, wanted ${NameOf<G>}`;

/** An output `A` of frames `F`, and an input `B` for frames `G`, as the type checker shows them. */
export interface CannotLink<A extends string, F extends Frame, B extends string, G extends Frame> {
  /** For the type checker only. */
  readonly "~cannotLink": [A, F, B, G];
}

/** The name of a frame type, as far as text can express it. */
export type NameOf<F> = F extends AudioFrame<infer C> ? number extends C ? "AudioFrame" : `AudioFrame<${C}>`
  : F extends VideoFrame ? "VideoFrame"
  : F extends EncodedFrame ? "EncodedFrame"
  : F extends PacketFrame<infer _> ? "PacketFrame"
  : F extends DataFrame<infer T> ? T extends number ? "DataFrame<number>" : T extends string ? "DataFrame<string>"
    : "DataFrame"
  : "Frame";
