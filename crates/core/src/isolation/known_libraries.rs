//! Which libraries of plugins were opened in a process of their own, and what came of it. Those that were loaded are kept
//! in a file of the user's cache folder, so that the next start has no process for them. What is wrong with a library is
//! known to this process alone: what it lacks may be there the next time.
//!
//! The file has one line a library: device, inode, size, times of modification and change in nanoseconds, path. It can be
//! trusted as far as the user's own files can; one of somebody else's, or that others may write, is left alone. A line
//! that says anything else does not count, and what cannot be written is not.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// What came of opening a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was loaded.
    Loaded,
    /// It was refused, perhaps before anything of it ran.
    Refused,
    /// It ended the process, or took too long: how, as a clause.
    Fatal(String),
}

/// The file, in a folder of Sluice's.
const NAME: &str = "opened-libraries";

/// Most lines that are kept.
const MAX_LINES: usize = 512;

/// Most bytes that are read.
const MAX_BYTES: u64 = 1 << 20;

/// What tells whether a file is still the one that it was.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    bytes: u64,
    modified_ns: i128,
    changed_ns: i128,
}

/// A library, as it is at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    path: PathBuf,
    stamp: Stamp,
}

impl Identity {
    /// `None`: there is no such file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let path = fs::canonicalize(path).ok()?;
        let found = fs::metadata(&path).ok()?;
        let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        let stamp = Stamp {
            device: found.dev(),
            inode: found.ino(),
            bytes: found.size(),
            modified_ns: nanoseconds(found.mtime(), found.mtime_nsec()),
            changed_ns: nanoseconds(found.ctime(), found.ctime_nsec()),
        };
        found.is_file().then_some(Self { path, stamp })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn is_current(&self) -> bool {
        Self::of(&self.path).as_ref() == Some(self)
    }
}

/// What is known, by path.
type Known = HashMap<PathBuf, (Stamp, Outcome)>;

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(|| {
    let kept = file().map(|file| read(&file)).unwrap_or_default();
    Mutex::new(kept.into_iter().map(|each| (each.path, (each.stamp, Outcome::Loaded))).collect())
});

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is known of each.
pub(super) fn outcomes(libraries: &[Identity]) -> Vec<Option<Outcome>> {
    let known = known();
    let of = |each: &Identity| known.get(&each.path).filter(|(stamp, _)| *stamp == each.stamp);
    libraries.iter().map(|each| of(each).map(|(_, outcome)| outcome.clone())).collect()
}

/// Notes what came of opening libraries, here and in the file.
pub(super) fn note(told: impl Iterator<Item = (Identity, Outcome)>) {
    let mut known = known();
    known.extend(told.map(|(each, outcome)| (each.path, (each.stamp, outcome))));
    if let Some(file) = file() {
        // What another process has added meanwhile stays.
        let others = read(&file).into_iter().filter(|each| !known.contains_key(&each.path));
        let own = known.iter().filter(|(_, (_, outcome))| *outcome == Outcome::Loaded);
        let own = own.map(|(path, (stamp, _))| Identity { path: path.clone(), stamp: stamp.clone() });
        let kept: Vec<Identity> = own.chain(others).filter(Identity::is_current).take(MAX_LINES).collect();
        // Without the file, the next start tries them again.
        let _ = write(&file, &kept);
    }
}

/// Where the file is: in `XDG_CACHE_HOME`, which is `~/.cache`. Only an absolute path counts (XDG Base Directory
/// Specification 0.8).
fn file() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = of("XDG_CACHE_HOME").or_else(|| Some(of("HOME")?.join(".cache")))?;
    Some(base.join("sluice").join(NAME))
}

/// The libraries that a file lists; none if it cannot be trusted or read.
fn read(file: &Path) -> Vec<Identity> {
    let text = read_text(file).unwrap_or_default();
    text.lines().filter_map(parse).take(MAX_LINES).collect()
}

fn read_text(file: &Path) -> io::Result<String> {
    // No link is followed, and no pipe waited for.
    let opened = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(file)?;
    let found = opened.metadata()?;
    // SAFETY: asks for a number.
    let user = unsafe { libc::geteuid() };
    if !found.is_file() || found.uid() != user || found.mode() & 0o022 != 0 {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut bytes = Vec::new();
    opened.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn parse(line: &str) -> Option<Identity> {
    let mut parts = line.splitn(6, ' ');
    let mut part = || parts.next();
    let stamp = Stamp {
        device: part()?.parse().ok()?,
        inode: part()?.parse().ok()?,
        bytes: part()?.parse().ok()?,
        modified_ns: part()?.parse().ok()?,
        changed_ns: part()?.parse().ok()?,
    };
    let path = PathBuf::from(part()?);
    path.is_absolute().then_some(Identity { path, stamp })
}

/// Puts a new file in the place of what is there.
fn write(file: &Path, libraries: &[Identity]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut text = String::new();
    for Identity { path, stamp } in libraries {
        let Some(path) = path.to_str().filter(|path| !path.contains('\n')) else { continue };
        let Stamp { device, inode, bytes, modified_ns, changed_ns } = stamp;
        let _ = writeln!(text, "{device} {inode} {bytes} {modified_ns} {changed_ns} {path}");
    }
    let draft = folder.join(format!("{NAME}.{}", std::process::id()));
    let written =
        create(&draft).and_then(|mut new| new.write_all(text.as_bytes())).and_then(|()| fs::rename(&draft, file));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A folder that goes when the test ends.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("sluice-known-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(fs::canonicalize(path).unwrap())
        }

        fn library(&self, name: &str) -> Identity {
            let path = self.0.join(name);
            fs::write(&path, name).unwrap();
            Identity::of(&path).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_has_what_was_written_and_another_library_is_not_known_by_it() {
        let folder = Folder::new("kept");
        let libraries = [folder.library("liba.so"), folder.library("lib b.so")];
        let file = folder.0.join("cache/sluice/opened-libraries");
        write(&file, &libraries).unwrap();
        assert_eq!(read(&file), libraries);
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        fs::write(libraries[0].path(), "another one").unwrap();
        assert!(!read(&file)[0].is_current());
        assert!(read(&file)[1].is_current());
        fs::remove_file(libraries[1].path()).unwrap();
        assert!(!read(&file)[1].is_current());
    }

    #[test]
    fn a_file_that_is_damaged_or_could_be_of_others_is_left_alone() {
        let folder = Folder::new("damaged");
        let right = folder.library("liba.so");
        let file = folder.0.join("opened-libraries");
        write(&file, std::slice::from_ref(&right)).unwrap();
        let line = fs::read_to_string(&file).unwrap();
        let spoilt =
            [b"\xff\xfe\0 1 2\n1 2 3 4 5 relative\n99999999999999999999999 1 1 1 1 /a\n\n1 2 3".as_slice(), b"\n"];
        fs::write(&file, [spoilt.concat(), line.into_bytes()].concat()).unwrap();
        assert_eq!(read(&file), [right]);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o620)).unwrap();
        assert_eq!(read(&file), []);
        let link = folder.0.join("link");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(read(&link), []);
        assert_eq!(read(&folder.0), []);
        // A file stands where the folder would be.
        assert!(write(&file.join("sluice/opened-libraries"), &[]).is_err());
    }
}
