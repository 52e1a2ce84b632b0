/**
 * Reads interfaces of fixed layout. An interface cannot carry a decorator, so the annotation is a tag in its doc
 * comment: `@frame`.
 *
 * @module
 */
import { type InterfaceDeclaration, Node, SyntaxKind, type TypeNode } from "ts-morph";
import {
  layOut,
  SCALAR_BYTES,
  type ScalarKind,
  type StructField,
  type StructLayout,
} from "../../core/frames/struct_layout.ts";
import type { StructModel } from "../model.ts";
import { isBindingName } from "../names.ts";
import type { ScanContext } from "./context.ts";
import { quote } from "./decorators.ts";
import { readDoc } from "./docs.ts";
import { evaluate } from "./literal.ts";
import { interfacesOf } from "./merged.ts";

/** The most bytes of a struct: more would not fit the slots of a usual pool. */
const SIZE_LIMIT = 65_536;

/** The deepest nesting of structs. */
const DEPTH_LIMIT = 32;

/** The most fields of a struct, including those of the structs in it. */
const FIELD_LIMIT = 2_048;

/** Number types by name, with their representation in memory. */
const ALIASES: ReadonlyMap<string, ScalarKind> = new Map(
  (Object.keys(SCALAR_BYTES) as ScalarKind[]).filter((kind) => kind !== "bool").map((
    kind,
  ) => [kind.toUpperCase(), kind]),
);

const MEND =
  `use number, boolean, F32, I32, U32, I16, U16, I8, U8, "FixedArray<F32, 3>", or another "@frame" interface`;

const NAME_MEND = `rename it: a small letter or "_", then 63 letters, digits or "_" at most, and no member of a view`;

type Unplaced = Omit<StructField, "offsetBytes">;

/** Whether an interface has the tag. */
export function hasFrameTag(declaration: InterfaceDeclaration): boolean {
  return declaration.getJsDocs().some((doc) => /(?:^|[\s*])@frame(?![\w-])/m.test(doc.getText()));
}

/**
 * Refuses the tag on anything but an interface, where it would have no effect. Ignores a comment that only mentions the
 * tag within a line.
 *
 * @returns whether nothing was refused
 */
export function checkFrameTag(context: ScanContext, declaration: Node): boolean {
  const canBeType = Node.isTypeAliasDeclaration(declaration) || Node.isClassDeclaration(declaration) ||
    Node.isEnumDeclaration(declaration);
  if (!canBeType) return true;
  if (!declaration.getJsDocs().some((doc) => /^[/*\s]*@frame\b|\s@frame[*/\s]*$/m.test(doc.getText()))) return true;
  const name = declaration.getName() ?? "(no name)";
  context.refuse(
    declaration.getNameNode() ?? declaration,
    `Cannot lay out "${name}": "@frame" is for interfaces`,
    `write "export interface ${name}" with its fields, or remove the tag`,
  );
  return false;
}

/** Reads structs, and the structs inside them. */
export class StructReader {
  readonly #context: ScanContext;
  readonly #open: InterfaceDeclaration[] = [];

  constructor(context: ScanContext) {
    this.#context = context;
  }

  /** Reads an interface once. Returns `undefined` if something was refused. */
  read(declaration: InterfaceDeclaration): StructModel | undefined {
    const { structs } = this.#context;
    if (structs.has(declaration)) {
      const known = structs.get(declaration);
      if (known !== undefined) this.#use(known);
      return known;
    }
    const depth = this.#open.length;
    const model = this.#read(declaration);
    this.#open.length = depth;
    structs.set(declaration, model);
    return model;
  }

  #read(declaration: InterfaceDeclaration): StructModel | undefined {
    const { sources } = this.#context;
    const path = sources.pathOf(declaration);
    const name = declaration.getName();
    const refuse = (node: Node, reason: string, mend: string): undefined =>
      this.#context.refuse(node, `Cannot lay out struct "${name}": ${reason}`, mend);
    if (this.#open.includes(declaration)) {
      return refuse(declaration.getNameNode(), "it contains itself", "use an index in its place");
    }
    if (this.#open.length > DEPTH_LIMIT) {
      const reason = `more than ${DEPTH_LIMIT} structs stand around it, "${this.#open[0].getName()}" first`;
      return refuse(declaration.getNameNode(), reason, "write its fields out in the one around it");
    }
    const exportName = sources.exportedName(path, name);
    if (exportName === undefined || !isBindingName(exportName)) {
      return refuse(declaration.getNameNode(), "it is not exported by name", `write "export interface ${name}"`);
    }
    const [, second] = interfacesOf(declaration);
    if (second !== undefined) {
      return refuse(second.getNameNode(), "it is declared twice", "write all its fields in one place");
    }
    const [parameter] = declaration.getTypeParameters();
    if (parameter !== undefined) return refuse(parameter, "it is generic", "write an interface for each type");
    const [heritage] = declaration.getExtends();
    if (heritage !== undefined) return refuse(heritage, "it extends another interface", "write the fields out");
    this.#open.push(declaration);
    const inner = new Map<string, StructModel>();
    const fields: Unplaced[] = [];
    const names = new Set<string>();
    let isGood = true;
    for (const member of declaration.getMembers()) {
      const type = Node.isPropertySignature(member) ? member.getTypeNode() : undefined;
      if (!Node.isPropertySignature(member) || type === undefined) {
        isGood = refuse(member, "only fields have a layout", MEND) ?? false;
        continue;
      }
      const field = member.getNameNode().getText();
      const at = `field "${field}"`;
      if (
        !/^[a-z_][A-Za-z0-9_]{0,63}$/.test(field) || ["assign", "toJSON", "constructor", "__proto__"].includes(field)
      ) {
        isGood = refuse(member.getNameNode(), `${at} cannot have that name in a view`, NAME_MEND) ?? false;
      } else if (names.has(field)) {
        isGood = refuse(member.getNameNode(), `${at} is there twice`, "rename one of them") ?? false;
      } else if (member.hasQuestionToken()) {
        isGood = refuse(member, `${at} may be absent, and bytes are always there`, `remove the "?"`) ?? false;
      } else {
        const read = this.#field(type, at, refuse, inner);
        if (read === undefined) isGood = false;
        else fields.push({ name: field, ...read });
      }
      names.add(field);
    }
    if (!isGood) return undefined;
    if (fields.length === 0) return refuse(declaration.getNameNode(), "it has no fields", "give it a field");
    const count = fields.reduce((sum, { struct }) => sum + 1 + (struct === undefined ? 0 : countFields(struct)), 0);
    if (count > FIELD_LIMIT) {
      return refuse(
        declaration.getNameNode(),
        `it has ${count} fields, counting those of the structs in it, wanted ${FIELD_LIMIT} at most`,
        `put equal ones into a "FixedArray"`,
      );
    }
    const layout = layOut(name, fields);
    if (layout.sizeBytes > SIZE_LIMIT) {
      return refuse(
        declaration.getNameNode(),
        `it has ${layout.sizeBytes} bytes, wanted ${SIZE_LIMIT} at most`,
        "carry large data in a frame of its own kind",
      );
    }
    sources.use(path);
    return {
      layout,
      doc: readDoc(declaration).text.replace(/\s*@frame\b/, ""),
      module: path,
      exportName,
      inner: [...inner.values()],
    };
  }

  #use({ module, inner }: StructModel): void {
    for (const path of [module, ...inner.map((each) => each.module)]) this.#context.sources.use(path);
  }

  #field(
    type: TypeNode,
    at: string,
    refuse: (node: Node, reason: string, mend: string) => undefined,
    inner: Map<string, StructModel>,
  ): Omit<Unplaced, "name"> | undefined {
    if (type.getKind() === SyntaxKind.NumberKeyword) return { kind: "f64" };
    if (type.getKind() === SyntaxKind.BooleanKeyword) return { kind: "bool" };
    if (!Node.isTypeReference(type)) return refuse(type, `${at} is ${quote(type)}, which has no fixed layout`, MEND);
    const { sources } = this.#context;
    const path = sources.pathOf(type);
    const written = type.getTypeName().getText();
    const name = sources.importedAs(path, written) ?? written;
    const alias = sources.declares(path, written) ? undefined : ALIASES.get(name);
    if (alias !== undefined) return { kind: alias };
    if (name === "FixedArray") return this.#array(type.getTypeArguments(), type, at, refuse, inner);
    const target = sources.resolve(path, written);
    if (target.kind !== "declared" || !Node.isInterfaceDeclaration(target.node) || !hasFrameTag(target.node)) {
      const reason = target.kind === "declared"
        ? `which is not an interface tagged "@frame"`
        : "which has no fixed layout";
      return refuse(type, `${at} is ${quote(type)}, ${reason}`, MEND);
    }
    const struct = this.read(target.node);
    if (struct === undefined) return undefined;
    for (const each of [...struct.inner, struct]) inner.set(`${each.module}#${each.layout.name}`, each);
    return { kind: "struct", struct: struct.layout };
  }

  #array(
    [element, length]: readonly TypeNode[],
    type: TypeNode,
    at: string,
    refuse: (node: Node, reason: string, mend: string) => undefined,
    inner: Map<string, StructModel>,
  ): Omit<Unplaced, "name"> | undefined {
    const count = length !== undefined && Node.isLiteralTypeNode(length) ? evaluate(length.getLiteral()) : undefined;
    const isCount = count?.ok && Number.isInteger(count.value) && (count.value as number) > 0;
    if (element === undefined || !isCount || (count.value as number) > SIZE_LIMIT) {
      return refuse(type, `${at} does not say how many elements it has`, `write "FixedArray<F32, 3>"`);
    }
    const read = this.#field(element, at, refuse, inner);
    if (read === undefined) return undefined;
    if (read.count !== undefined) {
      return refuse(type, `${at} is an array of arrays`, "put the inner array into a struct");
    }
    if (read.kind === "bool") return refuse(type, `${at} is an array of booleans`, `write "FixedArray<U8, …>"`);
    return { ...read, count: count.value as number };
  }
}

/** The fields of a layout, with those of the structs in it. */
function countFields({ fields }: StructLayout): number {
  return fields.reduce((sum, { struct }) => sum + 1 + (struct === undefined ? 0 : countFields(struct)), 0);
}
