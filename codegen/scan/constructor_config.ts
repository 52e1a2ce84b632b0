/**
 * Configuration that a class takes when an instance is made: as the argument of its constructor, or of a static method
 * `create()`.
 *
 * @module
 */
import { type ClassDeclaration, Node, type ParameterDeclaration, Scope } from "ts-morph";
import { describeSchema } from "../../core/descriptor/config_check.ts";
import { describeValue } from "../../core/errors/describe_value.ts";
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";
import type { ConstructorModel } from "../model.ts";
import type { ClassChain } from "./class_chain.ts";
import type { ScanContext } from "./context.ts";
import { evaluate } from "./literal.ts";
import { SchemaReader } from "./schema.ts";
import { accepts } from "./schema_accepts.ts";
import { NO_BINDINGS, type TypeBindings } from "./type_bindings.ts";

/** What a class takes when an instance is made. */
export interface ConstructorConfig {
  /** Absent if it takes nothing. */
  readonly model?: ConstructorModel;
  readonly properties: { readonly [key: string]: ConfigSchema };
  readonly required: readonly string[];
}

/** What takes the configuration. */
interface Taker {
  readonly by: ConstructorModel["by"];
  readonly parameters: readonly ParameterDeclaration[];
  readonly bindings: TypeBindings;
}

const NOTHING: ConstructorConfig = { properties: {}, required: [] };

/** Reads what a class takes when an instance is made. Returns `undefined` if it was refused. */
export function readConstructorConfig(
  context: ScanContext,
  chain: ClassChain,
  className: string,
): ConstructorConfig | undefined {
  const taker = findTaker(context, chain, className);
  if (taker === undefined) return undefined;
  const { by, bindings, parameters: [parameter, ...others] } = taker;
  const more = others.find((each) => !each.isOptional());
  if (more !== undefined) {
    const what = by === "constructor" ? "its constructor" : "create()";
    return context.refuse(
      more,
      `Cannot make instances of "${className}": ${what} wants "${more.getName()}" beside the configuration`,
      "take all of it as one object",
    );
  }
  if (parameter === undefined) return NOTHING;
  const noted = context.diagnostics.length;
  const read = readParameter(context, parameter, bindings, by, className);
  if (read !== undefined || !parameter.isOptional() || by === "create") return read;
  // It gets no argument, as before it was looked at.
  context.diagnostics.length = noted;
  return NOTHING;
}

/** The `create()` of the class itself, or the nearest constructor. */
function findTaker(context: ScanContext, { classes, bindings }: ClassChain, className: string): Taker | undefined {
  const [own] = classes;
  const create = own.getStaticMethod("create");
  if (create !== undefined && create.getScope() === Scope.Public) {
    if (create.isAsync() || /^Promise\b/.test(create.getReturnTypeNode()?.getText() ?? "")) {
      return context.refuse(
        create.getNameNode(),
        `Cannot make instances of "${className}": its create() gives a promise`,
        "give the instance at once, and wait in setup()",
      );
    }
    return { by: "create", parameters: create.getParameters(), bindings: bindings[0] ?? NO_BINDINGS };
  }
  const at = classes.findIndex((each) => each.getConstructors().length > 0);
  const constructor = at < 0 ? undefined : classes[at].getConstructors()[0];
  if (constructor === undefined) return { by: "constructor", parameters: [], bindings: NO_BINDINGS };
  if (constructor.getScope() !== Scope.Public) {
    return context.refuse(
      constructor,
      `Cannot make instances of "${className}": its constructor is ${constructor.getScope()}`,
      `remove "${constructor.getScope()}", or add "static create(config: …): ${className}"`,
    );
  }
  return { by: "constructor", parameters: constructor.getParameters(), bindings: bindings[at] };
}

function readParameter(
  context: ScanContext,
  parameter: ParameterDeclaration,
  bindings: TypeBindings,
  by: ConstructorModel["by"],
  className: string,
): ConstructorConfig | undefined {
  const type = parameter.getTypeNode();
  const what = by === "constructor" ? "its constructor" : "create()";
  const refuse = (): undefined =>
    context.refuse(
      parameter,
      `Cannot make instances of "${className}": ${what} wants "${parameter.getName()}", which is no object of ` +
        "configuration keys",
      "take it as a configuration key, or open it in setup()",
    );
  if (!Node.isTypeReference(type) && !Node.isTypeLiteral(type)) return refuse();
  const read = new SchemaReader(context, `the configuration of "${className}"`, bindings).read(type);
  if (read === undefined) return undefined;
  const { properties, required = [] } = read.schema;
  if (properties === undefined) return refuse();
  const defaults = readDefaults(context, parameter, properties);
  if (defaults === undefined) return undefined;
  return {
    model: { by, keys: Object.keys(properties) },
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, schema]) => [
        key,
        Object.hasOwn(defaults, key) ? { ...schema, default: defaults[key] } : schema,
      ]),
    ),
    required: required.filter((key) => !Object.hasOwn(defaults, key)),
  };
}

/** The defaults of `{ gainDb = 0 }: Config`. Returns `undefined` if one was refused. */
function readDefaults(
  context: ScanContext,
  parameter: ParameterDeclaration,
  properties: { readonly [key: string]: ConfigSchema },
): Record<string, unknown> | undefined {
  const pattern = parameter.getNameNode();
  const defaults: Record<string, unknown> = {};
  for (const element of Node.isObjectBindingPattern(pattern) ? pattern.getElements() : []) {
    const initializer = element.getInitializer();
    const key = element.getPropertyNameNode()?.getText() ?? element.getName();
    if (initializer === undefined || !Object.hasOwn(properties, key)) continue;
    const value = evaluate(initializer, context.sources);
    // What is worked out when an instance is made stands in no schema.
    if (!value.ok) {
      defaults[key] = undefined;
    } else if (accepts(properties[key], value.value)) {
      defaults[key] = value.value;
    } else {
      return context.refuse(
        initializer,
        `Cannot use ${describeValue(value.value)} as the default of configuration key "${key}": wanted ${
          describeSchema(properties[key])
        }`,
        "change the default, or what the key accepts",
      );
    }
  }
  return defaults;
}

/** Refuses keys that the class has as fields too: one of the two would be given in vain. */
export function checkTwice(
  context: ScanContext,
  declaration: ClassDeclaration,
  fields: { readonly [key: string]: ConfigSchema },
  { properties, model }: ConstructorConfig,
): void {
  for (const key of Object.keys(properties)) {
    if (!Object.hasOwn(fields, key)) continue;
    context.refuse(
      declaration.getNameNode() ?? declaration,
      `Cannot use configuration key "${key}": ${
        model?.by === "create" ? "create()" : "the constructor"
      } takes it, and a field is annotated with it`,
      `remove "@config()" from the field, or the key from the type`,
    );
  }
}
