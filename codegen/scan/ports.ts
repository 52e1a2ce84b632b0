/**
 * Reads ports: `@input()` and `@output()` fields.
 *
 * @module
 */
import { Node, type TypeNode } from "ts-morph";
import type { PortDescriptor } from "../../core/registry/descriptor.ts";
import type { FrameTypeModel } from "../model.ts";
import type { ScanContext } from "./context.ts";
import { either, FLAG, listOf, objectOf, type OptionRule, quote, readOptions, wholeNumber } from "./decorators.ts";
import { readDoc } from "./docs.ts";
import type { AnnotatedField } from "./fields.ts";
import { readFrameType } from "./frame_type.ts";

/** Most elements of an array port. */
const ARRAY_LIMIT = 256;

/** Most frames of one burst: the largest capacity of a link. */
const BURST_LIMIT = 65_536;

const numberOrList = (rule: OptionRule): OptionRule => either(rule, listOf(rule));

const INPUT_RULES = {
  optional: FLAG,
  array: wholeNumber(1, ARRAY_LIMIT),
  accepts: objectOf({
    sampleRateHz: numberOrList(wholeNumber(1, 10_000_000)),
    channels: numberOrList(wholeNumber(1, 64)),
  }),
};

const OUTPUT_RULES = { burst: wholeNumber(1, BURST_LIMIT) };

/** A port with the TypeScript type of its frames. */
export interface ScannedPort {
  readonly descriptor: PortDescriptor;
  readonly frame: FrameTypeModel;
}

/** Reads a field that is annotated as a port. `undefined` if something was refused. */
export function readPort(context: ScanContext, { name, field, annotation }: AnnotatedField): ScannedPort | undefined {
  const isInput = annotation.name === "input";
  const options = readOptions(context, annotation, isInput ? INPUT_RULES : OUTPUT_RULES);
  const initializer = field.getInitializer();
  if (initializer !== undefined) {
    context.refuse(
      initializer,
      `Cannot give port "${name}" a value: the runtime assigns it`,
      `write "${name}!: ${field.getTypeNode()?.getText() ?? (isInput ? "StreamInput<…>" : "StreamOutput<…>")}"`,
    );
  }
  const element = readElementType(context, name, field.getTypeNode(), field.getNameNode(), isInput, options);
  if (element === undefined) return undefined;
  const frame = readFrameType(context, element, `port "${name}"`);
  if (frame === undefined || options === undefined || initializer !== undefined) return undefined;
  return {
    frame: frame.model,
    descriptor: {
      name,
      direction: isInput ? "input" : "output",
      kind: frame.kind,
      type: frame.text,
      ...(frame.schema === undefined ? {} : { schema: frame.schema }),
      ...(frame.channels === undefined ? {} : { channels: frame.channels }),
      ...(options.array === undefined ? {} : { array: options.array as number }),
      optional: options.optional === true || options.array !== undefined,
      ...(options.accepts === undefined ? {} : { accepts: options.accepts as PortDescriptor["accepts"] }),
      burst: (options.burst as number | undefined) ?? 1,
      doc: readDoc(field).text,
    },
  };
}

/** The type between the angle brackets of `StreamInput<…>`. */
function readElementType(
  context: ScanContext,
  name: string,
  type: TypeNode | undefined,
  nameNode: Node,
  isInput: boolean,
  options: Record<string, unknown> | undefined,
): TypeNode | undefined {
  const stream = isInput ? "StreamInput" : "StreamOutput";
  const other = isInput ? "StreamOutput" : "StreamInput";
  const annotation = isInput ? "@input" : "@output";
  if (type === undefined) {
    return context.refuse(
      nameNode,
      `Cannot read port "${name}": it has no type, wanted ${stream}<…>`,
      `write "${name}!: ${stream}<AudioFrame>"`,
    );
  }
  const listed = elementOf(type);
  const single = listed ?? type;
  const found = streamName(context, single);
  if (found === other) {
    return context.refuse(
      single,
      `Cannot read port "${name}": it is annotated "${annotation}" and its type is ${other}`,
      `write "${stream}", or annotate it "${isInput ? "@output" : "@input"}"`,
    );
  }
  if (found !== stream) {
    return context.refuse(
      type,
      `Cannot read port "${name}": its type is ${quote(type)}, wanted ${stream}<…>`,
      `write "${name}!: ${stream}<AudioFrame>"`,
    );
  }
  if (listed !== undefined && !isInput) {
    return context.refuse(
      type,
      `Cannot read port "${name}": an output cannot be an array`,
      "declare an output for each element",
    );
  }
  if (listed !== undefined && options !== undefined && options.array === undefined) {
    return context.refuse(
      type,
      `Cannot read port "${name}": its type is an array, and "${annotation}" does not say of how many elements`,
      `write "${annotation}({ array: 4 })"`,
    );
  }
  if (listed === undefined && options?.array !== undefined) {
    return context.refuse(
      type,
      `Cannot read port "${name}": it is an array of ${options.array}, and its type ${quote(type)} is not an array`,
      `write "${name}!: ${type.getText()}[]"`,
    );
  }
  const [frame] = Node.isTypeReference(single) ? single.getTypeArguments() : [];
  if (frame !== undefined) return frame;
  return context.refuse(
    single,
    `Cannot read port "${name}": ${stream} does not say of which frames`,
    `write "${stream}<AudioFrame>"`,
  );
}

function elementOf(type: TypeNode): TypeNode | undefined {
  if (Node.isTypeOperatorTypeNode(type)) return elementOf(type.getTypeNode());
  if (Node.isArrayTypeNode(type)) return type.getElementTypeNode();
  if (!Node.isTypeReference(type)) return undefined;
  return ["Array", "ReadonlyArray"].includes(type.getTypeName().getText()) ? type.getTypeArguments()[0] : undefined;
}

function streamName(context: ScanContext, type: TypeNode): string | undefined {
  if (!Node.isTypeReference(type)) return undefined;
  const name = type.getTypeName().getText();
  return context.sources.importedAs(context.sources.pathOf(type), name) ?? name;
}
