/**
 * Reads the commands of a class: `@command()` methods with the types of their arguments and answers.
 *
 * @module
 */
import { type MethodDeclaration, Node, type ParameterDeclaration, Scope, type TypeNode } from "ts-morph";
import type { CommandDescriptor, ConfigObjectSchema, ConfigSchema } from "../../core/descriptor/descriptor.ts";
import { HOOKS } from "../../core/registry/check_made_type.ts";
import type { ClassChain } from "./class_chain.ts";
import type { ScanContext } from "./context.ts";
import { type Annotation, annotationsOf, type OptionRule, quote, readOptions, TEXT } from "./decorators.ts";
import { checkTags, readDoc } from "./docs.ts";
import { SchemaReader } from "./schema.ts";
import { holdsDuration } from "./schema_duration.ts";
import { combine } from "./schema_union.ts";
import type { TypeBindings } from "./type_bindings.ts";

const NAME: OptionRule = {
  accepts: (value) => typeof value === "string" && isName(value),
  wanted: `1 to 64 letters, digits, "_" or "-", from a letter or "_"`,
};

/** Types of results that say nothing of an answer. */
const WITHOUT_ANSWER = new Set(["void", "undefined", "unknown", "never"]);

/** Reads the commands of a chain of classes, in the order of the classes from the outermost base on. */
export function readCommands(context: ScanContext, chain: ClassChain): Record<string, CommandDescriptor> {
  const commands: Record<string, CommandDescriptor> = {};
  /** The method of each command. */
  const methods = new Map<string, string>();
  for (const [i, declaration] of [...chain.classes.entries()].toReversed()) {
    for (const member of declaration.getMembers()) {
      const annotation = annotationsOf(context, member).find(({ name }) => name === "command");
      if (annotation === undefined) continue;
      const read = readCommand(context, member, annotation, chain.bindings[i]);
      if (read === undefined) continue;
      const { name, method, descriptor } = read;
      const other = methods.get(name);
      if (other !== undefined && other !== method) {
        context.refuse(
          annotation.node,
          `Cannot tell the commands of "${
            chain.classes[0].getName()
          }" apart: "${name}" is "${other}()" and "${method}()"`,
          "give one of them another name",
        );
        continue;
      }
      methods.set(name, method);
      commands[name] = descriptor;
    }
  }
  return commands;
}

function readCommand(
  context: ScanContext,
  member: Node,
  annotation: Annotation,
  bindings: TypeBindings,
): { readonly name: string; readonly method: string; readonly descriptor: CommandDescriptor } | undefined {
  if (!Node.isMethodDeclaration(member)) {
    const found = member.getKindName().replace(/Declaration$/, "").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
    const message = `Cannot use "@command" on a ${found}: wanted a method`;
    return context.refuse(annotation.node, message, `write it as a method: "skip(args: { … }): void { … }"`);
  }
  const method = member.getName();
  const what = `command "${method}"`;
  const before = context.countErrors();
  checkMethod(context, member, method);
  const options = readOptions(context, annotation, { name: NAME, description: TEXT });
  const [parameter, second] = member.getParameters().filter((each) => each.getName() !== "this");
  if (second !== undefined) {
    context.refuse(
      second,
      `Cannot use ${what}: it wants "${second.getText()}" beside its arguments`,
      "take all arguments as the keys of one object",
    );
  }
  const args = readArguments(context, parameter, what, bindings);
  const result = answerType(member);
  const answer = result && readAnswer(context, result, what, bindings);
  const doc = readDoc(member);
  checkTags(context, member, doc, what, false);
  if (context.countErrors() > before || options === undefined || args === undefined) return undefined;
  const { name = method, description = doc.text.replace(/\s*\n\s*/g, " ") } = options as {
    readonly name?: string;
    readonly description?: string;
  };
  return {
    name,
    method,
    descriptor: {
      description,
      ...(name !== method && { method }),
      args,
      ...(answer !== undefined && { answer }),
    },
  };
}

/** Refuses a method that the runtime cannot call as a command. */
function checkMethod(context: ScanContext, method: MethodDeclaration, name: string): void {
  const refuse = (why: string, mend: string) =>
    context.refuse(method.getNameNode(), `Cannot use "@command" on "${name}": ${why}`, mend);
  const hidden = hiddenBy(method);
  if (hidden !== undefined) {
    refuse(
      `the method is ${hidden}, and the runtime cannot call it`,
      hidden === "#private" ? `name it "${name.slice(1)}"` : `remove "${hidden}"`,
    );
  } else if (!isName(name)) {
    refuse(`wanted a method with a name of 1 to 64 letters, digits or "_"`, "rename the method");
  } else if (HOOKS.has(name) || name in Object.prototype) {
    refuse("a method of this name has another use", "rename the method");
  } else if (method.hasQuestionToken()) refuse("the method may be absent", `remove "?"`);
  else if (method.getOverloads().length > 0) refuse("the method has overloads", "write one signature");
  else if (method.isGenerator()) refuse("the method is a generator", `remove "*", and return the answer`);
  else if (method.getTypeParameters().length > 0) refuse("the method is generic", "remove its type parameters");
}

function hiddenBy(method: MethodDeclaration): string | undefined {
  if (Node.isPrivateIdentifier(method.getNameNode())) return "#private";
  if (method.getScope() !== Scope.Public) return method.getScope();
  if (method.isStatic()) return "static";
  return method.isAbstract() ? "abstract" : undefined;
}

/** The schema of the arguments, or `undefined` if it was refused. */
function readArguments(
  context: ScanContext,
  parameter: ParameterDeclaration | undefined,
  what: string,
  bindings: TypeBindings,
): ConfigObjectSchema | undefined {
  if (parameter === undefined) return { type: "object", properties: {}, required: [], additionalProperties: false };
  const type = parameter.getTypeNode();
  const refuse = (found: string): undefined =>
    context.refuse(
      parameter,
      `Cannot use ${what}: its arguments are ${found}, wanted an object type with keys`,
      `write "args: { seconds: number }"`,
    );
  if (parameter.isRestParameter()) return refuse("a list");
  if (type === undefined) return refuse("of no type");
  const read = new SchemaReader(context, `the arguments of ${what}`, bindings).read(type);
  if (read === undefined) return undefined;
  const { properties, required = [] } = read.schema;
  if (properties === undefined) return refuse(`"${type.getText()}"`);
  return { type: "object", properties, required, additionalProperties: false };
}

/** The schema of an answer, or `undefined` if it was refused. */
function readAnswer(
  context: ScanContext,
  type: TypeNode,
  what: string,
  bindings: TypeBindings,
): ConfigSchema | undefined {
  const read = new SchemaReader(context, `the answer of ${what}`, bindings).read(type);
  if (read === undefined) return undefined;
  if (holdsDuration(read.schema) && read.schema.properties === undefined) {
    const message = `Cannot make a schema for ${quote(type)}, of the answer of ${what}: it tells no unit`;
    return context.refuse(type, message, `answer a number by a name with its unit: "{ positionMs: number }"`);
  }
  // JSON has no other form for what is not there.
  return read.isOptional ? combine([read.schema, { type: "null" }]) : read.schema;
}

/** The type of the result that is an answer, without its promise. */
function answerType(method: MethodDeclaration): TypeNode | undefined {
  let type = method.getReturnTypeNode();
  while (Node.isTypeReference(type) && /^Promise(?:Like)?$/.test(type.getTypeName().getText())) {
    type = type.getTypeArguments()[0];
  }
  return type === undefined || WITHOUT_ANSWER.has(type.getText()) ? undefined : type;
}

function isName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(name) && name !== "__proto__";
}
