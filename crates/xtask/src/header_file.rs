//! The text of `crates/abi/include/sluice_stage.h`.

use std::fmt::Write;

use sluice_abi::stage::{Field, Holds, Item, STAGE_ITEMS};

const HEAD: &str = "\
/* Made by `cargo run -p xtask -- header` from crates/abi/src/stage. Do not edit. */

/*
 * Native stages for Sluice: the interface between a runtime and plugins. docs/plugins.md has a plugin step by step, and
 * says what may change from one version to the next.
 *
 * C11 or later, and C++11 or later; a machine with 64-bit addresses.
 */
#ifndef SLUICE_STAGE_H
#define SLUICE_STAGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define SLUICE_ASSERT static_assert
extern \"C\" {
#else
#define SLUICE_ASSERT _Static_assert
#endif

#if defined(_WIN32)
#define SLUICE_EXPORT __declspec(dllexport)
#else
#define SLUICE_EXPORT __attribute__((visibility(\"default\")))
#endif
";

const TAIL: &str = "
/*
 * The one function that a plugin exports. It is called once, before any other, with the host that all stages use; the
 * table is valid as long as the process lives. Null refuses to be loaded.
 */
SLUICE_EXPORT const SluicePlugin *sluice_register_stages(const SluiceHost *host);

#ifdef __cplusplus
}
#endif

#endif
";

/// Renders the file; the same text for the same crate.
pub fn render() -> String {
    let mut out = String::from(HEAD);
    emit(&mut out).expect("writing to a string cannot fail");
    out.push_str(TAIL);
    out
}

fn emit(out: &mut String) -> std::fmt::Result {
    let items = || STAGE_ITEMS.iter().copied().flatten();
    out.push('\n');
    for item in items() {
        if let Item::Struct { name, .. } = item {
            writeln!(out, "typedef struct {name} {name};")?;
        }
    }
    for item in items() {
        match item {
            Item::Constant { name, doc, value } => {
                comment(out, "", doc)?;
                if *value < 0 {
                    writeln!(out, "#define {name} ({value})")?
                } else {
                    writeln!(out, "#define {name} {value}")?
                }
            }
            Item::Opaque { name, doc } => {
                comment(out, "", doc)?;
                writeln!(out, "typedef struct {name} {name};")?;
            }
            Item::Struct { name, doc, fields, size } => {
                comment(out, "", doc)?;
                writeln!(out, "struct {name} {{")?;
                for field in *fields {
                    comment(out, "  ", field.doc)?;
                    writeln!(out, "  {};", declare(field))?;
                }
                writeln!(out, "}};\n")?;
                writeln!(out, "SLUICE_ASSERT(sizeof({name}) == {size}, \"layout of {name}\");")?;
                for Field { name: field, offset, .. } in *fields {
                    writeln!(
                        out,
                        "SLUICE_ASSERT(offsetof({name}, {field}) == {offset}, \"layout of {name}.{field}\");"
                    )?;
                }
            }
        }
    }
    Ok(())
}

fn comment(out: &mut String, indent: &str, doc: &[&str]) -> std::fmt::Result {
    if let [line] = doc {
        return writeln!(out, "\n{indent}/*{line} */");
    }
    writeln!(out, "\n{indent}/*")?;
    for line in doc {
        writeln!(out, "{indent} *{line}")?;
    }
    writeln!(out, "{indent} */")
}

fn declare(field: &Field) -> String {
    match field.holds {
        Holds::Value(rust) => spaced(rust, field.name),
        Holds::Call { arguments, answer } => {
            let arguments: Vec<String> = arguments.iter().map(|(name, rust)| spaced(rust, name)).collect();
            let arguments = if arguments.is_empty() { "void".to_owned() } else { arguments.join(", ") };
            spaced(answer, &format!("(*{})({arguments})", field.name))
        }
    }
}

/// A type and what has it: no space follows a star.
fn spaced(rust: &str, name: &str) -> String {
    let c = c_type(rust);
    if c.ends_with('*') { format!("{c}{name}") } else { format!("{c} {name}") }
}

/// The type in C.
///
/// # Panics
///
/// For a type that the interface has not used before.
fn c_type(rust: &str) -> String {
    if let Some(target) = rust.strip_prefix("*const ") {
        let target = c_type(target);
        return if target.ends_with('*') { format!("{target}const *") } else { format!("const {target} *") };
    }
    if let Some(target) = rust.strip_prefix("*mut ") {
        let target = c_type(target);
        return if target.ends_with('*') { format!("{target}*") } else { format!("{target} *") };
    }
    match rust {
        "()" | "c_void" => "void",
        "c_char" => "char",
        "i32" => "int32_t",
        "u32" => "uint32_t",
        "f64" => "double",
        "usize" => "size_t",
        name if name.starts_with("Sluice") => name,
        other => panic!("the type {other} has no twin in C"),
    }
    .to_owned()
}
