//! Pools.
#![cfg(not(loom))]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sluice_abi::{PoolHeader, PoolLayout, hold_row};
use sluice_core::arena::Arena;
use sluice_core::pool::{Pool, Released};

/// A lane that keeps no table of holds.
const NO_LANE: u32 = u32::MAX;

fn pool(slots: u32) -> (Arena, Pool) {
    let layout = PoolLayout::new(slots, 100).unwrap();
    let arena = Arena::new(layout.byte_length as usize).unwrap();
    let pool = Pool::format(arena.clone(), 3, slots, 100).unwrap();
    (arena, pool)
}

#[test]
fn acquire_lends_each_slot_once_and_counts_when_there_is_none() {
    let (arena, pool) = pool(70);
    assert_eq!(pool.free(), 70);
    let mut slots: Vec<u32> = std::iter::from_fn(|| pool.acquire(1)).collect();
    slots.sort_unstable();
    assert!(slots.into_iter().eq(0..70));
    // SAFETY: the header is there, and the word is atomic.
    let exhausted = unsafe { &(*arena.base().cast::<PoolHeader>().as_ptr()).exhausted };
    assert_eq!(exhausted.load(Ordering::SeqCst), 1);
    assert_eq!(pool.release(33, 1), Released::Freed(0));
    assert_eq!(pool.acquire(1), Some(33));
}

#[test]
fn acquire_raises_the_generation_and_aligns_the_slot() {
    let (_arena, pool) = pool(2);
    for generation in 1..4 {
        let slot = pool.acquire(0).unwrap();
        let header = pool.slot(slot);
        assert_eq!(header.addr() % 64, 0);
        // SAFETY: the slot was acquired here.
        let header = unsafe { &*header };
        assert_eq!((header.pool, header.ref_count.load(Ordering::SeqCst)), (3, 1));
        assert_eq!(header.generation, generation);
        assert_eq!(pool.release(slot, 0), Released::Freed(0));
    }
}

#[test]
fn release_is_refused_for_a_free_slot_and_for_none() {
    let (_arena, pool) = pool(2);
    let slot = pool.acquire(0).unwrap();
    assert!(pool.retain(slot, 0));
    assert_eq!(pool.release(slot, 0), Released::Shared);
    assert_eq!(pool.release(slot, 0), Released::Freed(0));
    assert_eq!(pool.release(slot, 0), Released::Refused);
    assert_eq!(pool.release(2, 0), Released::Refused);
    assert!(!pool.retain(slot, 0));
    assert_eq!(pool.free(), 2);
}

#[test]
fn release_names_the_lanes_that_wait() {
    let (arena, pool) = pool(1);
    let slot = pool.acquire(NO_LANE).unwrap();
    // SAFETY: the header is there, and the words are atomic.
    let waiters = unsafe { &(*arena.base().cast::<PoolHeader>().as_ptr()).waiters };
    waiters[0].store(1 << 4, Ordering::SeqCst);
    waiters[1].store(1 << 31, Ordering::SeqCst);
    assert_eq!(pool.release(slot, NO_LANE), Released::Freed(1 << 4 | 1 << 63));
    assert_eq!(waiters[1].load(Ordering::SeqCst), 0);
}

#[test]
fn holds_say_what_each_lane_has() {
    let (arena, pool) = pool(5);
    let offset = PoolLayout::new(5, 100).unwrap().holds_offset as usize;
    let hold = |lane: usize, slot: u32| {
        // SAFETY: the byte lies in the table, and nobody writes it now.
        unsafe { arena.base().add(offset + lane * hold_row(5) as usize + slot as usize).read() }
    };
    let slot = pool.acquire(63).unwrap();
    pool.retain(slot, 63);
    pool.retain(slot, 2);
    assert_eq!((hold(63, slot), hold(2, slot), hold(0, slot)), (2, 1, 0));
    pool.release(slot, 63);
    pool.release(slot, 2);
    assert_eq!((hold(63, slot), hold(2, slot)), (1, 0));
}

#[test]
fn attach_takes_what_format_has_made_and_nothing_else() {
    let (arena, pool) = pool(9);
    let slot = pool.acquire(0).unwrap();
    let other = Pool::attach(arena.clone()).unwrap();
    assert_eq!((other.slot_count(), other.free()), (9, 8));
    assert_eq!(other.release(slot, 0), Released::Freed(0));
    assert!(Pool::attach(Arena::new(8192).unwrap()).is_err_and(|text| text.contains("not a pool")));
    assert!(Pool::format(arena.clone(), 64, 9, 100).is_err());
    assert!(Pool::format(arena.clone(), 0, 0, 100).is_err());
    assert!(Pool::format(arena, 0, 9, 1 << 20).is_err());
}

#[test]
fn threads_never_hold_the_same_slot() {
    let (_arena, pool) = pool(3);
    let pool = Arc::new(pool);
    let users: Arc<[AtomicU32; 3]> = Arc::default();
    let threads: Vec<_> = (0..3)
        .map(|lane| {
            let (pool, users) = (Arc::clone(&pool), Arc::clone(&users));
            std::thread::spawn(move || {
                for _ in 0..20_000 {
                    let Some(slot) = pool.acquire(lane) else { continue };
                    assert_eq!(users[slot as usize].fetch_add(1, Ordering::SeqCst), 0);
                    users[slot as usize].fetch_sub(1, Ordering::SeqCst);
                    assert!(matches!(pool.release(slot, lane), Released::Freed(_)));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(pool.free(), 3);
}
