/**
 * The JSON Schema of what a data frame carries, from the syntax of its type. Nothing is refused: what JSON has no form
 * for is named (`x-type`), and of what the syntax does not tell the schema gives the reason (`$comment`) and takes any
 * value. A tag in a comment that cannot be used is a warning.
 *
 * @module
 */
import { type ClassDeclaration, type InterfaceDeclaration, Node, SyntaxKind, type TypeNode } from "ts-morph";
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";
import type { ScanContext } from "./context.ts";
import { readDoc } from "./docs.ts";
import { evaluate } from "./literal.ts";
import { interfacesOf } from "./merged.ts";
import { readBuiltIn } from "./schema_built_in.ts";
import { listEnum, listValues } from "./schema_constants.ts";
import { applyTags } from "./schema_tags.ts";
import { combine } from "./schema_union.ts";
import { resolveBound, type TypeBindings } from "./type_bindings.ts";
import { required, type TypeSchema } from "./type_schema.ts";
import {
  classMembers,
  isAny,
  joinObjects,
  type Member,
  memberName,
  opaque,
  shownType,
  tuplePlace,
  typeMembers,
  UNDEFINED,
} from "./value_parts.ts";
import { globalType, scalarType } from "./value_types.ts";

/** The deepest nesting of types. */
const DEPTH_LIMIT = 32;

/** The most types of one value. */
const SIZE_LIMIT = 2_000;

/** The most instances of a generic type within one another. */
const INSTANCE_LIMIT = 3;

/** Type parameters of the current declaration, with what they are bound to. */
type TypeArguments = ReadonlyMap<string, TypeSchema>;

/** A named type, with type arguments. */
interface NamedType {
  readonly node: Node;
  /** Its type arguments, as text. */
  readonly given: string;
  /** Its name among the types that contain themselves. */
  readonly name: string;
  /** It was found to contain itself. */
  contains: boolean;
}

/**
 * The schema of a value.
 *
 * @param type the `T` of `DataFrame<T>`
 * @param bindings the bindings of the class's type parameters
 * @returns `undefined` if it would say nothing
 */
export function readValueSchema(
  context: ScanContext,
  type: TypeNode,
  bindings: TypeBindings,
): ConfigSchema | undefined {
  const noted = context.diagnostics.length;
  const schema = new ValueReader(context, bindings).read(type);
  for (let at = noted; at < context.diagnostics.length; at++) {
    context.diagnostics[at] = { ...context.diagnostics[at], severity: "warning" };
  }
  return Object.keys(schema).length === 0 ? undefined : schema;
}

class ValueReader {
  readonly #context: ScanContext;
  readonly #bindings: TypeBindings;
  /** Named types that are being read, or were. */
  readonly #named: NamedType[] = [];
  readonly #open = new Set<NamedType>();
  /** The types that contain themselves. */
  readonly #types: Record<string, ConfigSchema> = {};
  #depth = 0;
  #size = 0;

  constructor(context: ScanContext, bindings: TypeBindings) {
    this.#context = context;
    this.#bindings = bindings;
  }

  read(type: TypeNode): ConfigSchema {
    const schema = this.#element(type, new Map());
    return Object.keys(this.#types).length === 0 ? schema : { ...schema, $defs: this.#types };
  }

  #read(type: TypeNode, args: TypeArguments): TypeSchema {
    if (this.#depth >= DEPTH_LIMIT || this.#size >= SIZE_LIMIT) {
      return opaque("it is nested too deeply, or too large");
    }
    this.#depth++;
    this.#size++;
    try {
      return this.#keyword(type) ?? this.#composed(type, args) ?? this.#looked(type, args);
    } finally {
      this.#depth--;
    }
  }

  #keyword(type: TypeNode): TypeSchema | undefined {
    switch (type.getKind()) {
      case SyntaxKind.StringKeyword:
      case SyntaxKind.TemplateLiteralType:
        return required({ type: "string" });
      case SyntaxKind.NumberKeyword:
        return required({ type: "number" });
      case SyntaxKind.BooleanKeyword:
        return required({ type: "boolean" });
      case SyntaxKind.ObjectKeyword:
        return required({ type: "object" });
      case SyntaxKind.BigIntKeyword:
        return required({ "x-type": "BigInt" });
      case SyntaxKind.UnknownKeyword:
      case SyntaxKind.AnyKeyword:
        return { schema: {}, isOptional: true };
      case SyntaxKind.UndefinedKeyword:
      case SyntaxKind.VoidKeyword:
        return UNDEFINED;
      case SyntaxKind.FunctionType:
      case SyntaxKind.ConstructorType:
        return opaque("a function, which no frame takes to another lane");
    }
    if (!Node.isLiteralTypeNode(type)) return undefined;
    const value = evaluate(type.getLiteral());
    if (!value.ok) return opaque(`${type.getText()} has no form in JSON`);
    return required(value.value === null ? { type: "null" } : { enum: [value.value] });
  }

  /** A type that is made of others in place; `undefined` for one that has to be looked up. */
  #composed(type: TypeNode, args: TypeArguments): TypeSchema | undefined {
    if (Node.isParenthesizedTypeNode(type)) return this.#read(type.getTypeNode(), args);
    if (Node.isUnionTypeNode(type)) return this.#union(type.getTypeNodes().map((each) => this.#read(each, args)));
    if (Node.isArrayTypeNode(type)) return this.#list(type.getElementTypeNode(), args);
    if (Node.isTupleTypeNode(type)) return this.#tuple(type.getElements(), args);
    if (Node.isTypeLiteral(type)) return required(this.#object(typeMembers(type.getMembers()), args, "value"));
    if (Node.isIntersectionTypeNode(type)) return this.#intersection(type.getTypeNodes(), args);
    const isReadonly = Node.isTypeOperatorTypeNode(type) && type.getOperator() === SyntaxKind.ReadonlyKeyword;
    return isReadonly ? this.#read(type.getTypeNode(), args) : undefined;
  }

  #looked(type: TypeNode, args: TypeArguments): TypeSchema {
    const listed = listValues(this.#context.sources, type);
    if (listed !== undefined && "values" in listed) return required({ enum: [...listed.values] });
    if (Node.isTypeReference(type)) return this.#reference(type.getTypeName().getText(), type, args);
    return opaque(`${shownType(type)}, which the generator does not work out`);
  }

  #union(members: readonly TypeSchema[]): TypeSchema {
    const isOptional = members.some((each) => each.isOptional);
    const schemas = members.filter((each) => each !== UNDEFINED).map(({ schema }) => schema);
    const any = schemas.find(isAny);
    if (any !== undefined) return { schema: any, isOptional };
    return schemas.length === 0 ? UNDEFINED : { schema: combine(schemas), isOptional };
  }

  /** What an element may be, or a whole value: there, `undefined` is a value too. */
  #element(type: TypeNode, args: TypeArguments): ConfigSchema {
    const element = this.#read(type, args);
    const { schema, isOptional } = element;
    return isOptional && element !== UNDEFINED && !isAny(schema) ? combine([schema, UNDEFINED.schema]) : schema;
  }

  #list(type: TypeNode, args: TypeArguments): TypeSchema {
    return required({ type: "array", items: this.#element(type, args) });
  }

  #tuple(elements: readonly Node[], args: TypeArguments): TypeSchema {
    const places = elements.map(tuplePlace);
    const fixed = places.filter((each) => !each.isRest);
    const schemas = fixed.map(({ type }) => this.#element(type, args));
    const least = fixed.filter((each) => !each.isOptional).length;
    const rest = places.find((each) => each.isRest);
    if (rest !== undefined) {
      // What follows others that may be many has no place of its own.
      const isLast = places.at(-1) === rest;
      const items = isLast && Node.isArrayTypeNode(rest.type) && this.#element(rest.type.getElementTypeNode(), args);
      return required({
        type: "array",
        ...(isLast && schemas.length > 0 && { prefixItems: schemas }),
        ...(items && !isAny(items) && { items }),
        ...(least > 0 && { minItems: least }),
      });
    }
    const length = { minItems: least, maxItems: places.length };
    const isUniform = schemas.every((each) => JSON.stringify(each) === JSON.stringify(schemas[0]));
    if (isUniform && schemas.length > 0) return required({ type: "array", items: schemas[0], ...length });
    return required({ type: "array", prefixItems: schemas, ...length });
  }

  /** Objects are merged; of a type with a brand, `string & { … }`, the brand exists in the type alone. */
  #intersection(types: readonly TypeNode[], args: TypeArguments): TypeSchema {
    const schemas = types.map((each) => this.#whole(this.#read(each, args).schema));
    const plain = schemas.find(({ type, enum: choices, "x-type": name }) =>
      choices !== undefined || name !== undefined || (type !== undefined && type !== "object")
    );
    return required(plain ?? joinObjects(schemas));
  }

  #object(members: readonly Member[], args: TypeArguments, owner: string): ConfigSchema {
    const properties: Record<string, ConfigSchema> = {};
    const names: string[] = [];
    let others: ConfigSchema | undefined;
    for (const { node, type, initializer, isOptional } of members) {
      if (Node.isIndexSignatureDeclaration(node)) {
        others = type && this.#read(type, args).schema;
        continue;
      }
      const name = memberName(node);
      if (name === undefined || name === "__proto__") continue;
      const value = type === undefined ? valueOf(initializer) : this.#read(type, args);
      properties[name] = this.#withDoc(node, name, value.schema, owner);
      if (!value.isOptional && !isOptional) names.push(name);
    }
    return {
      type: "object",
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(names.length > 0 && { required: names }),
      ...(others !== undefined && Object.keys(others).length > 0 && { additionalProperties: others }),
    };
  }

  #withDoc(node: Node, name: string, schema: ConfigSchema, owner: string): ConfigSchema {
    return applyTags(this.#context, node, readDoc(node), name, schema, `"${name}" of "${owner}"`) ?? schema;
  }

  #reference(name: string, type: TypeNode, args: TypeArguments): TypeSchema {
    const own = args.get(name);
    if (own !== undefined) return own;
    const { sources, open } = this.#context;
    const path = sources.pathOf(type);
    const imported = sources.declares(path, name) ? undefined : sources.importedAs(path, name);
    // A type of another file may have the name of a type parameter.
    const isParameter = imported === undefined && !sources.declares(path, name);
    if (isParameter && this.#bindings.has(name)) {
      const bound = resolveBound({ type, bindings: this.#bindings });
      if (bound.type !== type) return this.#read(bound.type, new Map());
    }
    if (isParameter && [...open].some((each) => Node.hasName(each) && each.getName() === name)) {
      return opaque(`${name} is what the links say`);
    }
    const types = Node.isTypeReference(type) ? type.getTypeArguments() : [];
    const scalar = imported === undefined
      ? undefined
      : scalarType(imported, types, (each) => this.#element(each, args));
    if (scalar !== undefined) return required(scalar);
    const listed = listEnum(sources, type, name);
    if (listed !== undefined) {
      return "values" in listed ? required({ enum: [...listed.values] }) : opaque(listed.reason);
    }
    const target = sources.resolve(path, name);
    if (target.kind === "global") return this.#global(name, types, args);
    if (target.kind === "package") {
      return opaque(`${target.name} is of "${target.specifier}", which the generator does not read`);
    }
    if (target.kind === "broken") return opaque(target.reason);
    sources.use(target.path);
    return this.#declared(target.node, types, args);
  }

  /** A type that every file has. */
  #global(name: string, types: readonly TypeNode[], args: TypeArguments): TypeSchema {
    if (/^(?:Readonly)?Array$/.test(name) && types.length === 1) return this.#list(types[0], args);
    const known = globalType(name);
    if (known !== undefined) return known;
    const read = (each: TypeNode) => {
      const { schema, isOptional } = this.#read(each, args);
      return { schema: this.#whole(schema), isOptional };
    };
    const found = readBuiltIn(name, types, read, () => undefined);
    if (found === undefined) return opaque(`${name}, which the generator does not work out`);
    const { additionalProperties: others, required: names = [], ...schema } = found.schema;
    return {
      schema: {
        ...schema,
        ...(names.length > 0 && { required: names }),
        ...(others !== undefined && others !== false && { additionalProperties: others }),
      },
      isOptional: found.isOptional,
    };
  }

  /** The schema of a type in place of its name, unless it is being read. */
  #whole(schema: ConfigSchema): ConfigSchema {
    return this.#types[schema.$ref?.replace("#/$defs/", "") ?? ""] ?? schema;
  }

  #declared(node: Node, types: readonly TypeNode[], args: TypeArguments): TypeSchema {
    const isType = Node.isInterfaceDeclaration(node) || Node.isTypeAliasDeclaration(node) ||
      Node.isClassDeclaration(node);
    if (!isType) return opaque("it is not a type");
    const inner = new Map<string, TypeSchema>();
    for (const [at, parameter] of node.getTypeParameters().entries()) {
      const type = types[at] ?? parameter.getDefault();
      const value = type && this.#read(type, types[at] === undefined ? inner : args);
      inner.set(parameter.getName(), value ?? opaque(`type parameter ${parameter.getName()} is not given`));
    }
    return this.#once(node, node.getName() ?? "Type", JSON.stringify([...inner.values()]), () => {
      if (Node.isTypeAliasDeclaration(node)) return this.#read(node.getTypeNodeOrThrow(), inner);
      return required(Node.isClassDeclaration(node) ? this.#class(node, inner) : this.#interface(node, inner));
    });
  }

  /** Reads a named type, unless it is being read, or contains itself and was read: then its name stands for it. */
  #once(node: Node, name: string, given: string, read: () => TypeSchema): TypeSchema {
    const known = this.#named.find((each) =>
      each.node === node && each.given === given && (this.#open.has(each) || each.contains)
    );
    if (known !== undefined) {
      known.contains = true;
      const isOptional = Node.isTypeAliasDeclaration(node) && /\bundefined\b/.test(node.getText());
      return { schema: { $ref: `#/$defs/${known.name}` }, isOptional };
    }
    if ([...this.#open].filter((each) => each.node === node).length >= INSTANCE_LIMIT) {
      return opaque(`${name} contains itself with ever other types`);
    }
    const named = { node, given, name: this.#freeName(name), contains: false };
    this.#named.push(named);
    this.#open.add(named);
    const value = read();
    this.#open.delete(named);
    const schema = describe(node, value.schema);
    if (!named.contains) {
      this.#named.splice(this.#named.indexOf(named), 1);
      return { schema, isOptional: value.isOptional };
    }
    this.#types[named.name] = schema;
    return { schema: { $ref: `#/$defs/${named.name}` }, isOptional: value.isOptional };
  }

  #freeName(name: string): string {
    const isTaken = (each: string) => this.#named.some((known) => known.name === each);
    let free = name;
    for (let n = 2; isTaken(free); n++) free = `${name}_${n}`;
    return free;
  }

  #interface(node: InterfaceDeclaration, args: TypeArguments): ConfigSchema {
    const parts = interfacesOf(node);
    const bases = parts.flatMap((each) => each.getExtends()).map((each) =>
      this.#base(each.getExpression(), each.getTypeArguments(), args)
    );
    const own = this.#object(typeMembers(parts.flatMap((each) => each.getMembers())), args, node.getName());
    return bases.length === 0 ? own : { ...joinObjects([...bases, own]), type: "object" };
  }

  #class(node: ClassDeclaration, args: TypeArguments): ConfigSchema {
    const base = node.getExtends();
    const own = this.#object(classMembers(node), args, node.getName() ?? "class");
    if (base === undefined) return own;
    return { ...joinObjects([this.#base(base.getExpression(), base.getTypeArguments(), args), own]), type: "object" };
  }

  #base(expression: Node, types: readonly TypeNode[], args: TypeArguments): ConfigSchema {
    const { sources } = this.#context;
    const name = expression.getText();
    const target = sources.resolve(sources.pathOf(expression), name);
    if (target.kind !== "declared") return opaque(`and what ${name} has, which the generator does not read`).schema;
    sources.use(target.path);
    return this.#whole(this.#declared(target.node, types, args).schema);
  }
}

/** Adds the doc comment of a named type. */
function describe(node: Node, schema: ConfigSchema): ConfigSchema {
  const text = readDoc(node).text.replace(/\s*@frame\b/, "").replace(/\s*\n\s*/g, " ");
  return text === "" || schema.$ref !== undefined ? schema : { description: text, ...schema };
}

/** The type that a field of a class has by its value. */
function valueOf(initializer: Node | undefined): TypeSchema {
  const value = initializer && Node.isExpression(initializer) ? evaluate(initializer) : undefined;
  const type = value?.ok ? typeof value.value : "undefined";
  return type === "string" || type === "number" || type === "boolean"
    ? required({ type })
    : { schema: {}, isOptional: true };
}
