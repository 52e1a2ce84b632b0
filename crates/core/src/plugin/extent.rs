//! Whether the file of a library is as long as it says. The system maps what the file says that it has, and a process that
//! touches a page beyond the file's end is ended by a signal, which nothing can catch.
//!
//! Numbers in the files are little-endian. Files of other kinds, and such that make no sense, are left to the system, which
//! refuses them with its own reason.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Most bytes of a table of headers.
const MAX_TABLE: u64 = 1 << 20;

/// A segment of an ELF file that is mapped (System V ABI, "Program Header").
const PT_LOAD: u64 = 1;
/// A section without bytes in the file.
const SHT_NOBITS: u64 = 8;
/// A segment of a Mach-O file (`mach-o/loader.h`).
const LC_SEGMENT_64: u64 = 0x19;

/// Refuses a file of which a part is missing.
///
/// # Errors
///
/// How long it is, and how long it says that it is.
pub(super) fn check(path: &Path) -> Result<(), String> {
    let missing = |error: std::io::Error| format!("the file cannot be read: {error}");
    let mut file = File::open(path).map_err(missing)?;
    let found = file.metadata().map_err(missing)?.len();
    match wanted(&mut file).map_err(missing)? {
        Some(wanted) if wanted > found => Err(format!(
            "the file ends after {found} bytes, and a library of {wanted} begins in it; copy or build it again"
        )),
        _ => Ok(()),
    }
}

/// How many bytes a library says that it has. `None`: it is of a kind that is not known here.
fn wanted(file: &mut (impl Read + Seek)) -> std::io::Result<Option<u64>> {
    let header = read(file, 0, 64)?;
    match header.get(..6) {
        // 64 bits, little-endian.
        Some(b"\x7fELF\x02\x01") => elf(file, &header),
        Some([0xcf, 0xfa, 0xed, 0xfe, ..]) => mach_o(file, &header),
        _ => Ok(None),
    }
}

/// Up to where the tables, the segments and the sections of an ELF file reach.
fn elf(file: &mut (impl Read + Seek), header: &[u8]) -> std::io::Result<Option<u64>> {
    let (segments, sections) = (number(header, 32, 8), number(header, 40, 8));
    let (segment, section) = (number(header, 54, 2), number(header, 58, 2));
    let mut end = 0;
    for entry in read(file, segments, segment * number(header, 56, 2))?.chunks_exact(56.max(segment as usize)) {
        if number(entry, 0, 4) == PT_LOAD {
            end = end.max(number(entry, 8, 8).saturating_add(number(entry, 32, 8)));
        }
    }
    for entry in read(file, sections, section * number(header, 60, 2))?.chunks_exact(64.max(section as usize)) {
        if number(entry, 4, 4) != SHT_NOBITS {
            end = end.max(number(entry, 24, 8).saturating_add(number(entry, 32, 8)));
        }
    }
    let tables = [(segments, segment * number(header, 56, 2)), (sections, section * number(header, 60, 2))];
    Ok(tables.into_iter().map(|(at, length)| at.saturating_add(length)).chain([end]).max())
}

/// Up to where the load commands and the segments of a Mach-O file reach.
fn mach_o(file: &mut (impl Read + Seek), header: &[u8]) -> std::io::Result<Option<u64>> {
    const HEADER: u64 = 32;
    let length = number(header, 20, 4);
    let commands = read(file, HEADER, length)?;
    let (mut rest, mut end) = (commands.as_slice(), HEADER + length);
    while rest.len() >= 8 {
        let size = number(rest, 4, 4) as usize;
        if number(rest, 0, 4) == LC_SEGMENT_64 {
            end = end.max(number(rest, 40, 8).saturating_add(number(rest, 48, 8)));
        }
        rest = rest.get(size.max(8)..).unwrap_or_default();
    }
    Ok(Some(end))
}

/// Bytes of the file, fewer where it ends before.
fn read(file: &mut (impl Read + Seek), at: u64, length: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at.min(i64::MAX as u64)))?;
    file.take(length.min(MAX_TABLE)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A number of a few bytes; what lies beyond the end counts as 0.
fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    let bytes = bytes.iter().skip(at).take(size);
    bytes.rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn wanted_of(bytes: &[u8]) -> Option<u64> {
        wanted(&mut Cursor::new(bytes)).unwrap()
    }

    fn put(bytes: &mut [u8], at: usize, numbers: &[(usize, u64)]) {
        for &(offset, value) in numbers {
            let size = bytes.len().min(at + offset + 8) - (at + offset);
            bytes[at + offset..][..size].copy_from_slice(&value.to_le_bytes()[..size]);
        }
    }

    #[test]
    fn a_library_on_this_machine_is_as_long_as_it_says() {
        if cfg!(all(target_os = "linux", target_endian = "little", target_pointer_width = "64")) {
            let path = std::env::current_exe().unwrap();
            let bytes = std::fs::read(&path).unwrap();
            let wanted = wanted_of(&bytes).unwrap();
            assert!(wanted <= bytes.len() as u64 && wanted > bytes.len() as u64 / 2, "{wanted} of {}", bytes.len());
            assert_eq!(check(&path), Ok(()));
        }
    }

    #[test]
    fn each_part_of_an_elf_file_counts() {
        let mut bytes = vec![0; 64 + 56 + 64];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        put(&mut bytes, 0, &[(32, 64), (40, 120), (54, 56 | 1 << 16), (58, 64 | 1 << 16)]);
        assert_eq!(wanted_of(&bytes), Some(184));
        put(&mut bytes, 64, &[(0, PT_LOAD), (8, 100), (32, 900)]);
        assert_eq!(wanted_of(&bytes), Some(1_000));
        put(&mut bytes, 120, &[(4, 1), (24, 500), (32, 700)]);
        assert_eq!(wanted_of(&bytes), Some(1_200));
        put(&mut bytes, 120, &[(4, SHT_NOBITS)]);
        put(&mut bytes, 64, &[(8, u64::MAX)]);
        assert_eq!(wanted_of(&bytes), Some(u64::MAX));
        for length in 0..bytes.len() {
            wanted_of(&bytes[..length]);
        }
    }

    #[test]
    fn each_part_of_a_mach_o_file_counts() {
        let mut bytes = vec![0; 32 + 72 + 8];
        bytes[..4].copy_from_slice(&[0xcf, 0xfa, 0xed, 0xfe]);
        put(&mut bytes, 0, &[(20, 80)]);
        assert_eq!(wanted_of(&bytes), Some(112));
        put(&mut bytes, 32, &[(0, LC_SEGMENT_64 | 72 << 32), (40, 4_096), (48, 16)]);
        assert_eq!(wanted_of(&bytes), Some(4_112));
        assert_eq!(wanted_of(b"\x7fELF\x01\x01 of 32 bits"), None);
        assert_eq!(wanted_of(b""), None);
    }
}
