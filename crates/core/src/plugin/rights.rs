//! Who else may change the files of a plugin. The code of a library runs with all that the runtime may do, so that who
//! may put it there may do as much.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::LazyLock;

use crate::own_library::own_path;

const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// Of a folder: what is in it is renamed and removed by its owner alone.
const STICKY: u32 = 0o1000;

const ROOT: u32 = 0;

/// What a file or a folder is to a plugin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One of its own, or a folder in which plugins are looked for.
    Own,
    /// The folder around one of its own. Where it is sticky, others cannot move what is in it.
    Around,
}

/// Says who else may change a file or a folder, and what to do about it, as a clause. `None`: nobody, or there is none.
///
/// # Arguments
///
/// - `what`: how the clause calls it
#[must_use]
pub fn find_stranger(path: &Path, what: &str, place: Place) -> Option<String> {
    match path.metadata() {
        Ok(found) => judge(&found, what, place),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(format!("{what} cannot be looked at: {error}")),
    }
}

/// As [`find_stranger`], of what is known of it.
pub(super) fn judge(found: &Metadata, what: &str, place: Place) -> Option<String> {
    let (mode, user, group) = (found.mode(), found.uid(), found.gid());
    let is_kept = place == Place::Around && mode & STICKY != 0;
    if mode & OTHERS_WRITE != 0 && !is_kept {
        return Some(format!("anybody may write to {what}; take that right away with \"chmod o-w\""));
    }
    if mode & GROUP_WRITES != 0 && !is_kept && !is_own_group(group) {
        return Some(format!("group {group} may write to {what}; take that right away with \"chmod g-w\""));
    }
    if place == Place::Own && !is_trusted(user) {
        let own = own_user();
        return Some(format!(
            "{what} belongs to user {user}, wanted {own}, who runs this, or root; copy it, or use \"chown\""
        ));
    }
    None
}

/// Root may do everything. Who owns the native library has their code run here already.
fn is_trusted(user: u32) -> bool {
    static OF_LIBRARY: LazyLock<Option<u32>> = LazyLock::new(|| Some(own_path()?.metadata().ok()?.uid()));
    user == ROOT || user == own_user() || Some(user) == *OF_LIBRARY
}

/// Whether a group is the one that has the user's number and is the process's: by custom nobody else is in it.
fn is_own_group(group: u32) -> bool {
    // SAFETY: asks for a number.
    group == own_user() && group == unsafe { libc::getegid() }
}

fn own_user() -> u32 {
    // SAFETY: asks for a number.
    unsafe { libc::geteuid() }
}
