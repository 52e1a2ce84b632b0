//! The stage of an isolated node, as its lane runs it: it has each call done by the guest, and serves meanwhile what the
//! guest asks of the lane. All frames stay the tick's own, in this process: what a guest that ends has left is given back
//! as after any tick. A call returns only when the guest has returned it, or is proved to be dead.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sluice_abi::{ENTRY_POOL_MASK, ENTRY_POOL_SHIFT};

use crate::clock;
use crate::lane::settings::{Settings, Value};
use crate::lane::stage::{Cadence, Fault, Stage};
use crate::lane::{Bell, Frame, Isolation, NoFrame, StageContext, Unwritten};
use crate::plugin::Home;
use crate::pool::Pool;

use super::desk::{Patience, Silence, refusal_of};
use super::frame_words::{put_info, read_shape};
use super::guests::Guests;
use super::heed::heed;
use super::process::{Ears, Guest};
use super::spares;
use super::system::shared_clock_ns;
use super::wire::{Message, Words, call, note, outcome, request};

/// How long a guest may take to start and to open its library, beyond what a call may take.
const START: Duration = Duration::from_secs(10);

/// Thirty years.
const FOR_EVER: Duration = Duration::from_secs(1_000_000_000);

/// How long a guest may take to leave.
const LEAVE: Duration = Duration::from_secs(1);

/// Most frames that are read at once.
const MOST_READ: u32 = 64;

/// What a guest is started for.
pub(crate) struct Host<'a> {
    /// Where its code is.
    pub(crate) home: Home,
    /// The id of the stage.
    pub(crate) stage: &'a str,
    /// When it is run.
    pub(crate) cadence: Cadence,
    pub(crate) settings: &'a Settings,
    pub(crate) bell: &'a Bell,
    /// Takes a line for the node's log.
    pub(crate) log: Box<dyn Fn(u32, String) + Send>,
    pub(crate) isolation: Isolation,
    /// Those of the lane.
    pub(crate) guests: &'a Guests,
}

/// Makes an instance of a stage in a process of its own.
///
/// # Errors
///
/// Why it cannot be started, or refuses.
pub(crate) fn isolate(host: Host<'_>) -> Result<Box<dyn Stage>, String> {
    let bell = host.bell.clone();
    let ears = Ears { log: host.log, ring: Box::new(move || bell.ring()) };
    let guest = match spares::take(host.stage, host.isolation, ears) {
        Ok(spare) => spare,
        Err(ears) => Guest::start(&host.home, host.stage, host.isolation, ears)?,
    };
    host.guests.add(&guest.desk);
    let (message, answer) = (Message::default(), Vec::new());
    let (patience, figures, reads) = (Patience::default(), Ok(Vec::new()), host.cadence == Cadence::Push);
    let mut proxy = Proxy {
        guest,
        isolation: host.isolation,
        message,
        answer,
        patience,
        reads,
        offered: None,
        known_pools: 0,
        figures,
        loss: None,
    };
    proxy.message = Message::of(call::CREATE);
    let source = match &host.home {
        Home::Library(path) => path.to_str().ok_or("the path of its library is not UTF-8")?,
        Home::Program(program) => &program.source,
    };
    let (shared_ns, own_ns) = (shared_clock_ns() as f64, clock::now_ns());
    proxy.message.text(source).text(host.stage).number(shared_ns).number(own_ns);
    put_values(&mut proxy.message, &host.settings.0);
    let limit = START + proxy.limit();
    proxy.exchange(None, limit).map_err(|fault| fault.0)?;
    Ok(Box::new(proxy))
}

fn put_values(message: &mut Message, values: &[(String, Value)]) {
    message.word(values.len() as u32);
    for (key, value) in values {
        put_value(message.text(key), value);
    }
}

fn put_value(message: &mut Message, value: &Value) {
    match value {
        Value::Number(number) => message.word(0).number(*number),
        Value::Text(text) => message.word(1).text(text),
    };
}

struct Proxy {
    guest: Guest,
    isolation: Isolation,
    /// What is said next, and what was answered: kept for their room.
    message: Message,
    answer: Vec<u8>,
    patience: Patience,
    /// It runs when frames come, and so most likely reads one.
    reads: bool,
    /// The input whose frame the guest was told of and has not said to have taken.
    offered: Option<u32>,
    /// By index: the guest has the pool.
    known_pools: u64,
    /// As the guest last told them, or why it did not.
    figures: Result<Vec<f64>, String>,
    /// How the guest came to its end, once it is dead.
    loss: Option<String>,
}

/// What the guest has returned with.
struct Returned {
    status: u32,
    bytes: Vec<u8>,
}

/// Whether the guest goes on with its call.
enum Next {
    Reply,
    Return(Returned),
    Panic(String),
    Fault(String),
    Nonsense,
}

impl Proxy {
    fn limit(&self) -> Duration {
        match self.isolation.limit_ms {
            0 => FOR_EVER,
            limit_ms => Duration::from_millis(limit_ms.into()),
        }
    }

    /// Has the guest do what `message` says, and serves it until it returns.
    ///
    /// # Errors
    ///
    /// What the stage says of its failure, or how its process ended.
    ///
    /// # Panics
    ///
    /// If the stage says that it panicked.
    fn exchange(&mut self, mut context: Option<&mut StageContext<'_>>, limit: Duration) -> Result<Returned, Fault> {
        if let Some(loss) = &self.loss {
            return Err(Fault(loss.clone()));
        }
        if let Some(refusal) = refusal_of("what it is given", self.message.0.len()) {
            return Err(Fault(refusal));
        }
        let until = Some(Instant::now() + limit);
        loop {
            let said = self.guest.desk.send(&self.message.0, &mut self.patience, until);
            let heard = said.and_then(|()| self.guest.desk.receive(&mut self.answer, &mut self.patience, until));
            if let Err(silence) = heard {
                return Err(self.lose(silence, limit));
            }
            let answer = std::mem::take(&mut self.answer);
            let next = self.serve(&answer, context.as_deref_mut());
            self.answer = answer;
            match next {
                Next::Reply => {}
                Next::Return(returned) => return Ok(returned),
                Next::Fault(text) => return Err(Fault(text)),
                Next::Panic(text) => std::panic::resume_unwind(Box::new(text)),
                Next::Nonsense => return Err(self.lose(Silence::Nonsense, limit)),
            }
        }
    }

    /// Proves that the guest is dead, and says how it came to that.
    #[cold]
    fn lose(&mut self, silence: Silence, limit: Duration) -> Fault {
        // One that was said to have ended is dead, unless it has said so itself, or was given up.
        let ended_itself = silence == Silence::Ended && self.guest.wait(Duration::ZERO);
        if !ended_itself {
            self.guest.kill();
        }
        let pid = self.guest.pid;
        let text = match silence {
            Silence::Ended if self.guest.desk.is_given_up() => {
                format!("its process {pid} was killed in a call, since the graph was stopped")
            }
            Silence::Ended if ended_itself => self.guest.how_it_ended(),
            Silence::Late => format!("its process {pid} did not return within {} ms and was killed", limit.as_millis()),
            Silence::TooLong => format!("its process {pid} said too much in one call and was killed"),
            Silence::Ended => format!("its process {pid} said that it had ended, lived on, and was killed"),
            Silence::Nonsense => format!("its process {pid} could not be served and was killed"),
        };
        let text = match self.isolation.memory_bytes {
            0 => text,
            bytes => format!("{text}; it may have {} MiB of memory", bytes >> 20),
        };
        self.loss = Some(text.clone());
        Fault(text)
    }

    /// Does what the guest has noted, and what it asks for.
    fn serve(&mut self, answer: &[u8], context: Option<&mut StageContext<'_>>) -> Next {
        let mut words = Words(answer);
        let Some(context) = context else {
            return self.serve_outcome(words.word(), &mut words).unwrap_or(Next::Nonsense);
        };
        loop {
            let Some(word) = words.word() else { return Next::Nonsense };
            if word == note::TAKE {
                self.offered = None;
            }
            if (note::WRITE..=note::PRESENT).contains(&word) {
                if heed(word, &mut words, context).is_none() {
                    return Next::Nonsense;
                }
                continue;
            }
            if (request::READ..=request::IS_LINKED).contains(&word) {
                return if self.reply(word, &mut words, context).is_some() { Next::Reply } else { Next::Nonsense };
            }
            return self.serve_outcome(Some(word), &mut words).unwrap_or(Next::Nonsense);
        }
    }

    /// The call has come to its end.
    fn serve_outcome(&mut self, word: Option<u32>, words: &mut Words<'_>) -> Option<Next> {
        Some(match word? {
            outcome::DONE => {
                let (status, bytes) = (words.word()?, words.bytes()?.to_vec());
                let obstacle = words.text()?;
                // Kept for its room.
                let mut figures = std::mem::replace(&mut self.figures, Ok(Vec::new())).unwrap_or_default();
                figures.clear();
                figures.extend(std::iter::from_fn(|| words.number()));
                self.figures = if obstacle.is_empty() { Ok(figures) } else { Err(obstacle.to_owned()) };
                Next::Return(Returned { status, bytes })
            }
            outcome::FAULT => Next::Fault(words.text()?.to_owned()),
            outcome::PANIC => Next::Panic(words.text()?.to_owned()),
            _ => return None,
        })
    }

    /// Answers what the guest asks for.
    fn reply(&mut self, word: u32, words: &mut Words<'_>, context: &mut StageContext<'_>) -> Option<()> {
        self.message.0.clear();
        match word {
            request::READ => {
                let (input, most) = (words.word()?, words.word()?);
                self.reply_read(input, most, context)?;
            }
            request::PEEK => match context.peek_at(words.word()?) {
                Some(info) => put_info(self.message.word(1), &info),
                None => _ = self.message.word(0),
            },
            request::LOOK => match context.entry_at(words.word()?) {
                Some(entry) => {
                    self.message.word(1).word(entry);
                    self.introduce(entry, context)?;
                }
                None => _ = self.message.word(0),
            },
            request::INPUT_STATE => {
                let state = context.input_state(words.word()?);
                self.message.word(state.map_or(0, |state| state as u32 + 1));
            }
            request::PRESENTED => {
                let group = words.text()?.to_owned();
                match context.presented(&group, words.word()?) {
                    Some(found) => _ = self.message.word(1).number(found.pts_ns).number(found.at_ns),
                    None => _ = self.message.word(0),
                }
            }
            request::IS_LINKED => {
                let state = context.is_linked(words.word()?);
                self.message.word(state.map_or(0, |state| u32::from(state) + 1));
            }
            request::ACQUIRE => self.reply_acquire(words, context)?,
            request::WRITABLE => {
                let frame = Frame::from_entry(words.word()?);
                let found = context.writable(frame);
                self.put_frame(found, context)?;
            }
            request::WRITE | request::FORWARD => {
                let (output, frame) = (words.word()?, Frame::from_entry(words.word()?));
                let kind = u8::try_from(words.word()?).ok();
                let done = match word {
                    request::WRITE => context.write_of(output, frame, kind),
                    _ => context.write_and_keep(output, frame, kind),
                };
                self.message.word(refusal_number(done)).word(context.room());
            }
            request::MAY_WRITE => {
                let may = u32::from(context.may_write());
                self.message.word(may).word(context.room());
            }
            _ => {}
        }
        Some(())
    }

    /// Frames of an input, whether more of them are there, and for how many the outputs have room.
    fn reply_read(&mut self, input: u32, most: u32, context: &mut StageContext<'_>) -> Option<()> {
        let mut frames = [0_u32; MOST_READ as usize];
        let mut count = 0;
        // One is read under the plain rule, several under that for several.
        if most == 1 {
            if let Some(frame) = context.read(input) {
                (frames[0], count) = (frame.entry(), 1);
            }
        } else {
            context.read_many(input, most.min(MOST_READ), |frame| {
                frames[count] = frame.entry();
                count += 1;
            });
        }
        self.message.word(u32::from(count > 0 && context.has_more(input))).word(context.room());
        self.message.word(count as u32);
        for &entry in &frames[..count] {
            self.message.word(entry);
            self.introduce(entry, context)?;
        }
        Some(())
    }

    fn reply_acquire(&mut self, words: &mut Words<'_>, context: &mut StageContext<'_>) -> Option<()> {
        let output = words.word()?;
        let mut fields = Vec::new();
        let shape = read_shape(words, &mut fields)?;
        match context.acquire_of(output, shape) {
            Ok(frame) => self.put_frame(Some(frame), context)?,
            Err(NoFrame::NoSlot) => _ = self.message.word(0),
            Err(NoFrame::Refused(why)) => _ = self.message.word(2).text(&why),
        }
        Some(())
    }

    fn put_frame(&mut self, frame: Option<Frame>, context: &mut StageContext<'_>) -> Option<()> {
        let Some(frame) = frame else {
            self.message.word(0);
            return Some(());
        };
        self.message.word(1).word(frame.entry());
        self.introduce(frame.entry(), context)
    }

    /// Sees to it that the guest has the memory of a frame's pool, and that the bytes of the frame are there. `None`: the system
    /// refuses.
    fn introduce(&mut self, entry: u32, context: &mut StageContext<'_>) -> Option<()> {
        context.map_entry(entry);
        let index = entry >> ENTRY_POOL_SHIFT & ENTRY_POOL_MASK;
        if self.known_pools & 1 << index == 0 {
            self.give_pool(context.pool_of(entry))?;
            self.known_pools |= 1 << index;
        }
        Some(())
    }

    #[cold]
    fn give_pool(&self, pool: &Arc<Pool>) -> Option<()> {
        let (file, place): (OwnedFd, _) = (pool.file()?, pool.place());
        let mut message = Message::default();
        message.words(&[pool.index(), place.slot_count, place.slot_stride, pool.payload_bytes()]);
        message.number(place.slots_offset as f64);
        self.guest.give(&message.0, &file).ok()
    }

    /// Tells the guest of the frame that it will most likely read first, which saves it an exchange.
    fn offer(&mut self, context: &mut StageContext<'_>) -> Option<()> {
        let offer = if self.reads { context.offer() } else { None };
        self.message.word(context.room());
        self.guest.desk.mark_taken(false);
        self.offered = offer.map(|(input, ..)| input);
        let Some((input, entry, more)) = offer else {
            self.message.word(0);
            return Some(());
        };
        self.message.words(&[1, input, entry, more.into()]);
        self.introduce(entry, context)
    }

    /// Begins a call in which the guest reaches its node.
    fn begin(&mut self, word: u32, context: &StageContext<'_>) {
        self.message.0.clear();
        let (live, development) = (context.is_live(), context.is_development());
        self.message.word(word).word(u32::from(live)).word(u32::from(development)).number(context.paused_ns());
    }
}

/// The number of a refusal in a message; 0: it was written.
fn refusal_number(written: Result<(), Unwritten>) -> u32 {
    match written {
        Ok(()) => 0,
        Err(Unwritten::NoOutput) => 1,
        Err(Unwritten::NotOwn) => 2,
        Err(Unwritten::OtherKind) => 3,
        Err(Unwritten::NoRoom) => 4,
    }
}

impl Stage for Proxy {
    fn process(&mut self, context: &mut StageContext<'_>) -> Result<(), Fault> {
        self.begin(call::PROCESS, context);
        if self.offer(context).is_none() {
            return Err(Fault("the system refuses its process the memory of a pool".into()));
        }
        let limit = self.limit();
        let done = self.exchange(Some(&mut *context), limit).map(|_| ());
        // What it took and did not live to tell is lost with the call.
        if let Some(input) = self.offered.take().filter(|_| done.is_err() && self.guest.desk.is_taken()) {
            context.take_offered(input);
        }
        done
    }

    fn flush(&mut self, context: &mut StageContext<'_>) -> Result<bool, Fault> {
        self.begin(call::FLUSH, context);
        let limit = self.limit();
        Ok(self.exchange(Some(context), limit)?.status == 1)
    }

    fn control(&mut self, context: &mut StageContext<'_>, values: &[(String, Value)]) -> Result<(), String> {
        self.begin(call::CONTROL, context);
        put_values(&mut self.message, values);
        let limit = self.limit();
        self.exchange(Some(context), limit).map(|_| ()).map_err(|fault| fault.0)
    }

    fn command(&mut self, context: &mut StageContext<'_>, name: &str, json: &str) -> Result<String, String> {
        self.begin(call::COMMAND, context);
        self.message.text(name).text(json);
        let limit = self.limit();
        let returned = self.exchange(Some(context), limit).map_err(|fault| fault.0)?;
        String::from_utf8(returned.bytes).map_err(|_| "its answer is not UTF-8".into())
    }

    fn snapshot(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        self.message = Message::of(call::SNAPSHOT);
        let limit = self.limit();
        let mut returned = self.exchange(None, limit).map_err(|fault| fault.0)?;
        out.append(&mut returned.bytes);
        Ok(())
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        self.message = Message::of(call::RESTORE);
        self.message.bytes(state);
        let limit = self.limit();
        self.exchange(None, limit).map(|_| ()).map_err(|fault| fault.0)
    }

    fn figures(&mut self, out: &mut Vec<f64>) -> Result<(), String> {
        out.extend_from_slice(self.figures.as_ref().map_err(String::clone)?);
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        if self.loss.is_some() || self.guest.desk.has_ended() || self.guest.desk.is_given_up() {
            return Ok(());
        }
        self.message = Message::of(call::DESTROY);
        self.exchange(None, LEAVE).map(|_| ()).map_err(|fault| fault.0)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if self.loss.is_some() || self.guest.desk.has_ended() {
            return;
        }
        self.message = Message::of(call::LEAVE);
        let said = self.guest.desk.send(&self.message.0, &mut self.patience, Some(Instant::now() + LEAVE));
        // One that does not leave is killed with the guest.
        let _ = said.is_ok() && self.guest.wait(LEAVE);
    }
}
