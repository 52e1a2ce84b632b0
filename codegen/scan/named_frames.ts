/**
 * Reads what the elements of a dynamic port may carry whose names are chosen with them: `Frame` for any frames, one
 * frame type, or several, `AudioFrame | VideoFrame`.
 *
 * @module
 */
import { Node } from "ts-morph";
import type { PortDescriptor } from "../../core/descriptor/descriptor.ts";
import { FRAME_TYPES } from "../frame_types.ts";
import type { FrameTypeModel, StructModel } from "../model.ts";
import type { ScanContext } from "./context.ts";
import { quote } from "./decorators.ts";
import { readFrameType, type ScannedFrame } from "./frame_type.ts";
import { type BoundType, resolveBound } from "./type_bindings.ts";

/** What the elements of a port may carry. */
export interface NamedFrames {
  /** The types, one a kind. */
  readonly named: NonNullable<PortDescriptor["named"]>;
  /** As written: `AudioFrame | VideoFrame`. */
  readonly text: string;
  readonly structs: readonly StructModel[];
  readonly model: FrameTypeModel;
}

/** Any frames. */
const ANY = "Frame";

/**
 * Reads the frame types of a port whose elements have names of their own.
 *
 * @param what whose they are, as messages name it: `port "sides"`
 * @returns `undefined` if something was refused
 */
export function readNamedFrames(context: ScanContext, bound: BoundType, what: string): NamedFrames | undefined {
  const { type, bindings } = resolveBound(bound);
  const written = Node.isTypeReference(type) ? type.getTypeName().getText() : "";
  if ((context.sources.importedAs(context.sources.pathOf(type), written) ?? written) === ANY) return anyFrames();
  const types = Node.isUnionTypeNode(type) ? type.getTypeNodes() : [type];
  const frames: ScannedFrame[] = [];
  for (const each of types) {
    const frame = readFrameType(context, { type: each, bindings }, what);
    if (frame === undefined) return undefined;
    if (frame.generic !== undefined) {
      const message =
        `Cannot use ${quote(each)} in ${what}: its elements have names of their own, and no link decides ` +
        "their types";
      return context.refuse(each, message, "write the type itself");
    }
    const other = frames.find(({ kind }) => kind === frame.kind);
    if (other !== undefined) {
      const message =
        `Cannot tell the frame types of ${what} apart: ${other.text} and ${frame.text} are both of kind ` +
        `"${frame.kind}", by which elements choose theirs`;
      return context.refuse(each, message, "leave one of them out");
    }
    frames.push(frame);
  }
  const [first, ...rest] = frames.map(({ model }) => model);
  return {
    named: frames.map(({ kind, text, schema, valueSchema, struct, channels }) => ({
      kind,
      type: text,
      ...(schema === undefined ? {} : { schema }),
      ...(valueSchema === undefined ? {} : { valueSchema }),
      ...(struct === undefined ? {} : { struct: struct.layout }),
      ...(channels === undefined ? {} : { channels }),
    })),
    text: frames.map(({ text }) => text).join(" | "),
    structs: frames.flatMap(({ struct }) => struct ?? []),
    model: rest.length === 0 ? first : { ...first, or: rest },
  };
}

function anyFrames(): NamedFrames {
  const named = Object.entries(FRAME_TYPES).map(([type, { kind, argument }]) => ({
    kind,
    type,
    ...(["value", "fields"].includes(argument) && { schema: "unknown" }),
  }));
  return { named, text: ANY, structs: [], model: { frame: ANY } };
}
