//! What `sluice clap` runs in a process of its own: `sluice-clap-scan files`, `… plugins FILE`, `… plugin PATH ID`. Each
//! writes JSON, an object a line; a reason why not is the last one, `{"problem"}`.
//!
//! It leaves by `_exit`, so that nothing of a plugin runs behind the last line.

use std::io::stdout;
use std::path::Path;

use sluice_plugin_clap::describe::{write_files, write_plugin, write_plugins, write_problem};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut out = stdout();
    let outcome = match words[..] {
        ["files"] => write_files(&mut out),
        ["plugins", file] => write_plugins(Path::new(file), &mut out),
        ["plugin", path, id] => write_plugin(path, id, &mut out),
        _ => Err("usage: sluice-clap-scan files | plugins FILE | plugin PATH ID".into()),
    };
    let code = match outcome.or_else(|why| write_problem(&why, &mut out)) {
        Ok(()) => 0,
        Err(_) => 1,
    };
    // SAFETY: everything that was written is flushed.
    unsafe { libc::_exit(code) }
}
