/**
 * Checks the formats that nodes announce against the formats that the linked inputs accept.
 *
 * @module
 */
import { portAddress } from "../ids.ts";
import type { AnnouncedFormat } from "../lanes/messages.ts";
import type { NodeDescriptor, PortDescriptor } from "../descriptor/descriptor.ts";
import type { Codec, FrameKind } from "../frames/format.ts";
import { assertAccepted } from "../ports/accepted.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { acceptedBy } from "../graph/known_formats.ts";
import type { LinkEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";

/** Node types by {@linkcode ConverterKey}. */
type Converters = { [key: string]: readonly string[] };

/** A node type that decodes or encodes. */
interface Coder {
  readonly type: string;
  /** The kind of the raw frames at its other side. */
  readonly kind: FrameKind;
  readonly codecs: readonly Codec[];
}

/** Sorts node types by the field that they convert. */
export function convertersByField(types: readonly AnyNodeType[]): Converters {
  const named: { [key: string]: string[] } = {};
  for (const { descriptor: { type, converts } } of types) {
    for (const field of converts) if (field !== "codec") (named[field] ??= []).push(type);
  }
  return { ...named, ...codecChanges(types) };
}

/** Returns the decoder and the encoder from each codec to each other one. */
function codecChanges(types: readonly AnyNodeType[]): Converters {
  const coders = types.map(({ descriptor }) => descriptor).filter(({ converts }) => converts.includes("codec"));
  const narrow = (a: Coder, b: Coder) => a.codecs.length - b.codecs.length;
  const decoders = coders.flatMap((each) => coder(each, each.inputs[0], each.outputs[0])).toSorted(narrow);
  const encoders = coders.flatMap((each) => coder(each, each.outputs[0], each.inputs[0])).toSorted(narrow);
  const changes: Converters = {};
  for (const encoder of encoders) {
    for (const to of encoder.codecs) {
      for (const { type, codecs } of decoders.filter(({ kind }) => kind === encoder.kind)) {
        for (const from of codecs) if (from !== to) changes[`${from}>${to}`] ??= [type, encoder.type];
      }
    }
  }
  return changes;
}

/** Returns a coder by its encoded port and its raw one; empty if it lacks either. */
function coder({ type }: NodeDescriptor, encoded?: PortDescriptor, raw?: PortDescriptor): Coder[] {
  const codecs = listOf(encoded?.accepts?.codec ?? encoded?.gives?.codec);
  return encoded?.kind !== "encoded" || raw === undefined ? [] : [{ type, kind: raw.kind, codecs }];
}

function listOf(codecs: Codec | readonly Codec[] = []): readonly Codec[] {
  return typeof codecs === "string" ? [codecs] : codecs;
}

/**
 * Checks links as far as the formats at their start are known.
 *
 * @param formats of outputs, or of the inputs that they lead to
 * @throws {SluiceError} `TypeMismatch`, which names converters
 */
export function checkFormats(
  topology: Topology,
  converters: Converters,
  formats: readonly AnnouncedFormat[],
  links: readonly LinkEntry[],
): void {
  const known = new Map<string, AnnouncedFormat["format"]>();
  for (const { node, port, format } of formats) {
    const source = topology.linkInto(node, port);
    known.set(source === undefined ? portAddress(node, port) : portAddress(source.fromNode, source.fromPort), format);
  }
  for (const link of links) {
    const format = known.get(portAddress(link.fromNode, link.fromPort));
    const node = topology.nodes.get(link.toNode);
    const accepts = node === undefined ? link.input.accepts : acceptedBy(node, link.input);
    if (format === undefined || accepts === undefined) continue;
    assertAccepted(format, accepts, link, (key) => converters[key] ?? []);
  }
}
