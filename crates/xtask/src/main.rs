//! `cargo run -p xtask -- layout [--check]`: writes `ffi/layout.gen.ts` from `crates/abi`, or compares it.

mod layout_file;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

const USAGE: &str = "usage: cargo run -p xtask -- layout [--check]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let check = match arguments[..] {
        ["layout"] => false,
        ["layout", "--check"] => true,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ffi/layout.gen.ts");
    let wanted = layout_file::render();
    let outcome = if check { compare(&path, &wanted) } else { replace(&path, &wanted) };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(path: &Path, wanted: &str) -> io::Result<()> {
    if fs::read_to_string(path)? == wanted {
        return Ok(());
    }
    Err(io::Error::other("ffi/layout.gen.ts differs from crates/abi; run `cargo run -p xtask -- layout`"))
}

/// Writes beside the file and renames, so that nobody ever reads half of it.
fn replace(path: &Path, wanted: &str) -> io::Result<()> {
    let partial = path.with_extension("partial");
    fs::write(&partial, wanted)?;
    fs::rename(&partial, path)
}
