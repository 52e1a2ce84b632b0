//! Has openh264 built anew once nasm is there. Its build script takes nasm where it finds it, and cargo, which keeps
//! what it has built, does not know that.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, io};

/// The crate that builds openh264.
const CRATE: &str = "openh264-sys2";

/// A function that only openh264's assembler has, and that its C++ names only where it is built with it.
const ASSEMBLER_ONLY: &[u8] = b"WelsCPUId";

/// Throws away an openh264 that was built without its assembler, if nasm is there now.
///
/// # Errors
///
/// If the folder of what cargo has built cannot be read, or cargo cannot clean it.
pub fn renew(cargo: &OsStr, checkout: &Path, target: &Path) -> io::Result<()> {
    let wanted = cfg!(any(target_arch = "x86", target_arch = "x86_64")) && env::var_os("OPENH264_NO_ASM").is_none();
    if !wanted || !lacks_assembler(&target.join("release/build"))? || !has_nasm() {
        return Ok(());
    }
    println!("openh264 was built without nasm, which is there now: building it again");
    let clean = ["clean", "--quiet", "--release", "--locked", "--package", CRATE, "--target-dir"];
    let status = Command::new(cargo).current_dir(checkout).args(clean).arg(target).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("cargo clean ended with {status}"))) }
}

/// Whether there is an openh264 without its assembler among what build scripts have made.
fn lacks_assembler(builds: &Path) -> io::Result<bool> {
    if !builds.is_dir() {
        return Ok(false);
    }
    for entry in fs::read_dir(builds)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(CRATE) {
            continue;
        }
        for name in ["libopenh264_common.a", "openh264_common.lib"] {
            match fs::read(entry.path().join("out").join(name)) {
                Ok(bytes) if !contains(&bytes, ASSEMBLER_ONLY) => return Ok(true),
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(false)
}

fn has_nasm() -> bool {
    let nasm = env::var_os("NASM").unwrap_or_else(|| "nasm".into());
    let version = Command::new(nasm).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lacks_assembler_finds_an_openh264_that_names_none_of_its_functions() {
        let builds = env::temp_dir().join(format!("sluice_assembler_{}", std::process::id()));
        let out = builds.join(format!("{CRATE}-1f/out"));
        assert!(!lacks_assembler(&builds).unwrap());
        fs::create_dir_all(builds.join("libc-1f/out")).unwrap();
        fs::create_dir_all(&out).unwrap();
        assert!(!lacks_assembler(&builds).unwrap());
        fs::write(out.join("libopenh264_common.a"), b"!<arch>\n WelsCPUFeatureDetect").unwrap();
        assert!(lacks_assembler(&builds).unwrap());
        fs::write(out.join("libopenh264_common.a"), b"!<arch>\n WelsCPUFeatureDetect WelsCPUId").unwrap();
        assert!(!lacks_assembler(&builds).unwrap());
        fs::remove_dir_all(&builds).unwrap();
    }
}
