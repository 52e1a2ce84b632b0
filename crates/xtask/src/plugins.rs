//! Builds the plugins of this repository, and puts each library beside its `plugin.toml`, where `--plugins
//! crates/plugins` finds it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// Where the plugins are, relative to the checkout.
const FOLDER: &str = "crates/plugins";

/// Builds all of them for use, and says which.
///
/// # Errors
///
/// If cargo fails, or a plugin has no library where its `plugin.toml` says.
pub fn build(checkout: &Path) -> io::Result<()> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(checkout.join(FOLDER))?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    folders.retain(|folder| folder.join("Cargo.toml").is_file() && folder.join("plugin.toml").is_file());
    folders.sort();
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| checkout.join("target"), PathBuf::from);
    for folder in &folders {
        build_one(folder, &target)?;
    }
    Ok(())
}

fn build_one(folder: &Path, target: &Path) -> io::Result<()> {
    // The cargo that runs this program.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = folder.join("Cargo.toml");
    let status =
        Command::new(cargo).args(["build", "--release", "--locked", "--manifest-path"]).arg(manifest).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("cannot build {}: cargo ended with {status}", folder.display())));
    }
    let library = library_of(&fs::read_to_string(folder.join("plugin.toml"))?)
        .ok_or_else(|| io::Error::other(format!("{} names no library", folder.join("plugin.toml").display())))?;
    let name = format!("{}{library}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let place = folder.join(&name);
    // Beside, and renamed: a process that runs from the old library keeps it.
    let partial = folder.join(format!("{name}.partial"));
    let made = target.join("release").join(&name);
    fs::copy(&made, &partial).map_err(|error| io::Error::other(format!("cannot copy {}: {error}", made.display())))?;
    fs::rename(&partial, &place)?;
    println!("{}", place.display());
    Ok(())
}

/// The value of `library` in a `plugin.toml`, whose other checks are the runtime's.
fn library_of(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.split('=').next().is_some_and(|key| key.trim() == "library"))?;
    let value = line.split_once('=')?.1.trim();
    Some(value.strip_prefix('"')?.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn library_of_reads_the_value_of_the_key() {
        assert_eq!(library_of("name = \"a\"\nlibrary = \"fft\" # of C\n").as_deref(), Some("fft"));
        assert_eq!(library_of("name = \"library = b\"\n"), None);
    }
}
