/**
 * Reads one annotated class.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { type ClassDeclaration, type MethodDeclaration, Node, Scope } from "ts-morph";
import { expandPort, type NodeDescriptor } from "../../core/registry/descriptor.ts";
import type { FrameTypeModel, NodeModel } from "../model.ts";
import { readConfig } from "./config_keys.ts";
import type { ScanContext } from "./context.ts";
import { type Annotation, listOf, oneOf, readOptions, TEXT } from "./decorators.ts";
import { firstSentence } from "./doc_comment.ts";
import { readDoc } from "./docs.ts";
import { type ClassChain, readChain, readFields } from "./fields.ts";
import { readPort, type ScannedPort } from "./ports.ts";

/** A registered name: words of lower-case letters and digits, joined by `-`. */
const TYPE_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

const RULES = {
  mode: oneOf("push", "loop", "pull", "external"),
  trigger: oneOf("any", "all"),
  name: {
    accepts: (value: unknown) => typeof value === "string" && value.length <= 64 && TYPE_NAME.test(value),
    wanted: `words of lower-case letters and digits, joined by "-"`,
  },
  category: TEXT,
  tags: listOf(TEXT),
  lane: oneOf("main", "worker"),
  converts: listOf(oneOf("sampleRateHz", "channels")),
};

/** Reads a class at the top of a file. `undefined` if something was refused. */
export function readProcessor(
  context: ScanContext,
  declaration: ClassDeclaration,
  annotation: Annotation,
): NodeModel | undefined {
  const before = context.diagnostics.length;
  const path = context.sources.pathOf(declaration);
  const className = declaration.getName();
  const nameNode = declaration.getNameNode();
  if (className === undefined || nameNode === undefined) {
    return context.refuse(annotation.node, "Cannot use a processor class without a name", `write "class MyProcessor"`);
  }
  const options = readOptions(context, annotation, RULES);
  const exportName = context.sources.exportedName(path, className);
  if (exportName === undefined || exportName === "default") {
    context.refuse(
      nameNode,
      exportName === undefined
        ? `Cannot use class "${className}" as a processor: it is not exported`
        : `Cannot use class "${className}" as a processor: it is a default export, wanted an export by name`,
      `write "export class ${className}"`,
    );
  }
  const [parameter] = declaration.getTypeParameters();
  if (parameter !== undefined) {
    context.refuse(
      parameter,
      `Cannot resolve the generic "${parameter.getName()}" of class "${className}": a node type has one type for each port`,
      `write "class ${className}" with the types themselves, or a class for each that extends it`,
    );
  }
  if (declaration.isAbstract()) {
    context.refuse(
      nameNode,
      `Cannot use abstract class "${className}" as a processor: no instance can be made`,
      `remove "abstract", or annotate a class that extends it`,
    );
  }
  const chain = readChain(context, declaration);
  if (chain === undefined) return undefined;
  checkConstructor(context, chain, className);
  const process = findProcess(context, chain, className);
  const fields = readFields(context, chain);
  const ports: ScannedPort[] = [];
  for (const field of fields) {
    const port = field.annotation.name === "config" ? undefined : readPort(context, field);
    if (port !== undefined) ports.push(port);
  }
  const config = readConfig(context, fields.filter((each) => each.annotation.name === "config"));
  const inputs = ports.map((each) => each.descriptor).filter((each) => each.direction === "input");
  const outputs = ports.map((each) => each.descriptor).filter((each) => each.direction === "output");
  const mode = (options?.mode as NodeDescriptor["mode"] | undefined) ?? "push";
  if (context.diagnostics.length === before) checkPorts(context, declaration, className, mode, inputs, outputs);
  if (context.diagnostics.length > before || options === undefined || process === undefined) return undefined;

  const doc = readDoc(declaration).text;
  const descriptor: NodeDescriptor = {
    type: (options.name as string | undefined) ?? kebabCase(className),
    className,
    source: context.placeOf(nameNode),
    description: firstSentence(doc),
    doc,
    category: (options.category as string | undefined) ?? folderOf(path),
    tags: (options.tags as string[] | undefined) ?? [],
    mode,
    trigger: (options.trigger as NodeDescriptor["trigger"] | undefined) ?? "any",
    lane: (options.lane as NodeDescriptor["lane"] | undefined) ?? "worker",
    converts: (options.converts as NodeDescriptor["converts"] | undefined) ?? [],
    isAsync: process.isAsync() || /^Promise(?:Like)?\b|\|\s*Promise(?:Like)?</.test(returnType(process)),
    inputs,
    outputs,
    config,
  };
  const frames: Record<string, FrameTypeModel> = {};
  for (const port of ports) frames[port.descriptor.name] = port.frame;
  return {
    descriptor,
    module: path,
    exportName: exportName ?? className,
    takesContext: process.getParameters().length > 0,
    frames,
  };
}

function checkConstructor(context: ScanContext, chain: ClassChain, className: string): void {
  for (const each of chain.classes) {
    const [constructor] = each.getConstructors();
    if (constructor === undefined) continue;
    const needed = constructor.getParameters().find((parameter) => !parameter.isOptional());
    if (needed !== undefined) {
      context.refuse(
        needed,
        `Cannot make instances of "${className}": its constructor wants "${needed.getName()}"`,
        "take it as a configuration key, or open it in setup()",
      );
    } else if (constructor.getScope() !== Scope.Public) {
      context.refuse(
        constructor,
        `Cannot make instances of "${className}": its constructor is ${constructor.getScope()}`,
        `remove "${constructor.getScope()}"`,
      );
    }
    return;
  }
}

function findProcess(context: ScanContext, chain: ClassChain, className: string): MethodDeclaration | undefined {
  for (const each of chain.classes) {
    for (const member of each.getMembers()) {
      if (!Node.hasName(member) || member.getName() !== "process") continue;
      if (Node.isMethodDeclaration(member) && !member.isStatic() && member.getScope() === Scope.Public) {
        if (!member.isGenerator() && member.getParameters().length <= 1) return member;
        return context.refuse(
          member.getNameNode(),
          `Cannot use process() of "${className}": wanted process() or process(context), and no generator`,
          `write "process(context: ProcessorContext): void"`,
        );
      }
      return context.refuse(
        member,
        `Cannot use "process" of "${className}": wanted a public method`,
        `write "process(): void { … }"`,
      );
    }
  }
  const name = chain.classes[0].getNameNode() ?? chain.classes[0];
  const outside = chain.endsOutside ? ", and a base class of another package is not read" : "";
  return context.refuse(
    name,
    `Cannot use class "${className}" as a processor: it has no process()${outside}`,
    `add "process(): void { … }"`,
  );
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
}

function returnType(process: MethodDeclaration): string {
  return process.getReturnTypeNode()?.getText() ?? "";
}

/** `WavSource` becomes `wav-source`, `PCMSource` becomes `pcm-source`. */
function kebabCase(className: string): string {
  const words = className.replace(/[_$]+/g, "-").replace(/([a-z0-9])([A-Z])/g, "$1-$2").replace(
    /([A-Z])([A-Z][a-z])/g,
    "$1-$2",
  );
  return words.toLowerCase().replace(/^-+|-+$/g, "").replace(/-{2,}/g, "-");
}

function folderOf(path: string): string {
  const folder = basename(dirname(path));
  return folder === "" || folder === "." ? "other" : folder;
}
