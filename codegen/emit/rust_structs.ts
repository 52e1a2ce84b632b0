/**
 * The Rust twins of structs, whose layout the compiler asserts.
 *
 * @module
 */
import type { StructField, StructLayout } from "../../core/frames/struct_layout.ts";
import type { PackageModel } from "../model.ts";

/** Words that need `r#word` to be names. */
const KEYWORDS: ReadonlySet<string> = new Set(
  ("as async await box break const continue do dyn else enum extern false final fn for gen if impl in let loop macro " +
    "match mod move mut override priv pub ref return static struct trait true try type typeof unsafe unsized use " +
    "virtual where while yield abstract become").split(" "),
);

/** Words that cannot be names. */
const CANNOT_BE_RAW: ReadonlySet<string> = new Set(["self", "super", "crate", "Self", "_"]);

/** Types that the structs use; a struct of the same name would hide them. */
const PRIMITIVES: ReadonlySet<string> = new Set(
  "bool char f16 f32 f64 f128 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize".split(" "),
);

/** Characters that may not appear in a comment: line ends, and marks that change the direction of text. */
const NOT_IN_COMMENTS = /[\r\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The text of the Rust file. The same model always gives the same text. */
export function emitRust(model: PackageModel): string {
  const sources = [...new Set(model.structs.map(({ module }) => module))].sort();
  const header = `// Made by "deno task codegen" from ${sources.map(printable).join(", ")}.
// Do not edit: change the interfaces and run the command again.

//! Structs that the data frames of ${model.name} carry. A boolean is a byte of 0 or 1.
`;
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { layout } of model.structs) names.set(layout.name, free(typeName(layout.name), taken));
  return `${header}${model.structs.map(({ layout, doc }) => emitStruct(layout, doc, names)).join("")}`;
}

function emitStruct(layout: StructLayout, doc: string, names: ReadonlyMap<string, string>): string {
  const about = (doc || `\`${layout.name}\`.`).split("\n").map((line) =>
    `/// ${line.replace(NOT_IN_COMMENTS, " ")}`.trimEnd()
  ).join("\n");
  const struct = names.get(layout.name) ?? layout.name;
  const taken = new Set<string>();
  const fields = layout.fields.map((field) => ({ ...field, name: free(nameOf(field.name), taken) }));
  const lines = fields.map((field) => `    pub ${field.name}: ${typeOf(field, names)},`).join("\n");
  const asserts = [
    `size_of::<${struct}>() == ${layout.sizeBytes}`,
    `align_of::<${struct}>() == ${layout.alignBytes}`,
    ...fields.map((field) => `offset_of!(${struct}, ${field.name}) == ${field.offsetBytes}`),
  ];
  return `
${about}
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ${struct} {
${lines}
}

const _: () = {
${asserts.map((each) => `    assert!(::core::mem::${each});`).join("\n")}
};
`;
}

function typeOf({ kind, count, struct }: StructField, names: ReadonlyMap<string, string>): string {
  const element = struct === undefined ? kind === "bool" ? "u8" : kind : names.get(struct.name) ?? struct.name;
  return count === undefined ? element : `[${element}; ${count}]`;
}

/** A free name: the given one, with `_` appended if it is taken. */
function free(name: string, taken: Set<string>): string {
  let found = name;
  while (taken.has(found)) found = `${found}_`;
  taken.add(found);
  return found;
}

function typeName(name: string): string {
  const plain = name.replaceAll("$", "_");
  if (CANNOT_BE_RAW.has(plain) || PRIMITIVES.has(plain)) return `${plain}_`;
  return KEYWORDS.has(plain) ? `r#${plain}` : plain;
}

/** A path on one line. */
function printable(path: string): string {
  // deno-lint-ignore no-control-regex
  return /[\x00-\x1f]/.test(path) ? JSON.stringify(path) : path.replace(NOT_IN_COMMENTS, " ");
}

/** `gyroX` becomes `gyro_x`. */
function nameOf(field: string): string {
  const name = field.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2").toLowerCase();
  if (CANNOT_BE_RAW.has(name)) return `${name}_`;
  return KEYWORDS.has(name) ? `r#${name}` : name;
}
