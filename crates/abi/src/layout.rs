//! All offsets, sizes and constants as one table.

use core::fmt::{Result, Write};
use core::mem::offset_of;

use crate::*;

/// A named part of the table.
pub struct Group {
    /// Name of the object in `ffi/layout.gen.ts`, such as `SLOT`.
    pub name: &'static str,
    /// What it lists, for its doc comment.
    pub doc: &'static str,
    /// Pairs of name (in snake case) and value.
    pub entries: &'static [(&'static str, u32)],
}

macro_rules! fields {
    ($name:literal, $doc:literal, $type:ty, [$($field:ident),+ $(,)?], [$($extra:literal = $value:expr),* $(,)?]) => {
        Group {
            name: $name,
            doc: $doc,
            entries: &[
                $((stringify!($field), offset_of!($type, $field) as u32),)+
                ("size", size_of::<$type>() as u32),
                $(($extra, $value as u32),)*
            ],
        }
    };
}

macro_rules! constants {
    ($name:literal, $doc:literal, [$($entry:literal = $value:expr),+ $(,)?]) => {
        Group { name: $name, doc: $doc, entries: &[$(($entry, $value as u32),)+] }
    };
}

/// The whole table, in the order in which it is written.
pub const LAYOUT: &[Group] = &[
    fields!(
        "SLOT",
        "Offsets of `SlotHeader` (`crates/abi/src/slot.rs`).",
        SlotHeader,
        [
            dts_ns,
            gpu_handle,
            strides,
            checksum,
            gain_q8,
            pixel_aspect,
            pts_ns,
            duration_ns,
            ingress_ns,
            sequence,
            ref_count,
            generation,
            payload_length,
            kind,
            format,
            flags,
            batch_size,
            width,
            height,
        ],
        ["payload_align" = PAYLOAD_ALIGN]
    ),
    fields!(
        "POOL",
        "Offsets of `PoolHeader` (`crates/abi/src/pool.rs`).",
        PoolHeader,
        [
            magic,
            abi_version,
            pool_index,
            slot_count,
            slot_stride,
            payload_bytes,
            slots_offset,
            bitmap_offset,
            holds_offset,
            open_slots,
            waiters,
            exhausted,
            quarantined,
        ],
        ["magic_value" = POOL_MAGIC, "max_pools" = MAX_POOLS, "max_slots" = MAX_SLOTS, "hold_lanes" = MAX_LANES]
    ),
    fields!(
        "CONTROL",
        "Offsets of `ControlHeader` (`crates/abi/src/control.rs`).",
        ControlHeader,
        [magic, abi_version, lanes_offset, lane_count, links_offset, link_count, nodes_offset, node_count, epoch,],
        ["magic_value" = CONTROL_MAGIC]
    ),
    fields!(
        "LANE",
        "Offsets of `LaneRecord` (`crates/abi/src/lane.rs`).",
        LaneRecord,
        [
            bell,
            sleeping,
            generation,
            state,
            current_node,
            wait_kind,
            wait_id,
            applied_epoch,
            dead_generation,
            thread_id,
            heartbeat_ns,
            rounds,
            parks,
            attention,
            calls,
            inbox_summary,
            commands,
            row_ended,
            inbox,
        ],
        [
            "summary_words" = SUMMARY_WORDS,
            "inbox_words" = INBOX_WORDS,
            "inbox_bits" = INBOX_BITS,
            "max_lanes" = MAX_LANES,
        ]
    ),
    fields!(
        "LINK",
        "Offsets of `LinkRecord` (`crates/abi/src/link.rs`).",
        LinkRecord,
        [
            state,
            writer_waiting,
            reader_owner,
            writer_owner,
            written,
            dropped_full,
            high_water,
            newest_pts_ns,
            newest_ingress_ns,
            wakes,
            read,
            dropped_skipped,
            join_lag_ns,
            join_samples,
            dropped_to_key,
            dropped_unlinked,
            dropped_lane_lost,
            capacity,
            head,
            tail,
        ],
        []
    ),
    fields!(
        "NODE",
        "Offsets of `NodeRecord` (`crates/abi/src/node.rs`).",
        NodeRecord,
        [
            ticks,
            busy_ns,
            errors,
            restarts,
            phase,
            state,
            blocked_kind,
            blocked_id,
            phase_tick,
            kept,
            in_hand,
            frames_in,
            frames_out,
            max_tick_ns,
            sampled_ticks,
            late_ticks,
            tick_histogram,
            age_histogram,
            figures,
        ],
        [
            "histogram_buckets" = HISTOGRAM_BUCKETS,
            "buckets_per_octave" = BUCKETS_PER_OCTAVE,
            "max_figures" = MAX_FIGURES,
            "tick_histogram_shift" = TICK_HISTOGRAM_SHIFT,
            "age_histogram_shift" = AGE_HISTOGRAM_SHIFT,
        ]
    ),
    constants!(
        "ENTRY",
        "Bits of a ring entry, and the answers that are none (`crates/abi/src/entry.rs`).",
        [
            "slot_bits" = ENTRY_SLOT_BITS,
            "slot_mask" = ENTRY_SLOT_MASK,
            "pool_shift" = ENTRY_POOL_SHIFT,
            "pool_mask" = ENTRY_POOL_MASK,
            "discontinuity" = ENTRY_DISCONTINUITY,
            "accepted" = RING_ACCEPTED,
            "none" = RING_NONE,
            "batch" = RING_BATCH,
            "max_capacity" = RING_MAX_CAPACITY,
        ]
    ),
    constants!(
        "KIND",
        "Values of `SLOT.kind`.",
        [
            "audio" = kind::AUDIO,
            "video" = kind::VIDEO,
            "encoded" = kind::ENCODED,
            "packet" = kind::PACKET,
            "data" = kind::DATA,
        ]
    ),
    constants!(
        "FORMAT",
        "Values of `SLOT.format`.",
        [
            "f32_planar" = format::F32_PLANAR,
            "rgba8" = format::RGBA8,
            "bgra8" = format::BGRA8,
            "nv12" = format::NV12,
            "i420" = format::I420,
            "h264" = format::H264,
            "hevc" = format::HEVC,
            "vp8" = format::VP8,
            "vp9" = format::VP9,
            "av1" = format::AV1,
            "opus" = format::OPUS,
            "aac" = format::AAC,
            "flac" = format::FLAC,
            "mp3" = format::MP3,
            "jpeg" = format::JPEG,
            "struct" = format::STRUCT,
            "serialized" = format::SERIALIZED,
        ]
    ),
    constants!(
        "FLAG",
        "Bits of `SLOT.flags`.",
        [
            "keyframe" = flag::KEYFRAME,
            "discontinuity" = flag::DISCONTINUITY,
            "gap" = flag::GAP,
            "decodeOnly" = flag::DECODE_ONLY,
        ]
    ),
    constants!(
        "LINK_STATE",
        "Bits of `LINK.state`.",
        ["eos" = LINK_EOS, "closing" = LINK_CLOSING, "closed" = LINK_CLOSED,]
    ),
    constants!(
        "PHASE",
        "Values of `NODE.phase`.",
        [
            "idle" = phase::IDLE,
            "setup" = phase::SETUP,
            "process" = phase::PROCESS,
            "await" = phase::AWAIT,
            "flush" = phase::FLUSH,
            "teardown" = phase::TEARDOWN,
        ]
    ),
    constants!(
        "BLOCKED",
        "Values of `NODE.blockedKind`.",
        ["none" = blocked::NONE, "link" = blocked::LINK, "pool" = blocked::POOL,]
    ),
];

/// All pairs of (group, name, value).
pub fn layout() -> impl Iterator<Item = (&'static str, &'static str, u32)> {
    LAYOUT.iter().flat_map(|group| group.entries.iter().map(|&(name, value)| (group.name, name, value)))
}

/// Writes a snake-case name in camel case.
///
/// # Errors
///
/// Those of `out`.
pub fn write_camel(out: &mut impl Write, name: &str) -> Result {
    let mut upper = false;
    for letter in name.chars() {
        if letter == '_' {
            upper = true;
        } else {
            out.write_char(if upper { letter.to_ascii_uppercase() } else { letter })?;
            upper = false;
        }
    }
    Ok(())
}

/// Writes the table as lines `GROUP.name=value`: the text that the loader compares.
///
/// # Errors
///
/// Those of `out`.
pub fn write_layout(out: &mut impl Write) -> Result {
    for (group, name, value) in layout() {
        write!(out, "{group}.")?;
        write_camel(out, name)?;
        writeln!(out, "={value}")?;
    }
    Ok(())
}

/// FNV-1a, 32 bits, of the text of [`write_layout`].
#[must_use]
pub fn layout_hash() -> u32 {
    struct Fnv(u32);
    impl Write for Fnv {
        fn write_str(&mut self, text: &str) -> Result {
            for byte in text.bytes() {
                self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
            Ok(())
        }
    }
    let mut fnv = Fnv(0x811c_9dc5);
    // The writer above cannot fail.
    let _ = write_layout(&mut fnv);
    fnv.0
}
