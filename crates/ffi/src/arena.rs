//! Arenas. Holds belong to the calling thread: those that it has not given up end with it.

use std::cell::RefCell;
use std::ptr;

use sluice_core::arena::Arena;

use crate::outcome::attempt;

/// Largest length that an `f64` counts exactly.
const MAX_LENGTH: f64 = 9_007_199_254_740_991.0;

thread_local! {
    static HOLDS: RefCell<Vec<Arena>> = const { RefCell::new(Vec::new()) };
}

/// Makes an arena of `len` zeroed bytes that shows `shown` of them (integers), and holds it. Null: the system refused.
#[unsafe(no_mangle)]
pub extern "C" fn slu_arena_new(shown: f64, len: f64) -> *mut u8 {
    attempt(ptr::null_mut(), || {
        let (shown, len) = (length(shown)?, length(len)?);
        let arena = Arena::with_room(shown, len).map_err(|error| error.to_string())?;
        let base = arena.base().as_ptr();
        HOLDS.with_borrow_mut(|holds| holds.push(arena));
        Ok(base)
    })
}

/// Takes a hold on an arena and returns how many bytes it may come to show; 0: no arena is there.
#[unsafe(no_mangle)]
pub extern "C" fn slu_arena_open(base: *mut u8) -> f64 {
    attempt(0.0, || {
        let arena = find(base)?;
        let len = arena.len() as f64;
        HOLDS.with_borrow_mut(|holds| holds.push(arena));
        Ok(len)
    })
}

/// Has an arena show its first `len` bytes: from now on views may cover them. 0: there is no such arena, or not so many.
#[unsafe(no_mangle)]
pub extern "C" fn slu_arena_show(base: *mut u8, len: f64) -> u32 {
    attempt(0, || {
        find(base)?.show(length(len)?).map_err(|error| error.to_string())?;
        Ok(1)
    })
}

/// Gives the memory of the whole pages between two offsets back to the system, where nobody uses them. 0: the system
/// cannot, or there is no such arena, and nothing has changed.
#[unsafe(no_mangle)]
pub extern "C" fn slu_arena_discard(base: *mut u8, from: f64, to: f64) -> u32 {
    attempt(0, || Ok(u32::from(find(base)?.discard(length(from)?, length(to)?))))
}

/// Gives up one hold of this thread. 0: this thread has none. With the last hold of the process the memory goes back
/// to the system: it stays mapped, but its contents are lost.
#[unsafe(no_mangle)]
pub extern "C" fn slu_arena_release(base: *mut u8) -> u32 {
    attempt(0, || {
        let hold = HOLDS.with_borrow_mut(|holds| {
            let index = holds.iter().rposition(|arena| arena.base().as_ptr() == base)?;
            Some(holds.swap_remove(index))
        });
        hold.map(|_| 1).ok_or_else(|| "this thread does not hold the arena".into())
    })
}

fn length(value: f64) -> Result<usize, String> {
    if !(0.0..=MAX_LENGTH).contains(&value) || value.fract() != 0.0 {
        return Err(format!("length is {value}, wanted a whole number"));
    }
    Ok(value as usize)
}

/// A further hold on the arena that starts at `base`.
pub(crate) fn find(base: *mut u8) -> Result<Arena, String> {
    Arena::open(base.addr()).ok_or_else(|| "no arena starts at this address".into())
}
