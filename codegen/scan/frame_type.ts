/**
 * Reads the frame type of a port: `AudioFrame<2>`, `DataFrame<LevelReading>`, or a name for one.
 *
 * @module
 */
import { Node, SyntaxKind, type TypeNode, type TypeParameterDeclaration } from "ts-morph";
import { listNames, nearestName } from "../../core/errors.ts";
import type { FrameKind } from "../../core/frames/format.ts";
import type { PortDescriptor } from "../../core/descriptor/descriptor.ts";
import { CHANNEL_LIMIT, FRAME_TYPES } from "../frame_types.ts";
import type { FrameTypeModel, StructModel, TypeArgumentModel } from "../model.ts";
import { isBindingName } from "../names.ts";
import type { ScanContext } from "./context.ts";
import { quote } from "./decorators.ts";
import { evaluate } from "./literal.ts";
import { checkFrameTag, hasFrameTag, StructReader } from "./structs.ts";
import { readValueSchema } from "./value_schema.ts";
import { type BoundType, NO_BINDINGS, resolveBound, type TypeBindings } from "./type_bindings.ts";

/** The most aliases of aliases. */
const ALIAS_LIMIT = 16;

/** The class of all frames. */
const ANY = "Frame";

/** The value has no fixed layout. */
const NO_STRUCT = "none";

/** Types of every file that a `DataFrame` may carry. */
const GLOBAL_TYPES: ReadonlySet<string> = new Set([
  "ArrayBuffer",
  "Date",
  "Float32Array",
  "Float64Array",
  "Int16Array",
  "Int32Array",
  "Int8Array",
  "URL",
  "Uint16Array",
  "Uint32Array",
  "Uint8Array",
  "Uint8ClampedArray",
]);

/** The frame type of a port. */
export interface ScannedFrame {
  readonly kind: FrameKind;
  /** Its text in messages: `AudioFrame<2>`. */
  readonly text: string;
  readonly schema?: string;
  readonly valueSchema?: PortDescriptor["valueSchema"];
  readonly channels?: number;
  /** The places of open type parameters in the argument. */
  readonly generic?: PortDescriptor["generic"];
  /** The value's fixed layout, if its interface is tagged `@frame`. */
  readonly struct?: StructModel;
  readonly model: FrameTypeModel;
}

/**
 * Reads a frame type.
 *
 * @param what whose it is, as messages name it: `port "audioIn"`
 * @returns `undefined` if it was refused
 */
export function readFrameType(
  context: ScanContext,
  bound: BoundType,
  what: string,
  depth = 0,
): ScannedFrame | undefined {
  const { type, bindings } = resolveBound(bound);
  if (!Node.isTypeReference(type)) return refuseUnknown(context, type, what);
  const written = type.getTypeName().getText();
  const path = context.sources.pathOf(type);
  const frame = context.sources.importedAs(path, written) ?? written;
  if (!Object.hasOwn(FRAME_TYPES, frame)) {
    const target = context.sources.resolve(path, written);
    if (target.kind === "declared" && Node.isTypeAliasDeclaration(target.node) && depth < ALIAS_LIMIT) {
      const aliased = target.node.getTypeNode();
      if (aliased !== undefined && target.node.getTypeParameters().length === 0) {
        context.sources.use(target.path);
        return readFrameType(context, { type: aliased, bindings: NO_BINDINGS }, what, depth + 1);
      }
    }
    if (target.kind === "global" && isTypeParameter(type, written)) {
      return isOpen(context, type) ? readFrameParameter(context, type, what) : refuseParameter(context, type, what);
    }
    return refuseUnknown(context, type, what);
  }
  const { kind, argument } = FRAME_TYPES[frame];
  const [argumentNode] = type.getTypeArguments();
  const given = argumentNode && resolveBound({ type: argumentNode, bindings }).type;
  if (argument === "channels") {
    if (given === undefined || given.getKind() === SyntaxKind.NumberKeyword) {
      return { kind, text: frame, model: { frame } };
    }
    if (isOpen(context, given)) {
      const name = given.getText();
      const model: FrameTypeModel = { frame, argument: { kind: "parameter", name } };
      return { kind, text: `${frame}<${name}>`, generic: { argument: name, parameters: [name] }, model };
    }
    const channels = Node.isLiteralTypeNode(given) ? evaluate(given.getLiteral()) : undefined;
    if (!channels?.ok || !isChannelCount(channels.value)) {
      if (isTypeParameter(given, given.getText())) return refuseParameter(context, given, what);
      return context.refuse(
        given,
        `Cannot use ${quote(given)} as the number of channels of ${what}: wanted a number from 1 to ${CHANNEL_LIMIT}`,
        `write "${frame}<2>", or "${frame}" for any number`,
      );
    }
    const text = `${frame}<${channels.value}>`;
    const model: FrameTypeModel = { frame, argument: { kind: "global", text: String(channels.value) } };
    return { kind, text, channels: channels.value, model };
  }
  if (argument === "none") {
    if (given === undefined) return { kind, text: frame, model: { frame } };
    return context.refuse(given, `Cannot use ${quote(given)} in ${what}: "${frame}" takes no type`, `write "${frame}"`);
  }
  if (argument === "fields" && given === undefined) return { kind, text: frame, schema: "unknown", model: { frame } };
  return readCarried(context, { frame, kind }, argumentNode && resolveBound({ type: argumentNode, bindings }), what);
}

/** Frame types of which there is one for each kind. */
export interface FrameChoice {
  /** What each is in descriptors. */
  readonly choice: NonNullable<PortDescriptor["named"]>;
  /** As written: `AudioFrame | VideoFrame`. */
  readonly text: string;
  readonly structs: readonly StructModel[];
  readonly model: FrameTypeModel;
}

/**
 * Reads frame types of which there is one for each kind: `Frame` for all of them, one, or several, `AudioFrame |
 * VideoFrame`. None may have a type parameter in it that links decide.
 *
 * @param what whose they are, as messages name it: `port "sides"`
 * @param why why links do not decide, for messages
 * @param apart how a kind chooses among them, for messages
 * @returns `undefined` if something was refused
 */
export function readFrameChoice(
  context: ScanContext,
  bound: BoundType,
  what: string,
  why: string,
  apart: string,
): FrameChoice | undefined {
  const { type, bindings } = resolveBound(bound);
  const written = Node.isTypeReference(type) ? type.getTypeName().getText() : "";
  if ((context.sources.importedAs(context.sources.pathOf(type), written) ?? written) === ANY) return anyFrames();
  const types = Node.isUnionTypeNode(type) ? type.getTypeNodes() : [type];
  const frames: ScannedFrame[] = [];
  for (const each of types) {
    const frame = readFrameType(context, { type: each, bindings }, what);
    if (frame === undefined) return undefined;
    if (frame.generic !== undefined) {
      return context.refuse(each, `Cannot use ${quote(each)} in ${what}: ${why}`, "write the type itself");
    }
    const other = frames.find(({ kind }) => kind === frame.kind);
    if (other !== undefined) {
      const message =
        `Cannot tell the frame types of ${what} apart: ${other.text} and ${frame.text} are both of kind ` +
        `"${frame.kind}", ${apart}`;
      return context.refuse(each, message, "leave one of them out");
    }
    frames.push(frame);
  }
  const [first, ...rest] = frames.map(({ model }) => model);
  return {
    choice: frames.map(({ kind, text, schema, valueSchema, struct, channels }) => ({
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

function anyFrames(): FrameChoice {
  const choice = Object.entries(FRAME_TYPES).map(([type, { kind, argument }]) => ({
    kind,
    type,
    ...(["value", "fields"].includes(argument) && { schema: "unknown" }),
  }));
  return { choice, text: ANY, structs: [], model: { frame: ANY } };
}

/** Reads a type parameter that stands for a whole frame type: what it extends says which kinds it may be. */
function readFrameParameter(context: ScanContext, type: TypeNode, what: string): ScannedFrame | undefined {
  const name = type.getText();
  const bound = (typeParameterOf(type, name) as TypeParameterDeclaration).getConstraint();
  if (bound === undefined) return refuseParameter(context, type, what, `write "${name} extends Frame"`);
  const why = `"${name}" extends it, and a parameter's own bound has no parameters`;
  const apart = "by which links tell them";
  const frames = readFrameChoice(context, { type: bound, bindings: NO_BINDINGS }, what, why, apart);
  if (frames === undefined) return undefined;
  const told = frames.choice.find(({ channels, schema = "unknown" }) => channels !== undefined || schema !== "unknown");
  if (told !== undefined) {
    const message =
      `Cannot use ${quote(bound)} as what "${name}" of ${what} extends: its frames are told by their kind ` +
      `alone, found ${told.type}`;
    return context.refuse(bound, message, "leave the type arguments out");
  }
  const [{ kind, type: first, schema }] = frames.choice;
  const kinds = frames.choice.map((each) => each.kind);
  // Where there is only one, links tell no more than its argument.
  const known = kinds.length === 1 ? { kind } : {};
  return {
    kind,
    text: kinds.length === 1 ? first : frames.text,
    ...(schema === undefined ? {} : { schema }),
    generic: { argument: name, parameters: [name], frames: kinds, ...known },
    model: { ...frames.model, parameter: name },
  };
}

/** Reads a frame type that carries values or records, by their type. */
function readCarried(
  context: ScanContext,
  { frame, kind }: { readonly frame: string; readonly kind: FrameKind },
  given: BoundType | undefined,
  what: string,
): ScannedFrame | undefined {
  const value = given === undefined
    ? { kind: "global", text: "unknown" } as const
    : readValueType(context, given.type, what, given.bindings);
  if (value === undefined) return undefined;
  const schema = schemaOf(value);
  const isTold = kind === "data" && value.kind !== "parameter";
  const valueSchema = isTold && given ? readValueSchema(context, given.type, given.bindings) : undefined;
  const model: FrameTypeModel = { frame, argument: value };
  const read = { kind, text: `${frame}<${schema}>`, ...(valueSchema !== undefined && { valueSchema }), model };
  const parameters = [...new Set(parametersOf(value))];
  if (parameters.length > 0) return { ...read, schema: "unknown", generic: { argument: schema, parameters } };
  const struct = readStruct(context, given?.type);
  if (struct === undefined) return undefined;
  return { ...read, schema, ...(struct === NO_STRUCT ? {} : { struct }) };
}

/** The name of a type in graphs: ports of values connect if their types have equal names. */
export function schemaOf(type: TypeArgumentModel): string {
  if (type.kind === "global") return type.text;
  const { name } = type;
  return type.kind === "parameter" || type.terms === undefined
    ? name
    : `${name}<${type.terms.map(schemaOf).join(",")}>`;
}

function parametersOf(type: TypeArgumentModel): string[] {
  if (type.kind === "parameter") return [type.name];
  return type.kind === "global" ? [] : type.terms?.flatMap(parametersOf) ?? [];
}

/** The layout of a value whose interface is tagged `@frame`. Returns `undefined` if it was refused. */
function readStruct(context: ScanContext, type: TypeNode | undefined): StructModel | typeof NO_STRUCT | undefined {
  if (!Node.isTypeReference(type)) return NO_STRUCT;
  const target = context.sources.resolve(context.sources.pathOf(type), type.getTypeName().getText());
  if (target.kind !== "declared") return NO_STRUCT;
  if (!Node.isInterfaceDeclaration(target.node)) return checkFrameTag(context, target.node) ? NO_STRUCT : undefined;
  return hasFrameTag(target.node) ? new StructReader(context).read(target.node) : NO_STRUCT;
}

/** Reads the `T` of `DataFrame<T>`: a type that has a name, since the name is its schema. */
export function readValueType(
  context: ScanContext,
  type: TypeNode,
  what: string,
  bindings: TypeBindings = NO_BINDINGS,
  depth = 0,
): TypeArgumentModel | undefined {
  const text = type.getText();
  const refuse = (reason: string, mend: string): undefined =>
    context.refuse(type, `Cannot use ${quote(type)} as the value of ${what}: ${reason}`, mend);
  if (["string", "number", "boolean", "unknown"].includes(text)) return { kind: "global", text };
  if (!Node.isTypeReference(type)) {
    return refuse("it has no name, and the name is its schema", "declare and export a type for it");
  }
  if (isOpen(context, type)) return { kind: "parameter", name: text };
  if (isTypeParameter(type, text)) return refuseParameter(context, type, what);
  const path = context.sources.pathOf(type);
  const target = context.sources.resolve(path, type.getTypeName().getText());
  if (target.kind === "global") {
    if (GLOBAL_TYPES.has(target.name) && type.getTypeArguments().length === 0) return { kind: "global", text };
    return refuse("it is neither declared nor imported here", "import the type");
  }
  if (depth >= ALIAS_LIMIT) return refuse("too many types stand in one another", "export a name for a part of it");
  const terms: TypeArgumentModel[] = [];
  for (const each of type.getTypeArguments()) {
    const term = readValueType(context, resolveBound({ type: each, bindings }).type, what, bindings, depth + 1);
    if (term === undefined) return undefined;
    terms.push(term);
  }
  const given = terms.length === 0 ? {} : { terms };
  if (target.kind === "broken") return refuse(target.reason, "correct the import");
  if (target.kind === "package") {
    if (!isBindingName(target.name)) {
      return refuse("it is not imported by name", `import { … } from "${target.specifier}"`);
    }
    return { kind: "package", specifier: target.specifier, name: target.name, ...given };
  }
  context.sources.use(target.path);
  const { node } = target;
  const isType = Node.isInterfaceDeclaration(node) || Node.isTypeAliasDeclaration(node) ||
    Node.isClassDeclaration(node) || Node.isEnumDeclaration(node);
  if (!isType) return refuse("it is not a type", "name a type");
  const parameters = Node.isEnumDeclaration(node) ? [] : node.getTypeParameters();
  if (parameters.slice(terms.length).some((each) => each.getDefault() === undefined)) {
    return refuse("its type arguments are missing", `export a name for it: "type Reading = ${text}<…>"`);
  }
  const name = context.sources.exportedName(target.path, target.name);
  if (name === undefined || !isBindingName(name)) {
    return refuse(`"${target.path}" does not export it by name`, `write "export" before its declaration`);
  }
  return { kind: "file", path: target.path, name, ...given };
}

function refuseUnknown(context: ScanContext, type: TypeNode, what: string): undefined {
  const known = Object.keys(FRAME_TYPES);
  const name = Node.isTypeReference(type) ? type.getTypeName().getText() : "";
  const nearest = nearestName(name, known.filter((each) => each[0].toLowerCase() === name[0]?.toLowerCase()));
  return context.refuse(
    type,
    `Cannot use ${quote(type)} as the frame type of ${what}: wanted ${
      listNames(known).replace(/ and (?=[^ ]*$)/, " or ")
    }`,
    nearest === undefined ? `carry other values in a "DataFrame<T>"` : `write "${nearest}"`,
  );
}

function refuseParameter(
  context: ScanContext,
  type: TypeNode,
  what: string,
  mend = "write the type itself, in a class for each",
): undefined {
  return context.refuse(
    type,
    `Cannot resolve the generic ${quote(type)} of ${what}: a node type has one type for each port`,
    mend,
  );
}

function isTypeParameter(node: Node, name: string): boolean {
  return typeParameterOf(node, name) !== undefined;
}

/** Whether a type is a type parameter that stays open. */
function isOpen(context: ScanContext, type: TypeNode): boolean {
  const parameter = typeParameterOf(type, type.getText());
  return parameter !== undefined && context.open.has(parameter);
}

/** The type parameter of a class around a node. */
function typeParameterOf(node: Node, name: string): Node | undefined {
  for (const each of node.getAncestors()) {
    if (!Node.isClassDeclaration(each)) continue;
    const found = each.getTypeParameters().find((parameter) => parameter.getName() === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isChannelCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= CHANNEL_LIMIT;
}
