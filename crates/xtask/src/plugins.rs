//! Builds the native side for use, and puts the library of each plugin of this repository beside its `plugin.toml`,
//! where `--plugins crates/plugins` finds it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use crate::assembler;

/// Where the plugins are, relative to the checkout.
const FOLDER: &str = "crates/plugins";

/// The plugin that is built on macOS alone.
const OF_MACOS: &str = "crates/apple/plugin";

/// The library that the runtime loads, the program of isolated stages, and the library of hosts in other languages.
const RUNTIME: &[&str] = &["sluice-ffi", "sluice-stage-host", "sluice-guest"];

/// What makes libraries faster by a few percent, and the build longer by half.
const PUBLISHED: &[(&str, &str)] =
    &[("CARGO_PROFILE_RELEASE_LTO", "fat"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")];

/// Builds the runtime's library, the program of isolated stages and all plugins.
///
/// # Errors
///
/// As [`build_plugins`].
pub fn build_all(checkout: &Path) -> io::Result<()> {
    build(checkout, RUNTIME, &[])
}

/// As [`build_all`], optimised at link time.
///
/// # Errors
///
/// As [`build_plugins`].
pub fn build_published(checkout: &Path) -> io::Result<()> {
    build(checkout, RUNTIME, PUBLISHED)
}

/// Builds all plugins.
///
/// # Errors
///
/// If cargo fails, or a plugin has no library where its `plugin.toml` says.
pub fn build_plugins(checkout: &Path) -> io::Result<()> {
    build(checkout, &[], &[])
}

fn build(checkout: &Path, others: &[&str], settings: &[(&str, &str)]) -> io::Result<()> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(checkout.join(FOLDER))?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    if cfg!(target_os = "macos") {
        folders.push(checkout.join(OF_MACOS));
    }
    folders.retain(|folder| folder.join("Cargo.toml").is_file() && folder.join("plugin.toml").is_file());
    folders.sort();
    let target = checkout.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    // The cargo that runs this program.
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    assembler::renew(&program, checkout, &target)?;
    // One call for all, so that they are built beside each other.
    let mut cargo = Command::new(program);
    cargo.envs(settings.iter().copied());
    cargo.current_dir(checkout).args(["build", "--release", "--locked", "--target-dir"]).arg(&target);
    for package in others {
        cargo.args(["--package", package]);
    }
    for folder in &folders {
        cargo.args(["--package", &read_value(&folder.join("Cargo.toml"), "name")?]);
    }
    let status = cargo.status()?;
    if !status.success() {
        return Err(io::Error::other(format!("cannot build: cargo ended with {status}")));
    }
    folders.iter().try_for_each(|folder| place(folder, &target))
}

/// Puts the library of a plugin beside its manifest, and says where, if it is not there already.
fn place(folder: &Path, target: &Path) -> io::Result<()> {
    let library = read_value(&folder.join("plugin.toml"), "library")?;
    let name = format!("{}{library}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let (made, place) = (target.join("release").join(&name), folder.join(&name));
    let cannot = |error| io::Error::other(format!("cannot copy {}: {error}", made.display()));
    let bytes = fs::read(&made).map_err(cannot)?;
    if fs::read(&place).is_ok_and(|placed| placed == bytes) {
        return Ok(());
    }
    // Beside, and renamed: a process that runs from the old library keeps it.
    let partial = folder.join(format!("{name}.{}.partial", std::process::id()));
    fs::copy(&made, &partial).map_err(cannot)?;
    fs::rename(&partial, &place)?;
    println!("{}", place.display());
    Ok(())
}

/// The value that a key has in a file of TOML.
fn read_value(path: &Path, key: &str) -> io::Result<String> {
    value_of(&fs::read_to_string(path)?, key)
        .ok_or_else(|| io::Error::other(format!("{} has no {key}", path.display())))
}

/// The value of the first line of that key in TOML: enough for manifests of this repository, which others check.
fn value_of(text: &str, key: &str) -> Option<String> {
    let line = text.lines().find(|line| line.split('=').next().is_some_and(|name| name.trim() == key))?;
    let value = line.split_once('=')?.1.trim();
    Some(value.strip_prefix('"')?.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_of_reads_the_value_of_the_key() {
        assert_eq!(value_of("name = \"a\"\nlibrary = \"fft\" # of C\n", "library").as_deref(), Some("fft"));
        assert_eq!(value_of("name = \"a\"\nlibrary = \"fft\" # of C\n", "name").as_deref(), Some("a"));
        assert_eq!(value_of("name = \"library = b\"\n", "library"), None);
    }
}
