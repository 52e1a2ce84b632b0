/**
 * Turns TypeScript types into JSON Schema, from their syntax. What JSON can hold has a schema: strings, numbers,
 * booleans, null, literals, enums, lists, tuples of one type, objects, records, unions of these, and names for them
 * in any file that can be reached by relative imports.
 *
 * @module
 */
import {
  type InterfaceDeclaration,
  Node,
  type PropertySignature,
  SyntaxKind,
  type TypeAliasDeclaration,
  type TypeNode,
} from "ts-morph";
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";
import type { ScanContext } from "./context.ts";
import { quote } from "./decorators.ts";
import { readDoc } from "./docs.ts";
import { evaluate } from "./literal.ts";
import { interfacesOf } from "./merged.ts";
import { type ListedValues, listEnum, listValues } from "./schema_constants.ts";
import { readBuiltIn } from "./schema_built_in.ts";
import { mergeObjects } from "./schema_objects.ts";
import { applyTags } from "./schema_tags.ts";
import { combine } from "./schema_union.ts";
import { holdsDuration, UNSETTLED_DURATION } from "./schema_duration.ts";
import { NO_BINDINGS, type TypeBindings } from "./type_bindings.ts";
import { MEND, required, type TypeSchema } from "./type_schema.ts";

/** The deepest nesting of types. */
const DEPTH_LIMIT = 32;

/** The most types of one key. */
const SIZE_LIMIT = 5_000;

/** How much was read for one key. */
interface Spent {
  /** The types around the current one. */
  depth: number;
  /** How many types were read; `Infinity` after a refusal. */
  size: number;
}

/** Type parameters of the current declaration, with their bindings. */
type TypeArguments = ReadonlyMap<string, TypeSchema>;

const NO_ARGUMENTS: TypeArguments = new Map();
const UNDEFINED: TypeSchema = { schema: { enum: [] }, isOptional: true };

/** Reads the types of one configuration key. */
export class SchemaReader {
  readonly #context: ScanContext;
  readonly #what: string;
  /** Named types that are being read. */
  readonly #open = new Set<Node>();
  readonly #bindings: TypeBindings;
  readonly #spent: Spent;

  /**
   * @param what the key, as messages name it: `configuration key "gainDb"`
   * @param bindings the bindings of the class's type parameters
   * @param spent the count of the reader that this one belongs to
   */
  constructor(
    context: ScanContext,
    what: string,
    bindings: TypeBindings = NO_BINDINGS,
    spent: Spent = { depth: 0, size: 0 },
  ) {
    this.#context = context;
    this.#what = what;
    this.#bindings = bindings;
    this.#spent = spent;
  }

  /** The schema of a type, or `undefined` if it was refused. */
  read(type: TypeNode): TypeSchema | undefined {
    return this.#value(type, NO_ARGUMENTS);
  }

  /** Reads a type that must not include `undefined`, as `#read` does. */
  #value(type: TypeNode, args: TypeArguments): TypeSchema | undefined {
    const read = this.#read(type, args);
    return (read?.schema.enum ?? read?.schema.anyOf)?.length === 0
      ? this.#refuse(type, "it holds no value", MEND)
      : read;
  }

  #read(type: TypeNode, args: TypeArguments): TypeSchema | undefined {
    return this.#within(type, () => this.#readOne(type, args));
  }

  /** Reads a part of the type, unless the limit is reached. */
  #within(at: Node, read: () => TypeSchema | undefined): TypeSchema | undefined {
    const spent = this.#spent;
    if (spent.depth >= DEPTH_LIMIT || spent.size === SIZE_LIMIT) {
      spent.size = Infinity;
      return this.#refuse(at, "it is nested too deeply, or too large", "use a smaller type");
    }
    if (spent.size++ > SIZE_LIMIT) return undefined;
    spent.depth++;
    try {
      return read();
    } finally {
      spent.depth--;
    }
  }

  #readOne(type: TypeNode, args: TypeArguments): TypeSchema | undefined {
    switch (type.getKind()) {
      case SyntaxKind.StringKeyword:
        return required({ type: "string" });
      case SyntaxKind.NumberKeyword:
        return required({ type: "number" });
      case SyntaxKind.BooleanKeyword:
        return required({ type: "boolean" });
      case SyntaxKind.UndefinedKeyword:
        return UNDEFINED;
    }
    if (Node.isParenthesizedTypeNode(type)) return this.#read(type.getTypeNode(), args);
    if (Node.isLiteralTypeNode(type)) {
      const value = evaluate(type.getLiteral());
      if (!value.ok) return this.#refuse(type, "its literal cannot stand in JSON", MEND);
      return required(value.value === null ? { type: "null" } : { enum: [value.value] });
    }
    if (Node.isUnionTypeNode(type)) {
      const members = this.#readAll(type.getTypeNodes(), args);
      if (members === undefined) return undefined;
      const schemas = members.filter((each) => each !== UNDEFINED).map((each) => each.schema);
      if (schemas.length > 1 && schemas.some(holdsDuration)) {
        const mend = `give the duration a key of its own, with "?" if it can be absent`;
        return this.#refuse(type, "text would not be converted for a duration that is one of several types", mend);
      }
      return {
        schema: schemas.length === 1 ? schemas[0] : combine(schemas),
        isOptional: members.some((each) => each.isOptional),
      };
    }
    if (Node.isArrayTypeNode(type)) return this.#list(type.getElementTypeNode(), args);
    if (Node.isTypeOperatorTypeNode(type) && type.getOperator() === SyntaxKind.ReadonlyKeyword) {
      return this.#read(type.getTypeNode(), args);
    }
    if (Node.isTupleTypeNode(type)) return this.#tuple(type.getElements(), type, args);
    if (Node.isTypeLiteral(type)) return this.#object(type.getMembers(), type, args);
    if (Node.isIntersectionTypeNode(type)) {
      const members = this.#readAll(type.getTypeNodes(), args);
      if (members === undefined) return undefined;
      if (members.some(({ schema }) => schema.properties === undefined)) {
        return this.#refuse(type, "only object types can be intersected", "write the type out");
      }
      return required(mergeObjects(members.map(({ schema }) => schema)));
    }
    const listed = listValues(this.#context.sources, type);
    if (listed !== undefined) return this.listed(listed, type);
    if (Node.isTypeReference(type)) return this.#reference(type, args);
    return this.#refuse(type, "JSON cannot hold it", MEND);
  }

  #readAll(types: readonly TypeNode[], args: TypeArguments): TypeSchema[] | undefined {
    const all = types.map((each) => this.#read(each, args));
    return all.includes(undefined) ? undefined : all as TypeSchema[];
  }

  #list(element: TypeNode, args: TypeArguments): TypeSchema | undefined {
    const items = this.#value(element, args);
    return items && required({ type: "array", items: items.schema });
  }

  #tuple(elements: readonly Node[], tuple: TypeNode, args: TypeArguments): TypeSchema | undefined {
    const types = elements.map((each) => Node.isNamedTupleMember(each) ? each.getTypeNode() : each);
    if (types.length === 0 || types.some((each) => Node.isRestTypeNode(each) || Node.isOptionalTypeNode(each))) {
      return this.#refuse(tuple, "a tuple needs a fixed number of elements", MEND);
    }
    const members = this.#readAll(types as TypeNode[], args);
    if (members === undefined) return undefined;
    const first = JSON.stringify(members[0].schema);
    if (members.some(({ schema }) => JSON.stringify(schema) !== first)) {
      return this.#refuse(tuple, "the elements of a tuple must be of one type", "use an object with a key for each");
    }
    return required({
      type: "array",
      items: members[0].schema,
      minItems: members.length,
      maxItems: members.length,
    });
  }

  #object(members: readonly Node[], at: Node, args: TypeArguments): TypeSchema | undefined {
    const properties: Record<string, ConfigSchema> = {};
    const names: string[] = [];
    let isGood = true;
    for (const member of members) {
      if (Node.isIndexSignatureDeclaration(member)) {
        const value = members.length === 1
          ? this.#read(member.getReturnTypeNode() ?? member as never, args)
          : undefined;
        if (value !== undefined) return required({ type: "object", additionalProperties: value.schema });
        return members.length === 1 ? undefined : this.#refuse(member, "it has keys and an index signature", MEND);
      }
      if (!Node.isPropertySignature(member)) {
        isGood = this.#refuse(member, "JSON cannot hold methods", "remove it from the type") ?? false;
        continue;
      }
      if (Node.isComputedPropertyName(member.getNameNode())) {
        isGood = this.#refuse(member, "a key is worked out", "write the key itself") ?? false;
        continue;
      }
      const property = this.#property(member, args);
      if (property === undefined) {
        isGood = false;
        continue;
      }
      const name = propertyName(member);
      if (name === "__proto__") return this.#refuse(member, `a key cannot be named "__proto__"`, "rename the key");
      properties[name] = property.schema;
      if (!property.isOptional) names.push(name);
    }
    if (!isGood) return undefined;
    if (members.length === 0) return this.#refuse(at, "an object type needs keys", MEND);
    return required({ type: "object", properties, required: names, additionalProperties: false });
  }

  #property(member: PropertySignature, args: TypeArguments): TypeSchema | undefined {
    const type = member.getTypeNode();
    if (type === undefined) return this.#refuse(member, "a key has no type", "write its type");
    const value = this.#value(type, args);
    if (value === undefined) return undefined;
    const schema = applyTags(this.#context, member, readDoc(member), propertyName(member), value.schema, this.#what);
    return schema && { schema, isOptional: value.isOptional || member.hasQuestionToken() };
  }

  /** The schema of values that constants list, or `undefined` if they were refused. */
  listed(listed: ListedValues, at: Node): TypeSchema | undefined {
    return "values" in listed
      ? required({ enum: [...listed.values] })
      : this.#refuse(at, listed.reason, listed.mend ?? MEND);
  }

  #reference(type: Node & TypeNode, args: TypeArguments): TypeSchema | undefined {
    if (!Node.isTypeReference(type)) return undefined;
    const name = type.getTypeName().getText();
    const own = args.get(name);
    if (own !== undefined) return own;
    const bound = this.#bindings.get(name);
    if (bound !== undefined) {
      return new SchemaReader(this.#context, this.#what, bound.bindings, this.#spent).read(bound.type);
    }
    if (this.#context.sources.importedAs(this.#context.sources.pathOf(type), name) === "Duration") {
      return required(UNSETTLED_DURATION);
    }
    const listed = listEnum(this.#context.sources, type, name);
    if (listed !== undefined) return this.listed(listed, type);
    const types = type.getTypeArguments();
    const target = this.#context.sources.resolve(this.#context.sources.pathOf(type), name);
    if (target.kind === "global") {
      if (/^(?:Readonly)?Array$/.test(name) && types.length === 1) return this.#list(types[0], args);
      return readBuiltIn(
        name,
        types,
        (each) => this.#read(each, args),
        (reason, mend) => this.#refuse(type, reason, mend),
      );
    }
    if (target.kind === "package") {
      return this.#refuse(
        type,
        `it comes from "${target.specifier}", which the generator does not read`,
        "declare the type in this package",
      );
    }
    if (target.kind === "broken") return this.#refuse(type, target.reason, "correct the import");
    this.#context.sources.use(target.path);
    const { node } = target;
    if (!Node.isInterfaceDeclaration(node) && !Node.isTypeAliasDeclaration(node)) {
      return this.#refuse(type, "it is a class or a value, which JSON cannot hold", "declare an interface for it");
    }
    const inner = this.#bind(node, types, type, args);
    if (inner === undefined) return undefined;
    return this.#once(node, type, () => {
      if (Node.isInterfaceDeclaration(node)) return this.#interface(node, inner);
      const aliased = node.getTypeNode();
      return aliased && this.#read(aliased, inner);
    });
  }

  /** Reads a named type, unless it is being read already. */
  #once(node: Node, at: Node, read: () => TypeSchema | undefined): TypeSchema | undefined {
    if (this.#open.has(node)) return this.#refuse(at, "it contains itself", "use a type that does not");
    this.#open.add(node);
    try {
      return read();
    } finally {
      this.#open.delete(node);
    }
  }

  #bind(
    node: InterfaceDeclaration | TypeAliasDeclaration,
    types: readonly TypeNode[],
    at: Node,
    args: TypeArguments,
  ): TypeArguments | undefined {
    const inner = new Map<string, TypeSchema>();
    for (const [i, parameter] of node.getTypeParameters().entries()) {
      const type = types[i] ?? parameter.getDefault();
      if (type === undefined) {
        return this.#refuse(at, `type parameter "${parameter.getName()}" is not given`, "write the type argument");
      }
      const value = this.#read(type, args);
      if (value === undefined) return undefined;
      inner.set(parameter.getName(), value);
    }
    return inner;
  }

  #interface(node: InterfaceDeclaration, args: TypeArguments): TypeSchema | undefined {
    const parts = interfacesOf(node);
    const bases: ConfigSchema[] = [];
    for (const heritage of parts.flatMap((each) => each.getExtends())) {
      const target = this.#lookUp(heritage, heritage.getExpression().getText());
      if (!Node.isInterfaceDeclaration(target)) {
        return this.#refuse(heritage, "it extends something that is not an interface", "write the keys out");
      }
      const inner = this.#bind(target, heritage.getTypeArguments(), heritage, args);
      const base = inner &&
        this.#within(heritage, () => this.#once(target, heritage, () => this.#interface(target, inner)));
      if (base === undefined) return undefined;
      bases.push(base.schema);
    }
    const members = parts.flatMap((each) => each.getMembers());
    if (bases.length > 0 && members.length === 0) return required(mergeObjects(bases));
    const own = this.#object(members, node, args);
    return own && required(mergeObjects([...bases, own.schema]));
  }

  #lookUp(from: Node, name: string): Node | undefined {
    const target = this.#context.sources.resolve(this.#context.sources.pathOf(from), name);
    if (target.kind !== "declared") return undefined;
    this.#context.sources.use(target.path);
    return target.node;
  }

  #refuse(at: Node, reason: string, mend: string): undefined {
    return this.#context.refuse(at, `Cannot make a schema for ${quote(at)}, of ${this.#what}: ${reason}`, mend);
  }
}

function propertyName(member: PropertySignature): string {
  const name = member.getNameNode();
  if (Node.isNumericLiteral(name)) return String(name.getLiteralValue());
  return Node.isStringLiteral(name) ? name.getLiteralValue() : name.getText();
}
