/**
 * Reads one annotated class.
 *
 * @module
 */
import { basename, dirname, posix } from "node:path";
import {
  type ClassDeclaration,
  type MethodDeclaration,
  Node,
  Scope,
  type TypeAliasDeclaration,
  type TypeNode,
} from "ts-morph";
import { type ConfigObjectSchema, expandPort, type NodeDescriptor } from "../../core/descriptor/descriptor.ts";
import { elementNumber } from "../../core/descriptor/dynamic_ports.ts";
import { PLATFORMS } from "../../core/descriptor/platform.ts";
import { LANE_PRIORITIES } from "../../core/placement/lane_options.ts";
import { FORMAT_FIELDS } from "../../core/frames/format.ts";
import { CPU_LIST, isCpuList } from "../../core/placement/schedule.ts";
import type { FrameTypeModel, NodeModel, TypeArgumentModel } from "../model.ts";
import { isBindingName, typePrefixOf } from "../names.ts";
import { readCommands } from "./commands.ts";
import { readConfig } from "./config_keys.ts";
import type { ScanContext } from "./context.ts";
import { type Annotation, FLAG, listOf, oneOf, quote, readOptions, TEXT } from "./decorators.ts";
import { firstSentence } from "./doc_comment.ts";
import { readDoc } from "./docs.ts";
import type { AnnotatedField } from "./annotated_field.ts";
import { type ClassChain, readChain } from "./class_chain.ts";
import { checkTwice, type ConstructorConfig, readConstructorConfig } from "./constructor_config.ts";
import { readFields } from "./fields.ts";
import { readValueType, schemaOf } from "./frame_type.ts";
import { readParameters } from "./open_parameters.ts";
import { evaluate } from "./literal.ts";
import { nameAfterClass, NODE_NAME } from "./node_name.ts";
import { limitPort, readPort } from "./ports.ts";
import { findProcess, givenParameters } from "./process_method.ts";
import { bindParameters, NO_BINDINGS, type TypeBindings } from "./type_bindings.ts";

const RULES = {
  mode: oneOf("push", "loop", "pull", "external"),
  trigger: oneOf("any", "all"),
  name: NODE_NAME,
  category: TEXT,
  tags: listOf(TEXT),
  lane: oneOf("main", "worker"),
  priority: oneOf(...LANE_PRIORITIES),
  cpus: { accepts: isCpuList, wanted: CPU_LIST },
  platforms: listOf(oneOf(...PLATFORMS)),
  converts: listOf(oneOf(...FORMAT_FIELDS)),
  keeps: listOf(oneOf(...FORMAT_FIELDS)),
  delays: FLAG,
  usesEventLoop: FLAG,
  records: FLAG,
  stdout: { accepts: isObject, wanted: 'configuration values such as { target: "stdout" }' },
  portsFrom: { accepts: isSibling, wanted: 'a module such as "./sink_ports.ts"' },
  figures: listOf(TEXT),
};

/** One use of a generic class: `type Mixer4 = Mixer<4>`. */
export interface Instantiation {
  readonly alias: TypeAliasDeclaration;
  readonly types: readonly TypeNode[];
}

/** The uses of a generic class: type aliases of its own file. */
export function findInstantiations(context: ScanContext, declaration: ClassDeclaration): Instantiation[] {
  if (declaration.getTypeParameters().length === 0) return [];
  return declaration.getSourceFile().getTypeAliases().flatMap((alias) => {
    const type = alias.getTypeNode();
    if (!Node.isTypeReference(type) || alias.getTypeParameters().length > 0) return [];
    const target = context.sources.resolve(context.sources.pathOf(alias), type.getTypeName().getText());
    const isIt = target.kind === "declared" && target.node === declaration;
    return isIt ? [{ alias, types: type.getTypeArguments() }] : [];
  });
}

/**
 * Reads a class at the top of a file. Returns `undefined` if something was refused.
 *
 * @param instantiation for a generic class: the bindings of its type parameters
 */
export function readProcessor(
  context: ScanContext,
  declaration: ClassDeclaration,
  annotation: Annotation,
  instantiation?: Instantiation,
): NodeModel | undefined {
  const before = context.countErrors();
  const path = context.sources.pathOf(declaration);
  const className = declaration.getName();
  const nameNode = declaration.getNameNode();
  if (className === undefined || nameNode === undefined) {
    return context.refuse(annotation.node, "Cannot use a processor class without a name", `write "class MyProcessor"`);
  }
  const options = readOptions(context, annotation, RULES);
  const exportName = readExportName(context, path, className, nameNode);
  const name = options === undefined
    ? undefined
    : options.name as string | undefined ?? nameAfterClass(context, nameNode);
  const bindings = bindParameters(declaration, instantiation?.types ?? [], NO_BINDINGS);
  const isBound = openParameters(context, declaration, bindings, instantiation);
  const typeArguments = readTypeArguments(context, declaration, bindings);
  if (!hasCode(context, declaration, className, nameNode)) return undefined;
  const chain = readChain(context, declaration, bindings);
  if (chain === undefined || !isBound || typeArguments === undefined) return undefined;
  const taken = readConstructorConfig(context, chain, className);
  const mode = (options?.mode as NodeDescriptor["mode"] | undefined) ?? "push";
  const process = findProcess(context, chain, className, mode);
  const fields = readFields(context, chain);
  const commands = readCommands(context, chain);
  const ports = fields.flatMap((field) => field.annotation.name === "config" ? [] : readPort(context, field) ?? []);
  const config = withTaken(
    context,
    declaration,
    readConfig(context, fields.filter((each) => each.annotation.name === "config")),
    taken,
  );
  const limited = ports.flatMap(({ descriptor }) => {
    const field = fields.find((each) => each.name === descriptor.name);
    if (field === undefined) return [];
    return context.countErrors() > before ? descriptor : limitPort(context, field, descriptor, config) ?? [];
  });
  const inputs = limited.filter((each) => each.direction === "input");
  const outputs = limited.filter((each) => each.direction === "output");
  if (context.countErrors() === before) checkPorts(context, declaration, className, mode, inputs, outputs);
  const parameters = context.countErrors() > before ? [] : readParameters(context, declaration, ports);
  if (context.countErrors() > before || options === undefined || process === undefined) return undefined;

  const type = typeArguments.length === 0 ? `${name}` : `${name}<${typeArguments.map(nameOf).join(",")}>`;
  const hasPortsField = checkPortsField(context, chain, type);
  if (hasPortsField === undefined) return undefined;
  const doc = (instantiation && readDoc(instantiation.alias).text) || readDoc(declaration).text;
  const {
    category,
    tags,
    trigger,
    lane,
    priority,
    cpus,
    platforms,
    converts,
    keeps,
    delays,
    usesEventLoop,
    records,
    stdout,
    figures,
  } = options as Partial<NodeDescriptor>;
  const descriptor: NodeDescriptor = {
    type,
    className,
    source: context.placeOf(nameNode),
    description: firstSentence(doc),
    doc,
    category: category ?? folderOf(path),
    tags: tags ?? [],
    mode,
    trigger: trigger ?? "any",
    lane: lane ?? "worker",
    ...(priority === undefined ? {} : { priority }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(platforms === undefined ? {} : { platforms }),
    converts: converts ?? [],
    ...(keeps === undefined ? {} : { keeps }),
    ...(delays === true ? { delays } : {}),
    ...(usesEventLoop === true ? { usesEventLoop } : {}),
    ...(records === true ? { records } : {}),
    ...(stdout === undefined ? {} : { stdout }),
    ...(taken?.model === undefined ? {} : { takesConfig: taken.model.by }),
    isAsync: process.isAsync() || /^Promise(?:Like)?\b|\|\s*Promise(?:Like)?</.test(returnType(process)),
    inputs,
    outputs,
    config,
    ...(figures === undefined ? {} : { figures }),
    ...(Object.keys(commands).length === 0 ? {} : { commands }),
  };
  return {
    descriptor,
    module: path,
    ...(typeof options.portsFrom === "string" && { portsFrom: posix.join(dirname(path), options.portsFrom) }),
    exportName: exportName ?? className,
    variants: [],
    typeArguments,
    parameters,
    constants: readConstants(fields, config),
    ...(taken?.model === undefined ? {} : { constructed: taken.model }),
    structs: ports.flatMap((each) => each.structs),
    hasPortsField,
    takesContext: givenParameters(process) > 0,
    frames: Object.fromEntries(
      ports.map(({ descriptor, frame }): [string, FrameTypeModel] => [descriptor.name, frame]),
    ),
  };
}

/** The keys that are fields, behind those that an instance is made with. */
function withTaken(
  context: ScanContext,
  declaration: ClassDeclaration,
  fields: ConfigObjectSchema,
  taken: ConstructorConfig | undefined,
): ConfigObjectSchema {
  if (taken?.model === undefined) return fields;
  checkTwice(context, declaration, fields.properties, taken);
  return {
    ...fields,
    properties: { ...taken.properties, ...fields.properties },
    required: [...taken.required, ...fields.required],
  };
}

/** The name by which a class is exported, which is refused where no constant can have it. */
function readExportName(context: ScanContext, path: string, className: string, nameNode: Node): string | undefined {
  const exportName = context.sources.exportedName(path, className);
  if (exportName !== undefined && isBindingName(exportName)) return exportName;
  const found = exportName === undefined
    ? "it is not exported"
    : exportName === "default"
    ? "it is a default export, wanted an export by name"
    : `it is exported as ${quoted(exportName)}, which cannot name a constant`;
  context.refuse(
    nameNode,
    `Cannot use class "${className}" as a processor: ${found}`,
    isBindingName(className) ? `write "export class ${className}"` : "rename the class",
  );
  return exportName;
}

/**
 * Notes the type parameters of a class that have no argument.
 *
 * @returns whether an instantiation gives one for each
 */
function openParameters(
  context: ScanContext,
  declaration: ClassDeclaration,
  bindings: TypeBindings,
  instantiation: Instantiation | undefined,
): boolean {
  const unbound = declaration.getTypeParameters().filter((each) => !bindings.has(each.getName()));
  const [open] = instantiation === undefined ? [] : unbound;
  if (open !== undefined) {
    const className = declaration.getName();
    context.refuse(
      instantiation?.alias ?? open,
      `Cannot resolve the generic "${open.getName()}" of class "${className}": a node type has one type for each port`,
      `give an argument for each type parameter: "type ${className}2 = ${className}<2>;"`,
    );
  }
  context.open.clear();
  for (const each of unbound) context.open.add(each);
  return open === undefined;
}

/** Whether there is code for a class; an abstract one is refused, but read on. */
function hasCode(context: ScanContext, declaration: ClassDeclaration, className: string, nameNode: Node): boolean {
  if (declaration.isAbstract()) {
    context.refuse(
      nameNode,
      `Cannot use abstract class "${className}" as a processor: no instance can be made`,
      `remove "abstract", or annotate a class that extends it`,
    );
  }
  if (declaration.hasDeclareKeyword()) {
    context.refuse(
      nameNode,
      `Cannot use class "${className}" as a processor: it is only declared, and there is no code for it`,
      `remove "declare"`,
    );
    return false;
  }
  return true;
}

/** The type arguments of a generic class, as the generated code writes them. */
function readTypeArguments(
  context: ScanContext,
  declaration: ClassDeclaration,
  bindings: TypeBindings,
): TypeArgumentModel[] | undefined {
  const models: TypeArgumentModel[] = [];
  for (const parameter of declaration.getTypeParameters()) {
    const type = bindings.get(parameter.getName())?.type;
    if (type === undefined) continue;
    const value = Node.isLiteralTypeNode(type) ? evaluate(type.getLiteral()) : undefined;
    const isName = typeof value?.ok === "boolean" && value.ok && /^[\w.-]{1,64}$/.test(String(value.value));
    const model: TypeArgumentModel | undefined = isName && value?.ok
      ? { kind: "global", text: JSON.stringify(value.value) }
      : readValueType(context, type, `type parameter "${parameter.getName()}"`);
    if (model === undefined) return undefined;
    models.push(model);
  }
  return models;
}

function nameOf(argument: TypeArgumentModel): string {
  return schemaOf(argument).replaceAll('"', "");
}

/** Keys with a fixed value in this use of a generic class. */
function readConstants(fields: readonly AnnotatedField[], config: ConfigObjectSchema): Record<string, unknown> {
  const constants: Record<string, unknown> = {};
  for (const { name, value: field } of fields) {
    const value = Object.hasOwn(config.properties, name) ? config.properties[name].default : undefined;
    if (value !== undefined && field.getInitializer() === undefined) constants[name] = value;
  }
  return constants;
}

/**
 * Whether the class has a public field `ports` for its port registry.
 *
 * @returns `undefined` if it has one of another type
 */
function checkPortsField(context: ScanContext, chain: ClassChain, type: string): boolean | undefined {
  const wanted = `${typePrefixOf(type)}Ports`;
  for (const each of chain.classes) {
    const field = each.getProperty("ports");
    if (field === undefined) continue;
    const written = field.getTypeNode()?.getText() ?? "";
    const found = context.sources.importedAs(context.sources.pathOf(each), written) ?? written;
    if (!/Ports$|^PortRegistry$/.test(found) || field.getDecorators().length > 0) return false;
    const isOpen = field.getScope() === Scope.Public && !field.isStatic() && !field.isReadonly();
    if (isOpen && (found === wanted || found === "PortRegistry")) return true;
    return context.refuse(
      field,
      `Cannot give "${chain.classes[0].getName()}" its ports: field "ports" is ${quote(field)}`,
      `write "ports!: ${wanted}", public, and import the type from the generated module`,
    );
  }
  return false;
}

function checkPorts(
  context: ScanContext,
  declaration: ClassDeclaration,
  className: string,
  mode: NodeDescriptor["mode"],
  inputs: NodeDescriptor["inputs"],
  outputs: NodeDescriptor["outputs"],
): void {
  const name = declaration.getNameNode() ?? declaration;
  if (inputs.length === 0 && outputs.length === 0) {
    context.refuse(
      name,
      `Cannot use class "${className}" as a processor: it has no ports`,
      `annotate a field "@input()"`,
    );
    return;
  }
  if (mode === "push" && inputs.length === 0) {
    context.refuse(
      name,
      `Cannot run "${className}" in mode "push": it has no input that would trigger it`,
      `write "@processor({ mode: "loop" })" for a source`,
    );
  }
  const owners = new Map<string, string>();
  for (const port of [...inputs, ...outputs]) {
    for (const expanded of expandPort(port)) {
      const owner = owners.get(expanded);
      if (owner !== undefined) {
        context.refuse(
          name,
          `Cannot tell the ports of "${className}" apart: "${expanded}" is a port of "${owner}" and of "${port.name}"`,
          `rename "${port.name}"`,
        );
      }
      owners.set(expanded, port.name);
    }
  }
  for (const ports of [inputs, outputs]) {
    const [first, second] = ports.filter((each) => each.named !== undefined);
    if (second === undefined) continue;
    context.refuse(
      name,
      `Cannot tell which port of "${className}" an ${first.direction} of a name of its own is an element of: ` +
        `"${first.name}" and "${second.name}" both take such`,
      `let one of them take all: "StreamInput<AudioFrame | VideoFrame>[]"`,
    );
  }
  for (const port of [...inputs, ...outputs].filter((each) => each.dynamic !== undefined)) {
    for (const [expanded, owner] of owners) {
      if (owner === port.name || elementNumber(port, expanded) === undefined) continue;
      context.refuse(
        name,
        `Cannot tell the ports of "${className}" apart: "${expanded}" is a port of "${owner}", and "${port.name}" can ` +
          "have an element of that name",
        `rename "${port.name}"`,
      );
      break;
    }
  }
}

function quoted(name: string): string {
  return name.startsWith('"') ? name : `"${name}"`;
}

function returnType(process: MethodDeclaration): string {
  return process.getReturnTypeNode()?.getText() ?? "";
}

/** Whether text names a module relative to the one that it stands in. */
function isSibling(value: unknown): boolean {
  return typeof value === "string" && /^\.\.?\/.*\.[cm]?[jt]s$/.test(value);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function folderOf(path: string): string {
  const folder = basename(dirname(path));
  return folder === "" || folder === "." ? "other" : folder;
}
