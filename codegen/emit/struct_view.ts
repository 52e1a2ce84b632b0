/**
 * The code for one struct: a class whose fields read and write memory.
 *
 * @module
 */
import { SCALAR_BYTES, type ScalarKind, type StructField } from "../../core/frames/struct_layout.ts";
import type { StructModel } from "../model.ts";
import type { Imports } from "./imports.ts";
import { docComment, literal } from "./source_text.ts";

const ARRAY_CLASSES: { readonly [kind: string]: string } = {
  f64: "Float64Array",
  f32: "Float32Array",
  i32: "Int32Array",
  u32: "Uint32Array",
  i16: "Int16Array",
  u16: "Uint16Array",
  i8: "Int8Array",
  u8: "Uint8Array",
};

/** The name of a struct's view. */
export function viewName(struct: string): string {
  return `${struct}View`;
}

/** The view of a struct, unformatted. */
export function emitStruct({ layout, doc, module, exportName }: StructModel, imports: Imports): string {
  const type = imports.struct(module, exportName);
  const memory = imports.runtime("StructMemory");
  const view = viewName(layout.name);
  const whole = layout.fields.filter(isWhole);
  const scalars = layout.fields.filter((each) => !isWhole(each));
  if (whole.some((each) => each.count !== undefined && each.kind !== "struct")) imports.value("assignArray");
  imports.value("readStruct");
  const about = `A view of ${layout.sizeBytes} bytes in memory as \`${layout.name}\`. ${doc}`.trim();
  return `${docComment(about)}export class ${view} implements ${type} {
  static readonly #LAYOUT: ${imports.runtime("StructLayout")} = ${literal(layout)};
  readonly #memory: ${memory};
  readonly #offsetBytes: number;
  ${whole.map((each) => `/** See \`${layout.name}\`. */\nreadonly ${each.name}: ${typeOf(each)};`).join("\n")}

  /** Looks at memory from a place on, which is a multiple of ${layout.alignBytes}. */
  constructor(memory: ${memory}, offsetBytes: number) {
    this.#memory = memory;
    this.#offsetBytes = offsetBytes;
    ${whole.map(emitInitializer).join("\n    ")}
  }

  /** The layout. */
  static schema(): ${imports.runtime("StructLayout")} {
    return ${view}.#LAYOUT;
  }

  ${scalars.map((each) => emitScalar(layout.name, each)).join("\n\n  ")}

  /** Copies the fields of a value. */
  assign(value: ${type}): void {
    ${layout.fields.map(emitAssignment).join("\n    ")}
  }

  /** A copy as a plain object. */
  toJSON(): ${type} {
    return readStruct(${view}.#LAYOUT, this.#memory, this.#offsetBytes) as unknown as ${type};
  }
}`;
}

/** Whether a field is an object of its own: an array, or a struct. */
function isWhole({ kind, count }: StructField): boolean {
  return kind === "struct" || count !== undefined;
}

function typeOf({ kind, count, struct }: StructField): string {
  if (struct === undefined) return ARRAY_CLASSES[kind];
  return count === undefined ? viewName(struct.name) : `readonly ${viewName(struct.name)}[]`;
}

function emitInitializer({ name, kind, count, offsetBytes, struct }: StructField): string {
  if (struct !== undefined && count === undefined) {
    return `this.${name} = new ${viewName(struct.name)}(memory, offsetBytes + ${offsetBytes});`;
  }
  if (struct !== undefined) {
    return `this.${name} = Array.from({ length: ${count} }, (_, k) => ` +
      `new ${viewName(struct.name)}(memory, offsetBytes + ${offsetBytes} + k * ${struct.sizeBytes}));`;
  }
  const bytes = SCALAR_BYTES[kind as ScalarKind] * (count ?? 1);
  const start = indexOf(kind as ScalarKind, `offsetBytes + ${offsetBytes}`);
  const end = indexOf(kind as ScalarKind, `offsetBytes + ${offsetBytes + bytes}`);
  return `this.${name} = memory.${kind}.subarray(${start}, ${end});`;
}

function emitScalar(owner: string, { name, kind, offsetBytes }: StructField): string {
  const array = kind === "bool" ? "u8" : kind;
  const at = `this.#memory.${array}[${indexOf(kind as ScalarKind, `this.#offsetBytes + ${offsetBytes}`)}]`;
  const type = kind === "bool" ? "boolean" : "number";
  const read = kind === "bool" ? `${at} !== 0` : at;
  const written = kind === "bool" ? "value ? 1 : 0" : "value";
  return `/** See \`${owner}\`. */
  get ${name}(): ${type} { return ${read}; }
  set ${name}(value: ${type}) { ${at} = ${written}; }`;
}

function emitAssignment({ name, kind, count }: StructField): string {
  if (kind === "struct" && count !== undefined) {
    return `for (let k = 0; k < ${count}; k++) this.${name}[k].assign(value.${name}[k]);`;
  }
  if (kind === "struct") return `this.${name}.assign(value.${name});`;
  if (count !== undefined) return `assignArray(this.${name}, value.${name}, ${JSON.stringify(name)});`;
  return `this.${name} = value.${name};`;
}

function indexOf(kind: ScalarKind, offset: string): string {
  const bytes = SCALAR_BYTES[kind];
  // A division, since bitwise operators would cut an offset beyond 4 GiB.
  return bytes === 1 ? offset : `(${offset}) / ${bytes}`;
}
