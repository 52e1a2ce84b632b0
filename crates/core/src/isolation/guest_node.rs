//! The node of an isolated stage, as its process sees it: frames lie in memory that is mapped here too, and who owns them
//! is the host's business. What needs no answer is noted, and goes along with what does.

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use sluice_abi::{ENTRY_POOL_MASK, ENTRY_POOL_SHIFT, ENTRY_SLOT_MASK, SlotHeader};

use crate::clock;
use crate::lane::{Frame, FrameInfo, InputState, NoFrame, NodeAccess, Presented, Ring, Shape, Unwritten};

use super::desk::{Desk, Patience};
use super::frame_words::{put_shape, read_info};
use super::region::{Region, WINDOW_BYTES};
use super::system::{Pages, receive_descriptor};
use super::wire::{Message, Words, call, note, request};

/// Notes are passed on when they are so many bytes.
const MOST_NOTED: usize = 32_768;

/// Bytes by which the host announces a pool: four words and a number.
const POOL_BYTES: usize = 24;

/// By which any thread of the guest has its node run.
#[derive(Clone)]
pub(super) struct SocketBell(pub(super) Arc<OwnedFd>);

impl Ring for SocketBell {
    fn ring(&self) {
        let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        // SAFETY: one byte, and an open descriptor. Where there is no room, bytes that ask for the same are on their way.
        unsafe { libc::send(self.0.as_raw_fd(), [1_u8].as_ptr().cast(), 1, flags) };
    }
}

/// The slots of a pool.
struct GuestPool {
    pages: Pages,
    /// Bytes from the start of the pages to the first slot.
    first: usize,
    slot_count: u32,
    slot_stride: u32,
    payload_bytes: u32,
}

pub(super) struct GuestNode {
    desk: Arc<Desk>,
    socket: Arc<OwnedFd>,
    patience: Patience,
    /// By index.
    pools: Vec<Option<GuestPool>>,
    /// Where pools are mapped; absent: wherever the system has room.
    region: Option<Region>,
    /// Frames of the call, by entry.
    owned: Vec<u32>,
    /// What is noted.
    notes: Message,
    answer: Vec<u8>,
    /// Bits by input: nothing more is read from it in this call.
    drained: u64,
    /// Frames for which every lossless output has room, as far as the host has said.
    room: u32,
    live: bool,
    development: bool,
    paused_ns: f64,
    /// The frame that the host has told of with the call.
    offer: Option<Offer>,
}

/// A frame that can be taken without asking for it.
struct Offer {
    input: u32,
    entry: u32,
    /// Others wait behind it.
    more: bool,
}

impl GuestNode {
    pub(super) fn new(desk: Desk, socket: Arc<OwnedFd>) -> Self {
        Self {
            desk: Arc::new(desk),
            socket,
            patience: Patience::default(),
            pools: Vec::new(),
            region: None,
            owned: Vec::new(),
            notes: Message::default(),
            answer: Vec::new(),
            drained: 0,
            room: 0,
            live: false,
            development: false,
            paused_ns: 0.0,
            offer: None,
        }
    }

    /// Where calls are waited for while others use the node.
    pub(super) fn waiter(&self) -> Waiter {
        Waiter { desk: Arc::clone(&self.desk), patience: Mutex::default() }
    }

    /// Notes what was noted outside of a call.
    pub(super) fn note_late(&mut self, notes: &mut Message) {
        self.notes.0.append(&mut notes.0);
    }

    /// Has pools mapped in a region.
    pub(super) fn map_in(&mut self, region: Region) {
        self.region = Some(region);
    }

    /// A call begins, of which the host says this.
    pub(super) fn begin(&mut self, word: u32, words: &mut Words<'_>) -> Option<()> {
        self.owned.clear();
        (self.drained, self.room, self.offer) = (0, 0, None);
        (self.live, self.development, self.paused_ns) = (words.word()? != 0, words.word()? != 0, words.number()?);
        if word == call::PROCESS {
            self.room = words.word()?;
            if words.word()? != 0 {
                let (input, entry) = (words.word()?, words.word()?);
                self.offer = Some(Offer { input, entry, more: words.word()? != 0 });
            }
        }
        Some(())
    }

    /// Takes what the host says next.
    pub(super) fn receive(&mut self) -> Vec<u8> {
        let mut message = std::mem::take(&mut self.answer);
        if self.desk.receive(&mut message, &mut self.patience, None).is_err() {
            leave();
        }
        message
    }

    /// Says how a call has ended, after what was noted in it.
    pub(super) fn give(&mut self, message: &Message, spare: Vec<u8>) {
        self.notes.0.extend_from_slice(&message.0);
        self.answer = spare;
        self.pass();
    }

    fn pass(&mut self) {
        if self.desk.send(&self.notes.0, &mut self.patience, None).is_err() {
            leave();
        }
        self.notes.0.clear();
    }

    /// Asks for something, after what was noted, and reads the answer.
    fn ask<T>(
        &mut self,
        request: u32,
        say: impl FnOnce(&mut Message),
        read: impl FnOnce(&mut Self, &mut Words<'_>) -> Option<T>,
    ) -> T {
        say(self.notes.word(request));
        self.pass();
        let answer = self.receive();
        // The host makes sense: else nothing can be done.
        let Some(value) = read(self, &mut Words(&answer)) else { leave() };
        self.answer = answer;
        value
    }

    fn note(&mut self, note: u32, say: impl FnOnce(&mut Message)) {
        say(self.notes.word(note));
        if self.notes.0.len() > MOST_NOTED {
            self.ask(request::SYNC, |_| {}, |_, _| Some(()));
        }
    }

    /// Where the slots of a frame's pool are: bytes from the start of its pages to the first, how many, bytes from one to
    /// the next, and bytes of payload in each.
    pub(super) fn place_of(&self, entry: u32) -> Option<[u32; 4]> {
        let pool = self.pools.get(pool_index(entry))?.as_ref()?;
        // Less than a page.
        Some([pool.first as u32, pool.slot_count, pool.slot_stride, pool.payload_bytes])
    }

    /// The frame that is read next, which stays the host's.
    pub(super) fn look(&mut self, input: u32) -> Option<u32> {
        let entry = self.ask(
            request::LOOK,
            |message| _ = message.word(input),
            |_, answer| Some(if answer.word()? == 0 { None } else { Some(answer.word()?) }),
        )?;
        while self.pools.get(pool_index(entry)).is_none_or(Option::is_none) {
            self.take_pool();
        }
        Some(entry)
    }

    /// Takes a frame that the host has given.
    fn own(&mut self, entry: u32) -> Frame {
        let index = pool_index(entry);
        while self.pools.get(index).is_none_or(Option::is_none) {
            self.take_pool();
        }
        self.owned.push(entry);
        Frame::from_entry(entry)
    }

    #[cold]
    fn take_pool(&mut self) {
        let mut bytes = [0; POOL_BYTES];
        let Ok(file) = receive_descriptor(&self.socket, &mut bytes) else { leave() };
        let Some((index, pool)) = map_pool(&bytes, &file, self.region.as_ref()) else { leave() };
        if self.pools.len() <= index {
            self.pools.resize_with(index + 1, || None);
        }
        self.pools[index] = Some(pool);
    }

    fn disown(&mut self, frame: Frame) -> bool {
        let at = self.owned.iter().rposition(|&own| own == frame.entry());
        at.is_some_and(|at| {
            self.owned.swap_remove(at);
            true
        })
    }

    fn pool_of(&self, frame: Frame) -> Option<&GuestPool> {
        self.pools.get(pool_index(frame.entry()))?.as_ref()
    }

    /// Writes, without waiting for the host where it has said that there is room.
    fn hand_over(&mut self, keep: bool, output: u32, frame: Frame, kind: Option<u8>) -> Result<(), Unwritten> {
        let header = self.header(frame).ok_or(Unwritten::NotOwn)?;
        // A kind is named where there is such an output.
        let Some(kind) = kind else { return Err(Unwritten::NoOutput) };
        // SAFETY: the frame is this call's to read.
        if kind != unsafe { (*header).kind } {
            return Err(Unwritten::OtherKind);
        }
        let words = [output, frame.entry(), kind.into()];
        // One that the call keeps is counted by the host at once: it is others' too from then on.
        if self.room > 0 && !keep {
            self.room -= 1;
            self.note(note::WRITE, |message| _ = message.words(&words));
        } else {
            let request = if keep { request::FORWARD } else { request::WRITE };
            let refusal = self.ask(
                request,
                |message| _ = message.words(&words),
                |own, answer| {
                    let refusal = answer.word()?;
                    own.room = answer.word()?;
                    Some(refusal)
                },
            );
            match refusal {
                0 => {}
                1 => return Err(Unwritten::NoOutput),
                2 => return Err(Unwritten::NotOwn),
                3 => return Err(Unwritten::OtherKind),
                _ => return Err(Unwritten::NoRoom),
            }
        }
        if !keep {
            self.disown(frame);
        }
        Ok(())
    }

    fn read_up_to(&mut self, input: u32, most: u32, mut take: impl FnMut(Frame)) -> u32 {
        let bit = 1_u64.checked_shl(input).unwrap_or(0);
        if self.drained & bit != 0 || most == 0 {
            return 0;
        }
        if let Some(Offer { entry, more, .. }) =
            self.offer.take_if(|offer| offer.input == input && (most == 1 || !offer.more))
        {
            self.desk.mark_taken(true);
            self.note(note::TAKE, |message| _ = message.word(input));
            if !more {
                self.drained |= bit;
            }
            take(self.own(entry));
            return 1;
        }
        // Whatever the host reads now, it was the first.
        self.offer.take_if(|offer| offer.input == input);
        self.ask(
            request::READ,
            |message| _ = message.words(&[input, most]),
            |own, answer| {
                if answer.word()? == 0 {
                    own.drained |= bit;
                }
                own.room = answer.word()?;
                let count = answer.word()?;
                for _ in 0..count {
                    let frame = own.own(answer.word()?);
                    take(frame);
                }
                Some(count)
            },
        )
    }
}

/// Waits for the calls of a host.
pub(super) struct Waiter {
    desk: Arc<Desk>,
    patience: Mutex<Patience>,
}

impl Waiter {
    pub(super) fn wait(&self) -> Vec<u8> {
        let mut message = Vec::new();
        let mut patience = self.patience.lock().unwrap_or_else(PoisonError::into_inner);
        if self.desk.receive(&mut message, &mut patience, None).is_err() {
            leave();
        }
        message
    }
}

/// The host is gone, or makes no sense.
fn leave() -> ! {
    // SAFETY: ends the process, without the code of the plugin that its end would run.
    unsafe { libc::_exit(1) }
}

fn pool_index(entry: u32) -> usize {
    (entry >> ENTRY_POOL_SHIFT & ENTRY_POOL_MASK) as usize
}

/// Maps the slots of a pool, and of its other parts only what shares a page with the first.
fn map_pool(bytes: &[u8], file: &OwnedFd, region: Option<&Region>) -> Option<(usize, GuestPool)> {
    let mut words = Words(bytes);
    let (index, slot_count, slot_stride) = (words.word()? as usize, words.word()?, words.word()?);
    let (payload_bytes, offset) = (words.word()?, words.number()? as usize);
    let from = crate::mapping::round_down_to_pages(offset);
    let first = offset - from;
    let length = first + slot_count as usize * slot_stride as usize;
    let pages = match region {
        None => Pages::map(file, from, length).ok()?,
        Some(_) if length > WINDOW_BYTES => return None,
        // SAFETY: the window is this pool's, which is mapped once.
        Some(region) => unsafe { Pages::map_at(file, from, length, region.window(index)?) }.ok()?,
    };
    Some((index, GuestPool { pages, first, slot_count, slot_stride, payload_bytes }))
}

impl NodeAccess for GuestNode {
    type Bell = SocketBell;

    fn header(&self, frame: Frame) -> Option<*mut SlotHeader> {
        if !self.owned.iter().rev().any(|&own| own == frame.entry()) {
            return None;
        }
        let (pool, slot) = (self.pool_of(frame)?, frame.entry() & ENTRY_SLOT_MASK);
        let at = pool.first + slot as usize * pool.slot_stride as usize;
        (slot < pool.slot_count).then(|| pool.pages.base().as_ptr().wrapping_add(at).cast())
    }

    fn slot_bytes_of(&self, frame: Frame) -> u32 {
        self.pool_of(frame).map_or(0, |pool| pool.payload_bytes)
    }

    fn read(&mut self, input: u32) -> Option<Frame> {
        let mut read = None;
        self.read_up_to(input, 1, |frame| read = Some(frame));
        read
    }

    fn read_many(&mut self, input: u32, most: u32, take: impl FnMut(Frame)) -> u32 {
        self.read_up_to(input, most, take)
    }

    fn peek(&mut self, input: u32) -> Option<FrameInfo> {
        self.ask(
            request::PEEK,
            |message| _ = message.word(input),
            |_, answer| {
                if answer.word()? == 0 { Some(None) } else { read_info(answer).map(Some) }
            },
        )
    }

    fn input_state(&mut self, input: u32) -> Option<InputState> {
        self.ask(
            request::INPUT_STATE,
            |message| _ = message.word(input),
            |_, answer| match answer.word()? {
                0 => Some(None),
                state => InputState::of((state - 1) as i32).map(Some),
            },
        )
    }

    fn acquire(&mut self, output: u32, shape: Shape<'_>) -> Result<Frame, NoFrame> {
        self.ask(
            request::ACQUIRE,
            |message| put_shape(message, output, shape),
            |own, answer| {
                Some(match answer.word()? {
                    0 => Err(NoFrame::NoSlot),
                    1 => Ok(own.own(answer.word()?)),
                    _ => Err(NoFrame::Refused(answer.text()?.to_owned())),
                })
            },
        )
    }

    fn writable(&mut self, frame: Frame) -> Option<Frame> {
        if self.sole(frame).is_some() {
            return Some(frame);
        }
        self.header(frame)?;
        let found = self.ask(
            request::WRITABLE,
            |message| _ = message.word(frame.entry()),
            |own, answer| Some(if answer.word()? == 0 { None } else { Some(own.own(answer.word()?)) }),
        )?;
        self.disown(frame);
        Some(found)
    }

    fn write_of(&mut self, output: u32, frame: Frame, kind: Option<u8>) -> Result<(), Unwritten> {
        self.hand_over(false, output, frame, kind)
    }

    fn write_newest(&mut self, _output: u32, _frames: impl ExactSizeIterator<Item = u32> + Clone, _kind: u8) -> bool {
        // Each is noted, which costs as little.
        false
    }

    fn forward_of(&mut self, output: u32, frame: Frame, kind: Option<u8>) -> Result<(), Unwritten> {
        self.hand_over(true, output, frame, kind)
    }

    fn release(&mut self, frame: Frame) -> bool {
        let owned = self.disown(frame);
        if owned {
            self.note(note::RELEASE, |message| _ = message.word(frame.entry()));
        }
        owned
    }

    fn may_write(&mut self) -> bool {
        self.ask(
            request::MAY_WRITE,
            |_| {},
            |own, answer| {
                let may = answer.word()? != 0;
                own.room = answer.word()?;
                Some(may)
            },
        )
    }

    fn wait_until_ns(&mut self, time_ns: f64) {
        self.note(note::WAIT_UNTIL, |message| _ = message.number(time_ns));
    }

    fn run_again(&mut self) {
        self.note(note::RUN_AGAIN, |_| {});
    }

    fn finish(&mut self) {
        self.note(note::FINISH, |_| {});
    }

    fn progress(&mut self, done_ns: f64, total_ns: f64) {
        self.note(note::PROGRESS, |message| _ = message.number(done_ns).number(total_ns));
    }

    fn is_linked(&mut self, output: u32) -> Option<bool> {
        self.ask(
            request::IS_LINKED,
            |message| _ = message.word(output),
            |_, answer| match answer.word()? {
                0 => Some(None),
                state => Some(Some(state > 1)),
            },
        )
    }

    fn present(&mut self, group: &str, kind: u32, pair: Presented) {
        self.note(note::PRESENT, |message| _ = message.text(group).word(kind).number(pair.pts_ns).number(pair.at_ns));
    }

    fn presented(&mut self, group: &str, kind: u32) -> Option<Presented> {
        self.ask(
            request::PRESENTED,
            |message| _ = message.text(group).word(kind),
            |_, answer| match answer.word()? {
                0 => Some(None),
                _ => Some(Some(Presented { pts_ns: answer.number()?, at_ns: answer.number()? })),
            },
        )
    }

    fn now_ns(&self) -> f64 {
        clock::now_ns() - self.paused_ns
    }

    fn is_live(&self) -> bool {
        self.live
    }

    fn is_development(&self) -> bool {
        self.development
    }

    fn log(&mut self, level: u32, text: String) {
        self.note(note::LOG, |message| _ = message.word(level).text(&text));
    }

    fn emit(&mut self, name: String, json: String) {
        self.note(note::EMIT, |message| _ = message.text(&name).text(&json));
    }
}
