/**
 * The Rust twins of structs: the same bytes, as the compiler itself asserts.
 *
 * @module
 */
import type { StructField, StructLayout } from "../../core/frames/struct_layout.ts";
import type { PackageModel } from "../model.ts";

const KEYWORDS: ReadonlySet<string> = new Set(
  ("as async await box break const continue do dyn else enum extern false final fn for gen if impl in let loop macro " +
    "match mod move mut override priv pub ref return static struct trait true try type typeof unsafe unsized use " +
    "virtual where while yield abstract become").split(" "),
);
const CANNOT_BE_RAW: ReadonlySet<string> = new Set(["self", "super", "crate", "Self", "_"]);

/** The text of the Rust file. The same model always gives the same text. */
export function emitRust(model: PackageModel): string {
  const sources = [...new Set(model.structs.map(({ module }) => module))].sort();
  const header = `// Made by "deno task codegen" from ${sources.join(", ")}.
// Do not edit: change the interfaces and run the command again.

//! Structs that the data frames of ${model.name} carry. A boolean is a byte of 0 or 1.
`;
  return `${header}${model.structs.map(({ layout, doc }) => emitStruct(layout, doc)).join("")}`;
}

function emitStruct(layout: StructLayout, doc: string): string {
  const about = (doc || `\`${layout.name}\`.`).split("\n").map((line) => `/// ${line}`.trimEnd()).join("\n");
  const fields = layout.fields.map((field) => `    pub ${nameOf(field.name)}: ${typeOf(field)},`).join("\n");
  const asserts = [
    `size_of::<${layout.name}>() == ${layout.sizeBytes}`,
    `align_of::<${layout.name}>() == ${layout.alignBytes}`,
    ...layout.fields.map((field) => `offset_of!(${layout.name}, ${nameOf(field.name)}) == ${field.offsetBytes}`),
  ];
  return `
${about}
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ${layout.name} {
${fields}
}

const _: () = {
${asserts.map((each) => `    assert!(core::mem::${each});`).join("\n")}
};
`;
}

function typeOf({ kind, count, struct }: StructField): string {
  const element = struct?.name ?? (kind === "bool" ? "u8" : kind);
  return count === undefined ? element : `[${element}; ${count}]`;
}

/** `gyroX` becomes `gyro_x`. */
function nameOf(field: string): string {
  const name = field.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2").toLowerCase();
  if (CANNOT_BE_RAW.has(name)) return `${name}_`;
  return KEYWORDS.has(name) ? `r#${name}` : name;
}
