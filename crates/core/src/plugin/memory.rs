//! Reads what a plugin points to without trust in the address: the system copies, and refuses what is not there.

#[cfg(target_os = "linux")]
use std::ffi::c_void;
use std::mem::MaybeUninit;

/// Most bytes of a text.
const MAX_TEXT: usize = 65_536;

/// Bytes that are looked at together. They divide a page, so that what follows a text is not asked for.
const CHUNK: usize = 256;

/// A structure of C that is all zeros where a plugin says nothing.
///
/// # Safety
///
/// Any bytes are a valid value: integers, floats, addresses, and optional addresses of functions.
pub(super) unsafe trait Plain: Copy {}

/// Copies bytes. `None`: they cannot be read.
fn copy(address: usize, into: &mut [MaybeUninit<u8>]) -> Option<()> {
    if into.is_empty() {
        return Some(());
    }
    #[cfg(target_os = "linux")]
    {
        let local = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
        let remote = libc::iovec { iov_base: std::ptr::without_provenance_mut(address), iov_len: into.len() };
        // SAFETY: the system writes to `into` alone, and answers with an error if it cannot read at `address`.
        let count = unsafe { libc::process_vm_readv(libc::getpid(), &raw const local, 1, &raw const remote, 1, 0) };
        if count == into.len() as isize {
            return Some(());
        }
        let refused = std::io::Error::last_os_error().raw_os_error();
        if count >= 0 || !matches!(refused, Some(libc::ENOSYS | libc::EPERM)) {
            return None;
        }
    }
    // Where the system does not copy, the address is trusted.
    let from = std::ptr::with_exposed_provenance::<MaybeUninit<u8>>(address);
    // SAFETY: the plugin vouches for what it points to; `into` is another place.
    unsafe { std::ptr::copy_nonoverlapping(from, into.as_mut_ptr(), into.len()) };
    Some(())
}

/// Whether the system refuses addresses that cannot be read, rather than end the process.
#[cfg(all(test, target_os = "linux"))]
pub(super) fn is_guarded() -> bool {
    let local = [0_u8; 1];
    let mut into = [MaybeUninit::<u8>::uninit(); 1];
    let place = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: 1 };
    let from = libc::iovec { iov_base: local.as_ptr().cast_mut().cast(), iov_len: 1 };
    // SAFETY: both places have one byte.
    unsafe { libc::process_vm_readv(libc::getpid(), &raw const place, 1, &raw const from, 1, 0) == 1 }
}

/// Reads a structure of which the plugin knows `size` bytes; what it does not know is zero.
pub(super) fn structure<T: Plain>(address: usize, size: usize) -> Result<T, String> {
    let mut value = MaybeUninit::<T>::zeroed();
    let known = size.min(size_of::<T>());
    let start = value.as_mut_ptr().cast::<MaybeUninit<u8>>();
    // SAFETY: the bytes are those of `value`, and `known` of them are.
    copy(address, unsafe { std::slice::from_raw_parts_mut(start, known) }).ok_or_else(unreadable)?;
    // SAFETY: any bytes are a valid `T`.
    Ok(unsafe { value.assume_init() })
}

/// Reads a text that ends with a zero byte.
pub(super) fn text(address: usize) -> Result<String, String> {
    if address == 0 {
        return Err("is null".into());
    }
    let mut bytes = Vec::new();
    while bytes.len() < MAX_TEXT {
        let at = address.checked_add(bytes.len()).ok_or_else(unreadable)?;
        let mut chunk = [MaybeUninit::<u8>::uninit(); CHUNK];
        let length = CHUNK - at % CHUNK;
        copy(at, &mut chunk[..length]).ok_or_else(unreadable)?;
        // SAFETY: `copy` has filled these in.
        let chunk = chunk[..length].iter().map(|byte| unsafe { byte.assume_init() });
        for byte in chunk {
            if byte == 0 {
                return String::from_utf8(bytes).map_err(|error| {
                    format!("is not UTF-8: byte {} is 0x{:02x}", error.utf8_error().valid_up_to(), {
                        let at = error.utf8_error().valid_up_to();
                        error.as_bytes()[at]
                    })
                });
            }
            bytes.push(byte);
        }
    }
    Err(format!("does not end within {MAX_TEXT} bytes"))
}

/// Whether a function lies in the code of a library that the process has loaded.
#[cfg(target_os = "linux")]
pub(super) fn is_code(address: usize) -> bool {
    /// Looks at one library, whose description the system gives. 1: it has the function, and no other is looked at.
    ///
    /// # Safety
    ///
    /// `library` describes a loaded library, and `wanted` is an address that is looked for.
    unsafe extern "C" fn look(library: *mut libc::dl_phdr_info, _size: usize, wanted: *mut c_void) -> i32 {
        // SAFETY: the system gives a description that is there during the call.
        let library = unsafe { &*library };
        // SAFETY: as above: so many headers are there.
        let segments = unsafe { std::slice::from_raw_parts(library.dlpi_phdr, library.dlpi_phnum.into()) };
        let (base, wanted) = (library.dlpi_addr as usize, wanted.addr());
        let has = segments.iter().any(|segment| {
            let is_code = segment.p_type == libc::PT_LOAD && segment.p_flags & libc::PF_X != 0;
            is_code && wanted.wrapping_sub(base.wrapping_add(segment.p_vaddr as usize)) < segment.p_memsz as usize
        });
        has.into()
    }
    // SAFETY: the function keeps nothing of what it is given.
    unsafe { libc::dl_iterate_phdr(Some(look), std::ptr::without_provenance_mut(address)) != 0 }
}

/// Whether a function lies in a library that the process has loaded.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_code(address: usize) -> bool {
    #[cfg(unix)]
    {
        let mut found = MaybeUninit::<libc::Dl_info>::uninit();
        // SAFETY: the system looks the address up and reads nothing there.
        unsafe { libc::dladdr(std::ptr::without_provenance(address), found.as_mut_ptr()) != 0 }
    }
    #[cfg(not(unix))]
    {
        address != 0
    }
}

fn unreadable() -> String {
    "points to memory that cannot be read".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_up_to_the_zero_byte() {
        let long = vec![b'x'; 1_000].into_iter().chain([0]).collect::<Vec<u8>>();
        assert_eq!(text(long.as_ptr().addr()), Ok("x".repeat(1_000)));
        assert_eq!(text(c"".as_ptr().addr()), Ok(String::new()));
        assert_eq!(text(0), Err("is null".into()));
        assert_eq!(text(c"a\xffb".as_ptr().addr()), Err("is not UTF-8: byte 1 is 0xff".into()));
        let endless = vec![b'x'; MAX_TEXT + CHUNK];
        assert_eq!(text(endless.as_ptr().addr()), Err("does not end within 65536 bytes".into()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_that_is_not_there_is_refused() {
        let unreadable = "points to memory that cannot be read";
        for address in [1, 4_096, usize::MAX, usize::MAX - 10, 1 << 60] {
            assert_eq!(text(address), Err(unreadable.into()));
            assert!(!is_code(address));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_what_can_be_run_is_code() {
        static mut VARIABLE: [u64; 4] = [1; 4];
        let local = [1_u64; 4];
        let allocated = Box::new(local);
        assert!(is_code(text as *const () as usize));
        assert!(is_code(libc::getpid as *const () as usize));
        assert!(!is_code((&raw const VARIABLE).addr()));
        assert!(!is_code((&raw const local).addr()));
        assert!(!is_code((&raw const *allocated).addr()));
    }
}
