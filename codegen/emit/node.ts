/**
 * The code for one node type: port registry, configuration, handle, descriptor and factory.
 *
 * @module
 */
import { describeSchema } from "../../core/descriptor/config_check.ts";
import { type ConfigSchema, isList, type PortDescriptor } from "../../core/descriptor/descriptor.ts";
import { FRAME_TYPES } from "../frame_types.ts";
import type { FrameTypeModel, NodeModel, TypedNode } from "../model.ts";
import { identifierOf, typePrefixOf } from "../names.ts";
import type { Imports } from "./imports.ts";
import { viewName } from "./struct_view.ts";
import { docComment, literal, propertyKey, typeOf } from "./source_text.ts";

/** The declarations of a node type, not formatted. */
export function emitNode(node: NodeModel, imports: Imports): string {
  return [
    emitPorts(node, imports),
    emitConfig(node, imports),
    emitHandle(node, imports),
    emitType(node, imports),
  ].join("\n\n");
}

function emitPorts(node: NodeModel, imports: Imports): string {
  const { type, inputs, outputs } = node.descriptor;
  const prefix = typePrefixOf(type);
  const streamOf = (port: PortDescriptor) => {
    const stream = imports.runtime(port.direction === "input" ? "StreamInput" : "StreamOutput");
    return `${stream}<${imports.closedFrame(node.frames[port.name])}>${isList(port) ? "[]" : ""}`;
  };
  const names = (ports: readonly PortDescriptor[]) => `[${ports.map(({ name }) => JSON.stringify(name)).join(", ")}]`;
  const byName = (ports: readonly PortDescriptor[]) => {
    if (ports.length === 0) return { type: "Record<never, never>", value: "{}" };
    const members = ports.map((port) => `readonly ${port.name}: ${readonlyList(port)}${streamOf(port)}`);
    const values = ports.map((port) => `${port.name}: this.#processor.${port.name}`);
    return { type: `{ ${members.join("; ")} }`, value: `{ ${values.join(", ")} }` };
  };
  const visits = [...inputs, ...outputs].map((port) =>
    isList(port)
      ? `for (const port of this.#processor.${port.name}) visitor.${port.direction}(port.name, port);`
      : `visitor.${port.direction}(${JSON.stringify(port.name)}, this.#processor.${port.name});`
  );
  const wires = [...inputs, ...outputs].map((port) => {
    const call = isList(port) ? `${port.direction}s` : port.direction;
    return `this.#processor.${port.name} = wiring.${call}(${JSON.stringify(port.name)}) as ${streamOf(port)};`;
  });
  const fields = `{ ${[...inputs, ...outputs].map((port) => `${port.name}: ${streamOf(port)}`).join("; ")} }`;
  const read = byName(inputs);
  const written = byName(outputs);
  return `${docComment(`The ports of \`${type}\`.`)}export class ${prefix}Ports implements ${
    imports.runtime("PortRegistry")
  } {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ${names(inputs)} = ${names(inputs)};
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ${names(outputs)} = ${names(outputs)};
  readonly #processor: ${fields};

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: ${fields}) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): ${read.type} {
    return ${read.value};
  }

  /** The outputs by name. */
  outputs(): ${written.type} {
    return ${written.value};
  }

  /** Shows each port to a visitor. */
  visit(visitor: ${imports.runtime("PortVisitor")}): void {
    ${visits.join("\n    ")}
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: ${imports.runtime("PortWiring")}): void {
    ${wires.join("\n    ")}
  }
}`;
}

function readonlyList(port: PortDescriptor): string {
  return isList(port) ? "readonly " : "";
}

/** The type of a configuration. */
export function emitConfig({ descriptor: { type, config } }: TypedNode, imports: Imports): string {
  const name = `${typePrefixOf(type)}Config`;
  const keys = Object.entries(config.properties);
  const doc = docComment(`The configuration of \`${type}\`.`);
  if (keys.length === 0) return `${doc}export type ${name} = Record<string, never>;`;
  const members = keys.map(([key, schema]) => {
    const mark = config.required.includes(key) ? "" : "?";
    const deprecated = schema.deprecated === true ? "@deprecated" : "";
    const lines = docComment(schema.description ?? "", describeKey(schema), deprecated);
    return `${lines}readonly ${propertyKey(key)}${mark}: ${typeOf(schema)};`;
  });
  if (members.some((each) => /\bDurationText\b/.test(each))) imports.runtime("DurationText");
  return `${doc}export interface ${name} {\n${members.join("\n")}\n}`;
}

/** `A number from -60 to 24 dB; 0 by default; may change while the node runs.` */
function describeKey(schema: ConfigSchema): string {
  const values = describeSchema(schema);
  const parts = [values.charAt(0).toUpperCase() + values.slice(1)];
  if (schema.default !== undefined) parts.push(`${JSON.stringify(schema.default)} by default`);
  if (schema["x-live"] === true) parts.push("may change while the node runs");
  return `${parts.join("; ")}.`;
}

/** The type of a node in a graph. */
export function emitHandle(node: TypedNode, imports: Imports): string {
  const { type, inputs, outputs } = node.descriptor;
  const sizes = sizeKeys(node);
  const shapeOf = (ports: readonly PortDescriptor[]) => {
    if (ports.length === 0) return "Record<never, never>";
    const members = ports.map((port) => {
      const frame = imports.frame(node.frames[port.name]);
      const isWhole = node.frames[port.name].parameter !== undefined;
      if (port.named !== undefined) return `${port.name}: ${imports.runtime("NamedPorts")}<${namedFrame(port, frame)}>`;
      if (port.dynamic !== undefined) return `${port.name}: ${imports.runtime("DynamicPort")}<${frame}>`;
      if (port.array === undefined) {
        return `${port.name}: ${isWhole ? `${imports.runtime("SinglePort")}<${frame}>` : frame}`;
      }
      const size = sizes.get(port.sizedBy ?? "")?.parameter ?? port.array;
      return `${port.name}: ${imports.runtime("PortArray")}<${frame}, ${size}>`;
    });
    return `{ ${members.join("; ")} }`;
  };
  const namedFrame = ({ direction, named }: PortDescriptor, frame: string) =>
    direction === "output" && named!.length > 1 ? imports.runtime("Untyped") : frame;
  const shapes = `${shapeOf(inputs)}, ${shapeOf(outputs)}`;
  const prefix = typePrefixOf(type);
  const open = openParameters(node, imports);
  const counts = [...sizes.values()].map(({ parameter, fallback }) => `${parameter} extends number = ${fallback}`);
  const parameters = [...open, ...counts];
  const generic = parameters.length === 0 ? "" : `<${parameters.join(", ")}>`;
  const handle = `${docComment(`A \`${type}\` in a graph.`)}export type ${prefix}Handle${generic} = ${
    imports.runtime("NodeHandle")
  }<${shapes}>;`;
  if (parameters.length === 0) return handle;
  const given = [...sizes].map(([key, { parameter }]) => `readonly ${key}?: ${parameter}`).join("; ");
  const nodeType = `${imports.runtime("NodeType")}<${prefix}Config, ${prefix}Handle>`;
  const [about, call] = sizes.size === 0
    ? ["which carries what its links do", "A node whose ports carry these types; without them, any"]
    : ["whose ports depend on its configuration", "A node with as many ports as the configuration says"];
  const config = sizes.size === 0 ? `${prefix}Config` : `${prefix}Config & { ${given} }`;
  const mark = open.length > 0 && node.descriptor.config.required.length === 0 ? "?" : "";
  const names = [...node.parameters.map(({ name }) => name), ...[...sizes.values()].map((each) => each.parameter)];
  return `${handle}

${docComment(`The node type \`${type}\`, ${about}.`)}export interface ${prefix}NodeType extends ${nodeType} {
  /** ${call}. */
  <${[...open, ...counts.map((each) => `const ${each}`)].join(", ")}>(config${mark}: ${config}): ${
    imports.runtime("NodeSpec")
  }<${prefix}Handle<${names.join(", ")}>>;
}`;
}

/** Open type parameters, as declarations. */
function openParameters({ parameters }: TypedNode, imports: Imports): string[] {
  return parameters.map(({ name, role, bound }) => {
    const bounds = {
      channels: () => " extends number",
      fields: () => ` extends ${imports.runtime("PacketFieldsOf")}<${name}>`,
      value: () => "",
      frame: () => ` extends ${[bound!, ...bound!.or ?? []].map((each) => boundOf(each, imports)).join(" | ")}`,
    };
    return `${name}${bounds[role]()} = ${imports.runtime("Untyped")}`;
  });
}

/** What a parameter may be. An interface of fields has no index signature, as the fields of any record have. */
function boundOf({ or: _, ...model }: FrameTypeModel, imports: Imports): string {
  const isOfFields = FRAME_TYPES[model.frame]?.argument === "fields";
  return isOfFields ? `${imports.runtime(model.frame)}<${imports.runtime("Untyped")}>` : imports.frame(model);
}

/** The keys that size array ports, with the type parameter for each and its value if the key is absent. */
function sizeKeys(
  { descriptor: { inputs, outputs, config } }: TypedNode,
): Map<string, { parameter: string; fallback: string }> {
  const keys = new Set([...inputs, ...outputs].flatMap((each) => each.sizedBy ?? []));
  return new Map([...keys].map((key) => {
    const fallback = config.properties[key].default;
    const parameter = `N${key.charAt(0).toUpperCase()}${key.slice(1)}`;
    return [key, { parameter, fallback: typeof fallback === "number" ? String(fallback) : "number" }];
  }));
}

function emitType(node: NodeModel, imports: Imports): string {
  const { descriptor } = node;
  const prefix = typePrefixOf(descriptor.type);
  const sizes = sizeKeys(node).size > 0 || node.parameters.length > 0 ? `, ${prefix}NodeType` : "";
  const type = sizes === "" ? `${imports.runtime("NodeType")}<${prefix}Config, ${prefix}Handle>` : `${prefix}NodeType`;
  const source = imports.pathOf(descriptor.source);
  const known = node.portsFrom === undefined
    ? ""
    : `\n  portsOf: ${
      imports.function(imports.specifierOf(node.portsFrom), "portsOf", `${identifierOf(descriptor.type)}Ports`)
    },`;
  imports.value("defineNodeType");
  return `${docComment(descriptor.doc || `The node type \`${descriptor.type}\`.`)}export const ${
    identifierOf(descriptor.type)
  }: ${type} = defineNodeType<${prefix}Config, ${prefix}Handle${sizes}>({
  descriptor: ${literal({ ...descriptor, source })},
  load: ${emitLoad(node, imports)},${known}
});`;
}

function emitLoad(node: NodeModel, imports: Imports): string {
  if (node.variants.length === 0) return emitFactory(node, imports);
  imports.value("forPlatform");
  const shared = (node.descriptor.platforms ?? []).filter((each) =>
    !node.variants.some(({ descriptor }) => descriptor.platforms?.includes(each))
  );
  const choices = [
    ...shared.map((platform) => `${platform}: ${emitFactory(node, imports)}`),
    ...node.variants.flatMap((each) =>
      (each.descriptor.platforms ?? []).map((platform) => `${platform}: ${emitFactory(each, imports)}`)
    ),
  ];
  const config = `${imports.runtime("NodeSpec")}["config"]`;
  const type = `() => Promise<(config: ${config}) => ${imports.runtime("NodeInstance")}>`;
  return `() => forPlatform<${type}>(${JSON.stringify(node.descriptor.type)}, { ${choices.join(", ")} })()`;
}

/** The function that imports the class and returns a function that makes instances. */
function emitFactory(node: NodeModel, imports: Imports): string {
  const { descriptor } = node;
  const prefix = typePrefixOf(descriptor.type);
  const module = imports.specifierOf(node.module);
  const keys = Object.keys(descriptor.config.properties).filter((key) => !node.constructed?.keys.includes(key));
  const assignments = keys.map((key) =>
    `if (values.${key} !== undefined) processor.${key} = values.${key} as typeof processor.${key};`
  );
  const configure = assignments.length === 0 ? "() => {}" : `(values) => {\n${assignments.join("\n")}\n}`;
  const tick = node.takesContext ? "(context) => processor.process(context)" : "() => processor.process()";
  const views = [...new Set(node.structs.map((each) => each.layout.name))];
  // The class's own name, unless it hides a name used below; names declared there start with a small letter.
  const isHiding = /^[^A-Z]/.test(node.exportName) ||
    [`${prefix}Ports`, ...views.map(viewName)].includes(node.exportName);
  const local = isHiding ? "Processor" : node.exportName;
  imports.value("processorClass");
  const names = [descriptor.type, imports.pathOf(node.module)].map((each) => JSON.stringify(each)).join(", ");
  const given = [
    ...node.typeArguments.map((each) => imports.argument(each)),
    ...node.parameters.map(() => imports.runtime("Untyped")),
  ];
  const generic = given.length === 0 ? "" : `<${given.join(", ")}>`;
  // The schema has accepted the values; the type of the argument is that of the class, which a schema cannot name.
  const construction = node.constructed === undefined
    ? `new ${local}${generic}()`
    : node.constructed.by === "create"
    ? `${local}.create(config as never)`
    : `new ${local}${generic}(config as never)`;
  const constants = Object.entries(node.constants).map(([key, value]) => `processor.${key} = ${literal(value)};`);
  if (node.hasPortsField) constants.push(`const ports = processor.ports = new ${prefix}Ports(processor);`);
  const preparation = constants.map((each) => `\n      ${each}`).join("");
  const structs = views.length === 0
    ? ""
    : `structs: { ${views.map((each) => `${each}: ${viewName(each)}`).join(", ")} },`;
  return `async () => {
    const ${local} = processorClass(${names}, await import(${JSON.stringify(module)}), ${
    JSON.stringify(node.exportName)
  });
    return (${node.constructed === undefined ? "" : "config"}) => {
      const processor = ${construction};${preparation}
      return {
        processor,
        ports${node.hasPortsField ? "" : `: new ${prefix}Ports(processor)`},
        tick: ${tick},
        configure: ${configure},
        ${structs}
      };
    };
  }`;
}
