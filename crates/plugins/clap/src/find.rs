//! Where files with CLAP plugins are: `CLAP_PATH`, then the folders that the interface names for the system.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The end of a file's name, without the dot.
const EXTENSION: &str = "clap";

/// How deep folders are looked through.
const DEPTH: usize = 4;

/// The folders, those of the user first.
pub(crate) fn folders() -> Vec<PathBuf> {
    let named = env::var_os("CLAP_PATH").map(|list| env::split_paths(&list).collect::<Vec<_>>());
    let home = env::var_os("HOME").map(PathBuf::from);
    let (own, system): (&[&str], &[&str]) = if cfg!(target_os = "macos") {
        (&["Library/Audio/Plug-Ins/CLAP"], &["/Library/Audio/Plug-Ins/CLAP"])
    } else {
        (&[".clap"], &["/usr/local/lib/clap", "/usr/lib/clap"])
    };
    let own = home.iter().flat_map(|home| own.iter().map(move |folder| home.join(folder)));
    let all = named.into_iter().flatten().chain(own).chain(system.iter().map(PathBuf::from));
    all.filter(|folder| !folder.as_os_str().is_empty()).collect()
}

/// All files in folders, by name; a file whose name another folder has before counts as that one.
pub(crate) fn files_in(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let mut here = Vec::new();
        collect(folder, DEPTH, &mut here);
        // A link may lead to what was found already.
        let mut known = HashSet::new();
        here.retain(|file| known.insert(file.canonicalize().unwrap_or_else(|_| file.clone())));
        here.retain(|file| !found.iter().any(|other| other.file_name() == file.file_name()));
        found.append(&mut here);
    }
    found.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    found
}

/// The file that a configuration names: a path, or a name that is looked for in the folders, with or without its end.
///
/// # Errors
///
/// There is none, and which there are.
pub(crate) fn find(name: &str) -> Result<PathBuf, String> {
    find_in(name, &folders())
}

fn find_in(name: &str, folders: &[PathBuf]) -> Result<PathBuf, String> {
    let path = Path::new(name);
    if path.components().count() > 1 || path.is_absolute() {
        return if path.exists() { Ok(path.into()) } else { Err(format!("there is no file \"{name}\"")) };
    }
    let all = files_in(folders);
    let is_it =
        |file: &&PathBuf| file.file_name() == Some(path.as_os_str()) || file.file_stem() == Some(path.as_os_str());
    if let Some(file) = all.iter().find(is_it) {
        return Ok(file.clone());
    }
    if path.exists() {
        return Ok(path.into());
    }
    let known = all.iter().filter_map(|file| file.file_stem()?.to_str());
    let places = folders.iter().filter_map(|folder| folder.to_str());
    Err(format!(
        "no file \"{name}\" was found in {}; available: {}; name a path, or its folder in CLAP_PATH",
        crate::texts::list_some(places),
        crate::texts::list_some(known),
    ))
}

/// On macOS a plugin is a bundle, a folder of that name; elsewhere a file.
fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            found.push(path);
        } else if depth > 1 && path.is_dir() {
            collect(&path, depth - 1, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn find_looks_through_folders_and_the_first_one_wins() {
        let root = env::temp_dir().join(format!("sluice-clap-find-{}", std::process::id()));
        let (one, other) = (root.join("one"), root.join("other"));
        fs::create_dir_all(one.join("maker")).unwrap();
        fs::create_dir_all(&other).unwrap();
        for file in ["one/maker/Gain.clap", "one/notes.txt", "other/Gain.clap", "other/Hall.clap"] {
            fs::write(root.join(file), "").unwrap();
        }
        let folders = [one.clone(), other.clone(), root.join("absent")];
        assert_eq!(files_in(&folders), [one.join("maker/Gain.clap"), other.join("Hall.clap")]);
        assert_eq!(find_in("Gain", &folders).unwrap(), one.join("maker/Gain.clap"));
        assert_eq!(find_in("Hall.clap", &folders).unwrap(), other.join("Hall.clap"));
        let path = other.join("Gain.clap");
        assert_eq!(find_in(path.to_str().unwrap(), &folders).unwrap(), path);
        let told = find_in("Echo", &folders).unwrap_err();
        assert!(told.contains("available: \"Gain\", \"Hall\""), "{told}");
        fs::remove_dir_all(root).unwrap();
    }
}
