//! Drafts of what a native lane starts with, and of what is changed of it while it runs. Cold, all of them.

use std::ptr;
use std::sync::Arc;

use sluice_core::lane::settings::Settings;
use sluice_core::lane::{Edit, Isolation, LinkEnd, LinkRest, LinkSpec, NodeSpec, Policy, RingRef};
use sluice_core::pool::Pool;
use sluice_core::ring::Ring;

use crate::arena;
use crate::native_values::{slice, text, values};
use crate::outcome::attempt;

/// An edit that no lane has been given yet.
pub struct Draft(pub(crate) Edit);

/// Drafts an edit that comes into effect with an epoch of the control arena; that of what a lane starts with does not
/// matter.
#[unsafe(no_mangle)]
pub extern "C" fn slu_native_draft(epoch: u32) -> *mut Draft {
    attempt(ptr::null_mut(), || Ok(Box::into_raw(Box::new(Draft(Edit { epoch, ..Edit::default() })))))
}

/// Drops a draft that no lane was given.
///
/// # Safety
///
/// `draft` comes from [`slu_native_draft`], was given to no lane, and this is its last use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_discard(draft: *mut Draft) {
    attempt((), || {
        // SAFETY: the caller vouches for the draft.
        drop(unsafe { Box::from_raw(draft) });
        Ok(())
    });
}

/// Adds the pool in the arena that starts at `base`; pools are added in the order of their index, and those that the
/// lane has may be left out. 0 if no arena starts there.
///
/// # Safety
///
/// `draft` comes from [`slu_native_draft`] and was given to no lane.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_pool(draft: *mut Draft, base: *mut u8) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        edit.pools.push(Arc::new(Pool::attach(arena::find(base)?)?));
        Ok(1)
    })
}

/// Adds a node: its slot in the lane, from 0 and without gaps (if a node has it, the new one takes its place and its
/// links), the index of its record, whether the lane goes on when it fails (`flags` 1) whether it begins anew in the
/// place of another (`flags` 2) and whether it comes from another lane (`flags` 4), the name of its stage, its configuration (see `native_values`), and for each of its outputs the index of the pool that it takes slots from. 0: a
/// text is not UTF-8, or the values are none.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`]; the texts and values have the lengths given, in bytes, and `pools` has
/// `outputs` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_node(
    draft: *mut Draft,
    slot: u32,
    index: u32,
    flags: u32,
    stage: *const u8,
    stage_length: u32,
    config: *const u8,
    config_length: u32,
    pools: *const u32,
    outputs: u32,
) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the text.
        let stage = unsafe { text(stage, stage_length) }?;
        // SAFETY: the caller vouches for the values.
        let settings = Settings(unsafe { values(config, config_length) }?);
        // SAFETY: the caller vouches for the numbers.
        let pools = unsafe { slice(pools, outputs) }.to_vec();
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        edit.nodes.push(NodeSpec {
            slot,
            index,
            stage,
            name: String::new(),
            pools,
            supervised: flags & 1 != 0,
            fresh: flags & 2 != 0,
            arrives: flags & 4 != 0,
            settings,
            isolation: None,
        });
        Ok(1)
    })
}

/// Names the node added last, for messages. 0: none was added, or the text is not UTF-8.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`]; the text has the length given, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_name(draft: *mut Draft, name: *const u8, length: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the text.
        let name = unsafe { text(name, length) }?;
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        edit.nodes.last_mut().ok_or("no node was added")?.name = name;
        Ok(1)
    })
}

/// Says that the stage of the node added last runs in a process of its own, with so many bytes of memory at most (0: any),
/// and that a call of it may take so many milliseconds. 0: none was added.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_isolate(draft: *mut Draft, memory_bytes: f64, limit_ms: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        let isolation = Isolation { memory_bytes: memory_bytes as u64, limit_ms };
        edit.nodes.last_mut().ok_or("no node was added")?.isolation = Some(isolation);
        Ok(1)
    })
}

/// Adds a link inside the lane, between nodes that are named by their slots. 0: no such policy.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_local(
    draft: *mut Draft,
    index: u32,
    policy: u32,
    capacity: u32,
    from_node: u32,
    from_port: u32,
    to_node: u32,
    to_port: u32,
) -> u32 {
    let end = LinkEnd::Local { from: (from_node, from_port), to: (to_node, to_port) };
    // SAFETY: the caller vouches for the draft.
    attempt(0, || add_link(unsafe { &mut *draft }, index, policy, capacity, end))
}

/// Adds the writing end of a link to another lane. `bit`: the inbox bit of this lane that tells of freed places and of
/// the end of the reader; `other_bit`: that of the other lane which tells of the end of the stream. 0: no such policy.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`]; `ring` comes from `slu_ring_new`, has no other writer, and is freed after the
/// lane's thread has ended, or has reported an edit as applied that detaches the link.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_writer(
    draft: *mut Draft,
    index: u32,
    policy: u32,
    capacity: u32,
    node: u32,
    port: u32,
    ring: *const Ring,
    bit: u32,
    other_lane: u32,
    other_bit: u32,
) -> u32 {
    // SAFETY: the caller vouches for the ring.
    let ring = unsafe { RingRef::new(ring) };
    let end = LinkEnd::Writer { ring, from: (node, port), bit, other_lane, other_bit };
    // SAFETY: the caller vouches for the draft.
    attempt(0, || add_link(unsafe { &mut *draft }, index, policy, capacity, end))
}

/// Adds the reading end of a link from another lane. `bit`: the inbox bit of this lane that tells of frames;
/// `other_bit`: that of the other lane which tells of the end of the reader. 0: no such policy.
///
/// # Safety
///
/// As [`slu_native_add_writer`], with no other reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_reader(
    draft: *mut Draft,
    index: u32,
    policy: u32,
    capacity: u32,
    node: u32,
    port: u32,
    ring: *const Ring,
    bit: u32,
    other_lane: u32,
    other_bit: u32,
) -> u32 {
    // SAFETY: the caller vouches for the ring.
    let ring = unsafe { RingRef::new(ring) };
    let end = LinkEnd::Reader { ring, to: (node, port), bit, other_lane, other_bit };
    // SAFETY: the caller vouches for the draft.
    attempt(0, || add_link(unsafe { &mut *draft }, index, policy, capacity, end))
}

fn add_link(draft: &mut Draft, index: u32, policy: u32, capacity: u32, end: LinkEnd) -> Result<u32, String> {
    let policy = Policy::from_number(policy).ok_or_else(|| format!("there is no policy {policy}"))?;
    draft.0.attach.push(LinkSpec { index, policy, capacity, encoded: false, rejoins: false, end });
    Ok(1)
}

/// Says that the link added last carries encoded frames. 0: none was added.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_link_encoded(draft: *mut Draft) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        edit.attach.last_mut().ok_or("no link was added")?.encoded = true;
        Ok(1)
    })
}

/// Says that another link led to the input of the link added last before: its first frame has a gap before it. 0: none
/// was added.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_link_rejoins(draft: *mut Draft) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        edit.attach.last_mut().ok_or("no link was added")?.rejoins = true;
        Ok(1)
    })
}

/// Says that the link added last is one that the lane has, and goes: what is left in it is released and counted as
/// unlinked. 0: none was added.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_link_detached(draft: *mut Draft) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        let link = edit.attach.pop().ok_or("no link was added")?;
        edit.detach.push(link);
        Ok(1)
    })
}

/// Says that the link added last is one that the lane has, of which an end goes to another lane: this one (`stays` 0; what
/// is left in it is reported), or that at the other end (`stays` 1; then the link names its new lane). 0: none was added.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_link_moves(draft: *mut Draft, stays: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        let link = edit.attach.pop().ok_or("no link was added")?;
        if stays == 0 { &mut edit.leave } else { &mut edit.retarget }.push(link);
        Ok(1)
    })
}

/// Says what other lanes have left in the link added last: `count` entries, oldest first. `flags`: the sum of 1, the next
/// frame written has a gap before it, and, for encoded frames, 2 and 4, the writer and the reader drop up to the next key
/// frame. 0: none was added.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`]; `entries` has `count` numbers, which no lane holds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_link_rest(draft: *mut Draft, flags: u32, entries: *const u32, count: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the entries.
        let entries = unsafe { slice(entries, count) }.to_vec();
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        let link = edit.attach.last().ok_or("no link was added")?.index;
        let [gap_ahead, writer_to_key, reader_to_key] = [1, 2, 4].map(|flag| flags & flag != 0);
        edit.rests.push(LinkRest { link, entries, gap_ahead, writer_to_key, reader_to_key });
        Ok(1)
    })
}

/// Says that the node in a slot goes to another lane. Without links by then, it is dropped.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_depart_node(draft: *mut Draft, slot: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        edit.depart.push(slot);
        Ok(1)
    })
}

/// Says that the node in a slot goes: without links by then, it is flushed and dropped.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_remove_node(draft: *mut Draft, slot: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        edit.remove.push(slot);
        Ok(1)
    })
}

/// Switches the bypass of the node in a slot on (`on` 1) or off (0). The node has one input and one output.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_bypass(draft: *mut Draft, slot: u32, on: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        edit.bypass.push((slot, on != 0));
        Ok(1)
    })
}

/// Gives the stage in a slot live values. 0: as [`slu_native_add_node`].
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`]; values as in [`slu_native_add_node`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_values(draft: *mut Draft, slot: u32, config: *const u8, length: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the values.
        let values = unsafe { values(config, length) }?;
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = unsafe { &mut *draft };
        edit.configure.push((slot, values));
        Ok(1)
    })
}
