/**
 * Typed references to the ports of a node in a graph, which `runtime.add()` returns and `runtime.connect()` takes. They
 * exist for the type checker; at run time a reference is an address. For a link whose types do not fit, the type checker
 * shows one sentence with both ports and both types.
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
import type { NodeId, PortAddress } from "../ids.ts";

/** An output of a node in a graph. */
export interface OutputRef<F extends Frame = Frame, N extends string = string> {
  /** Tells references to inputs and outputs apart. */
  readonly direction: "output";
  /** The node's id. */
  readonly node: NodeId;
  /** The port's name; `audio_2` for an element of an array port. */
  readonly port: string;
  /** `node` and `port`, joined by a dot. */
  readonly address: PortAddress;
  /**
   * For the type checker only: an output gives frames of type `F`, so `OutputRef<AudioFrame<2>>` is an
   * `OutputRef<AudioFrame>`.
   */
  readonly "~frame"?: () => F;
  /** For the type checker only: the port's name, for messages. References to ports with other names stay assignable. */
  readonly "~name"?: { readonly [K in N | ""]?: never };
}

/** An input of a node in a graph. */
export interface InputRef<F extends Frame = Frame, N extends string = string> {
  /** Tells references to inputs and outputs apart. */
  readonly direction: "input";
  /** The node's id. */
  readonly node: NodeId;
  /** The port's name; `audio_2` for an element of an array port. */
  readonly port: string;
  /** `node` and `port`, joined by a dot. */
  readonly address: PortAddress;
  /**
   * For the type checker only: an input takes frames of type `F`, so `InputRef<AudioFrame>` is an
   * `InputRef<AudioFrame<2>>`.
   */
  readonly "~frame"?: (frame: F) => void;
  /** For the type checker only: the port's name, for messages. References to ports with other names stay assignable. */
  readonly "~name"?: { readonly [K in N | ""]?: never };
}

/** An input whose elements are added and removed while the graph runs. */
export interface DynamicInputRef<F extends Frame = Frame> {
  /** Tells references to inputs and outputs apart. */
  readonly direction: "input";
  /** The node's id. */
  readonly node: NodeId;
  /** The name of the port as a whole. */
  readonly port: string;
  /** The element with a number; it need not exist yet. */
  readonly [element: number]: InputRef<F>;
}

/** An output whose elements are added and removed while the graph runs. */
export interface DynamicOutputRef<F extends Frame = Frame> {
  /** Tells references to inputs and outputs apart. */
  readonly direction: "output";
  /** The node's id. */
  readonly node: NodeId;
  /** The name of the port as a whole. */
  readonly port: string;
  /** The element with a number; it need not exist yet. */
  readonly [element: number]: OutputRef<F>;
}

/**
 * Represents a type that is unknown to the type checker, and fits every other type. The runtime learns the type when
 * the node is linked.
 */
// deno-lint-ignore no-explicit-any -- what `unknown` is not: it may be linked to an input of any type
export type Untyped = any;

/** Represents a port, in a shape, whose whole frame type is a type parameter of the handle. */
export interface SinglePort<F extends Frame = Frame> {
  /** For the type checker only: the type of its frames. */
  readonly "~single": F;
}

/** Represents a dynamic port in a shape. */
export interface DynamicPort<F extends Frame = Frame> {
  /** For the type checker only: the type of its elements' frames. */
  readonly "~element": F;
}

/** Represents a dynamic port, in a shape, whose elements have names of their own. */
export interface NamedPorts<F extends Frame = Frame> {
  /** For the type checker only: the type of its elements' frames. */
  readonly "~named": F;
}

/** Port names to frame types; an array of frames represents an array port. */
export type PortShape = { readonly [name: string]: Frame | readonly Frame[] | SinglePort | DynamicPort | NamedPorts };

/**
 * The elements of an array port of `N` elements: a tuple, so that an index out of range is a type error. A list if `N`
 * is not known.
 */
export type PortArray<F extends Frame, N extends number, T extends readonly F[] = readonly []> = number extends N
  ? readonly F[]
  : T["length"] extends N ? T
  : PortArray<F, N, readonly [...T, F]>;

/** The input references for a shape. */
export type InputRefs<I> = {
  readonly [K in keyof I]: I[K] extends readonly Frame[] ? InputRefTuple<I[K], K & string>
    : I[K] extends SinglePort<infer F> ? InputRef<F, K & string>
    : I[K] extends DynamicPort<infer F> ? DynamicInputRef<F>
    : I[K] extends NamedPorts<infer F> ? { readonly [name: string]: InputRef<F> }
    : I[K] extends Frame ? InputRef<I[K], K & string>
    : never;
};

/** The output references for a shape. */
export type OutputRefs<O> = {
  readonly [K in keyof O]: O[K] extends readonly Frame[] ? OutputRefTuple<O[K], K & string>
    : O[K] extends SinglePort<infer F> ? OutputRef<F, K & string>
    : O[K] extends DynamicPort<infer F> ? DynamicOutputRef<F>
    : O[K] extends NamedPorts<infer F> ? { readonly [name: string]: OutputRef<F> }
    : O[K] extends Frame ? OutputRef<O[K], K & string>
    : never;
};

/** The references to the elements of an input array port. */
export type InputRefTuple<A extends readonly Frame[], N extends string = string> = {
  readonly [E in keyof A]: InputRef<A[E], `${N}_${E & string}`>;
};

/** The references to the elements of an output array port. */
export type OutputRefTuple<A extends readonly Frame[], N extends string = string> = {
  readonly [E in keyof A]: OutputRef<A[E], `${N}_${E & string}`>;
};

/** A node that was added to a runtime. `I` and `O` map port names to frame types. */
export interface NodeHandle<I = Record<never, never>, O = Record<never, never>> {
  /** Its id in the graph. */
  readonly id: NodeId;
  /** The registered name of its type. */
  readonly type: string;
  /** Its inputs, by name. */
  readonly inputs: InputRefs<I>;
  /** Its outputs, by name. */
  readonly outputs: OutputRefs<O>;
  /** As `inputs[name]`. */
  input<K extends keyof I & string>(name: K): InputRefs<I>[K];
  /** As `outputs[name]`. */
  output<K extends keyof O & string>(name: K): OutputRefs<O>[K];
}

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
