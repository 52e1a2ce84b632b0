//! The text of `ffi/layout.gen.ts`.

use std::fmt::Write;

use sluice_abi::stage::SLUICE_ABI_VERSION;
use sluice_abi::{ABI_VERSION, LAYOUT, layout_hash, write_camel, write_layout};

const HEAD: &str = "\
// Made by `cargo run -p xtask -- layout` from crates/abi. Do not edit.

/**
 * Offsets (bytes), sizes (bytes) and constants of the memory that TypeScript and Rust share. What a field means, its
 * range and who writes it stands in `crates/abi`.
 *
 * @module
 */
";

/// Renders the file; the same text for the same crate.
pub fn render() -> String {
    let mut out = String::from(HEAD);
    emit(&mut out).expect("writing to a string cannot fail");
    out
}

fn emit(out: &mut String) -> std::fmt::Result {
    writeln!(out, "\n/** Version of the layouts and of their meaning. */\nexport const ABI_VERSION = {ABI_VERSION};")?;
    let (major, minor) = (SLUICE_ABI_VERSION >> 16, SLUICE_ABI_VERSION & 0xffff);
    writeln!(out, "\n/** Version of the interface of plugins. */")?;
    writeln!(out, "export const STAGE_VERSION = {{ major: {major}, minor: {minor} }} as const;")?;
    for group in LAYOUT {
        writeln!(out, "\n/** {} */\nexport const {} = {{", group.doc, group.name)?;
        for (name, value) in group.entries {
            out.push_str("  ");
            write_camel(out, name)?;
            // Numbers of which the bits matter read better in hexadecimal.
            if *value > 0xffff { writeln!(out, ": 0x{value:x},")? } else { writeln!(out, ": {value},")? }
        }
        out.push_str("} as const;\n");
    }
    let mut text = String::new();
    write_layout(&mut text)?;
    writeln!(out, "\n/** FNV-1a (32 bits) of `LAYOUT_TEXT`. */\nexport const LAYOUT_HASH = 0x{:x};", layout_hash())?;
    writeln!(out, "\n/** The whole table, a line a value: compared with the library's own when it is loaded. */")?;
    writeln!(out, "export const LAYOUT_TEXT = `{text}`;")
}
