use std::sync::Arc;

use super::*;
use crate::slot_protocol::{GivenUp, HOLD_FREE};

fn pool(slots: u32) -> (Arena, Pool) {
    let layout = PoolLayout::new(slots, 100).unwrap();
    let arena = Arena::new(layout.byte_length as usize).unwrap();
    let pool = Pool::format(arena.clone(), 3, slots, 100).unwrap();
    (arena, pool)
}

fn take(pool: &Pool, lane: u32) -> Option<u32> {
    let mut slot = [0];
    (pool.reserve(lane, &mut slot) == 1).then(|| {
        pool.lend(slot[0], lane);
        slot[0]
    })
}

/// Gives a reference up and frees the slot if it was the last.
fn release(pool: &Pool, slot: u32, lane: u32) -> GivenUp {
    let given_up = pool.give_up(slot, lane);
    if given_up == GivenUp::Kept {
        assert_eq!(pool.free_reserved(lane, &[slot]), 0);
    }
    given_up
}

#[test]
fn reserve_gives_each_slot_once_a_word_at_a_time() {
    let (_arena, pool) = pool(70);
    assert_eq!(pool.free(), 70);
    let mut slots = Vec::new();
    let mut batch = [0; 50];
    for wanted in [32, 32, 6, 0] {
        let count = pool.reserve(1, &mut batch);
        assert_eq!(count, wanted);
        slots.extend_from_slice(&batch[..count]);
    }
    slots.sort_unstable();
    assert!(slots.iter().copied().eq(0..70));
    assert_eq!(pool.free_reserved(1, &[33]), 0);
    assert_eq!((pool.free(), pool.reserve(1, &mut batch), batch[0]), (1, 1, 33));
}

#[test]
fn lend_raises_the_generation_and_aligns_the_slot() {
    let (_arena, pool) = pool(2);
    for generation in 1..4 {
        let slot = take(&pool, 0).unwrap();
        let header = pool.slot(slot);
        assert_eq!(header.addr() % 64, 0);
        // SAFETY: the slot was taken here.
        let header = unsafe { &*header };
        assert_eq!(header.ref_count.load(Ordering::SeqCst), 1);
        assert_eq!(header.generation, generation);
        assert_eq!(release(&pool, slot, 0), GivenUp::Kept);
    }
}

#[test]
fn give_up_is_refused_for_a_free_slot_and_for_none() {
    let (_arena, pool) = pool(2);
    let slot = take(&pool, 0).unwrap();
    assert!(pool.retain(slot, 0));
    assert_eq!(release(&pool, slot, 0), GivenUp::Shared);
    assert_eq!(release(&pool, slot, 0), GivenUp::Kept);
    assert_eq!(release(&pool, slot, 0), GivenUp::Refused);
    assert_eq!(release(&pool, 2, 0), GivenUp::Refused);
    assert!(!pool.retain(slot, 0));
    assert!(!pool.retain(2, 0));
    assert_eq!(pool.free(), 2);
}

#[test]
fn free_reserved_names_the_lanes_that_wait_once() {
    let (_arena, pool) = pool(3);
    let mut slots = [0; 2];
    assert_eq!(pool.reserve(0, &mut slots), 2);
    assert!(!pool.is_awaited());
    pool.await_slot(4);
    pool.await_slot(63);
    assert!(pool.is_awaited());
    assert_eq!(pool.free_reserved(0, &slots[..1]), 1 << 4 | 1 << 63);
    assert_eq!(pool.free_reserved(0, &slots[1..]), 0);
    assert_eq!(pool.free(), 3);
}

#[test]
fn count_exhausted_counts_in_the_header() {
    let (arena, pool) = pool(1);
    pool.count_exhausted();
    pool.count_exhausted();
    // SAFETY: the header is there, and the word is atomic.
    let exhausted = unsafe { &(*arena.base().cast::<PoolHeader>().as_ptr()).exhausted };
    assert_eq!(exhausted.load(Ordering::SeqCst), 2);
}

#[test]
fn holds_say_what_each_lane_has() {
    let (arena, pool) = pool(5);
    let offset = PoolLayout::new(5, 100).unwrap().holds_offset as usize;
    let hold = |lane: usize, slot: u32| {
        // SAFETY: the byte lies in the table, and nobody writes it now.
        unsafe { arena.base().add(offset + lane * hold_row(5) as usize + slot as usize).read() }
    };
    let mut slots = [0; 2];
    assert_eq!(pool.reserve(63, &mut slots), 2);
    let [slot, spare] = slots;
    assert_eq!((hold(63, slot), hold(63, spare)), (HOLD_FREE, HOLD_FREE));
    pool.lend(slot, 63);
    pool.retain(slot, 63);
    pool.retain(slot, 2);
    assert_eq!((hold(63, slot), hold(2, slot), hold(0, slot)), (2, 1, 0));
    pool.hand_over(slot, 63);
    pool.take_over(slot, 0);
    assert_eq!((hold(63, slot), hold(2, slot), hold(0, slot)), (1, 1, 1));
    assert_eq!(pool.give_up(slot, 63), GivenUp::Shared);
    assert_eq!(pool.give_up(slot, 2), GivenUp::Shared);
    assert_eq!(pool.give_up(slot, 0), GivenUp::Kept);
    assert_eq!((hold(63, slot), hold(2, slot), hold(0, slot)), (0, 0, HOLD_FREE));
    assert_eq!(pool.free_reserved(0, &[slot]), 0);
    assert_eq!((hold(0, slot), hold(63, spare)), (0, HOLD_FREE));
    // The last of two references of one lane: what it holds stays told.
    pool.lend(spare, 63);
    pool.retain(spare, 63);
    assert_eq!((pool.give_up(spare, 63), hold(63, spare)), (GivenUp::Shared, 1));
    assert_eq!((pool.give_up(spare, 63), hold(63, spare)), (GivenUp::Kept, HOLD_FREE));
}

#[test]
fn attach_takes_what_format_has_made_and_nothing_else() {
    let (arena, pool) = pool(9);
    let slot = take(&pool, 0).unwrap();
    let other = Pool::attach(arena.clone()).unwrap();
    assert_eq!((other.slot_count(), other.free(), other.index()), (9, 8, 3));
    assert_eq!(release(&other, slot, 0), GivenUp::Kept);
    assert_eq!(pool.free(), 9);
    assert!(Pool::attach(Arena::new(8192).unwrap()).is_err_and(|text| text.contains("not a pool")));
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
                    let Some(slot) = take(&pool, lane) else { continue };
                    assert_eq!(users[slot as usize].fetch_add(1, Ordering::SeqCst), 0);
                    users[slot as usize].fetch_sub(1, Ordering::SeqCst);
                    assert_eq!(release(&pool, slot, lane), GivenUp::Kept);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(pool.free(), 3);
}
