//! `cargo xtask layout|header [--check]`: writes `ffi/layout.gen.ts` or the C header of plugins from `crates/abi`, or
//! compares it. `cargo xtask build-plugins`: builds what is in `crates/plugins`; `cargo xtask build`: the runtime too, with
//! `--published` optimised at link time.

mod assembler;
mod header_file;
mod layout_file;
mod plugins;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

const USAGE: &str =
    "usage: cargo xtask layout|header [--check], or cargo xtask build [--published], or cargo xtask build-plugins";

/// A file that is made from `crates/abi`.
struct Made {
    /// The word that asks for it.
    word: &'static str,
    /// Relative to the checkout.
    path: &'static str,
    render: fn() -> String,
}

const FILES: &[Made] = &[
    Made { word: "layout", path: "ffi/layout.gen.ts", render: layout_file::render },
    Made { word: "header", path: "crates/abi/include/sluice_stage.h", render: header_file::render },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let build: Option<fn(&Path) -> io::Result<()>> = match arguments[..] {
        ["build"] => Some(plugins::build_all),
        ["build", "--published"] => Some(plugins::build_published),
        ["build-plugins"] => Some(plugins::build_plugins),
        _ => None,
    };
    if let Some(build) = build {
        return answer(full("").canonicalize().and_then(|checkout| build(&checkout)));
    }
    let (word, check) = match arguments[..] {
        [word] => (word, false),
        [word, "--check"] => (word, true),
        _ => ("", false),
    };
    let Some(made) = FILES.iter().find(|made| made.word == word) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    answer(if check { compare(made) } else { replace(made) })
}

fn answer(outcome: io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(made: &Made) -> io::Result<()> {
    if fs::read_to_string(full(made.path))? == (made.render)() {
        return Ok(());
    }
    let Made { word, path, .. } = made;
    Err(io::Error::other(format!("{path} differs from crates/abi; run `cargo run -p xtask -- {word}`")))
}

/// Writes beside the file and renames, so that nobody ever reads half of it.
fn replace(made: &Made) -> io::Result<()> {
    let path = full(made.path);
    let partial = path.with_extension("partial");
    fs::write(&partial, (made.render)())?;
    fs::rename(&partial, path)
}

/// A path of the checkout that cargo runs this for: a binary that was copied with its `target` comes from another one.
fn full(path: &str) -> std::path::PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").expect("started by cargo");
    Path::new(&manifest).join("../..").join(path)
}
