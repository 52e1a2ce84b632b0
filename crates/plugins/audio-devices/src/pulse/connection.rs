//! A connection to the server, on one thread: messages of the native protocol, as the crate `pulseaudio` writes and
//! reads them, over a socket that is waited for together with the stage's bell.
//!
//! The crate's own client does not tell of silences, moves and ends of streams, which is why this one is here.

use std::ffi::CString;
use std::io::{Cursor, ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use pulseaudio::protocol::{
    self, AuthParams, AuthReply, Command, CommandReply, DESCRIPTOR_SIZE, MAX_VERSION, Prop, Props, ProtocolError,
    PulseError, SetClientNameReply,
};

use super::address::{Addresses, addresses};
use crate::bell::Bell;
use crate::trouble::Trouble;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// Length of the secret by which a user is known; the protocol wants so many bytes, whatever they are.
const COOKIE: usize = 256;

/// Bytes that are read at once.
const CHUNK: usize = 65_536;

/// No channel: a command.
const CONTROL: u32 = u32::MAX;

/// What has come, in the connection's memory.
pub(crate) enum Message {
    /// A command of the server's.
    Event(Box<Command>),
    /// The answer to the request of this number, a whole message, which [`Connection::parse`] reads.
    Answer(u32, Vec<u8>),
    /// The request of this number was refused.
    Refusal(u32, PulseError),
    /// Sound that was captured: so many bytes in [`Connection::sound`].
    Sound,
}

/// The connection.
pub(crate) struct Connection {
    socket: UnixStream,
    version: u16,
    next_number: u32,
    /// What has come and was not taken: from `start` on.
    come: Vec<u8>,
    start: usize,
    /// What the socket has not taken.
    to_go: Vec<u8>,
    sound: Vec<u8>,
}

impl Connection {
    /// Connects to the first server that is there.
    ///
    /// # Errors
    ///
    /// What was tried, and how it failed.
    pub(crate) fn open(name: &str) -> Result<Self, Trouble> {
        // SAFETY: the call takes and changes nothing.
        let user = unsafe { libc::geteuid() };
        let Addresses { paths, refused } = addresses(|key| std::env::var(key).ok(), user);
        let mut tried: Vec<String> =
            refused.iter().map(|each| format!("{each} is no socket of this machine")).collect();
        for path in &paths {
            match UnixStream::connect(path) {
                Ok(socket) => return Self::greet(socket, name),
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    return Err(Trouble::Denied(format!(
                        "the sound server at {} belongs to another user; run as that user",
                        path.display()
                    )));
                }
                Err(error) => tried.push(format!("unix:{} ({error})", path.display())),
            }
        }
        Err(Trouble::NoServer(format!("no sound server answers: tried {}", tried.join(", "))))
    }

    fn greet(socket: UnixStream, name: &str) -> Result<Self, Trouble> {
        socket.set_nonblocking(true).map_err(broken)?;
        let mut connection = Self {
            socket,
            version: MAX_VERSION,
            next_number: 0,
            come: Vec::new(),
            start: 0,
            to_go: Vec::new(),
            sound: Vec::new(),
        };
        let cookie = pulseaudio::cookie_path_from_env().and_then(|path| std::fs::read(path).ok());
        let cookie = cookie.filter(|bytes| bytes.len() == COOKIE).unwrap_or_else(|| vec![0; COOKIE]);
        let auth = AuthParams { version: MAX_VERSION, supports_shm: false, supports_memfd: false, cookie };
        let reply: AuthReply = connection.ask(&Command::Auth(auth)).map_err(|trouble| match trouble {
            Trouble::Denied(_) => Trouble::Denied(
                "the sound server does not know this user; set PULSE_COOKIE to the server's cookie".into(),
            ),
            other => other,
        })?;
        connection.version = MAX_VERSION.min(reply.version);
        let mut props = Props::new();
        props.set(Prop::ApplicationName, c"Sluice");
        props.set(Prop::MediaName, CString::new(name).unwrap_or_default());
        props.set(Prop::ApplicationProcessId, CString::new(std::process::id().to_string()).unwrap_or_default());
        let _: SetClientNameReply = connection.ask(&Command::SetClientName(props))?;
        Ok(connection)
    }

    /// Sends a command. Returns its number.
    ///
    /// # Errors
    ///
    /// The connection has ended.
    pub(crate) fn send(&mut self, command: &Command) -> Result<u32, Trouble> {
        let number = self.next_number;
        self.next_number = (self.next_number + 1) & 0x7fff_ffff;
        let mut message = Vec::with_capacity(256);
        protocol::encode_command_message(&mut message, number, command, self.version).map_err(garbled)?;
        self.to_go.extend_from_slice(&message);
        self.push()?;
        Ok(number)
    }

    /// Sends sound.
    ///
    /// # Errors
    ///
    /// As [`Connection::send`].
    pub(crate) fn send_sound(&mut self, channel: u32, samples: &[f32]) -> Result<(), Trouble> {
        let length = size_of_val(samples) as u32;
        let head = [length, channel, 0, 0, 0];
        self.to_go.extend(head.iter().flat_map(|word| word.to_be_bytes()));
        self.to_go.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        self.push()
    }

    /// Sends a command and waits for its answer. Events that come meanwhile are dropped: no stream is open yet.
    ///
    /// # Errors
    ///
    /// The connection has ended, the server refuses, or says nothing for [`ANSWER`].
    pub(crate) fn ask<R: CommandReply>(&mut self, command: &Command) -> Result<R, Trouble> {
        let wanted = self.send(command)?;
        let until = Instant::now() + ANSWER;
        loop {
            while let Some(message) = self.next()? {
                match message {
                    Message::Answer(number, bytes) if number == wanted => return self.parse(&bytes),
                    Message::Refusal(number, error) if number == wanted => return Err(refusal(error)),
                    _ => {}
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Trouble::Other(format!("the sound server has not answered for {} s", ANSWER.as_secs())));
            }
            self.wait(None, left)?;
        }
    }

    /// Reads an answer.
    ///
    /// # Errors
    ///
    /// It is garbled.
    pub(crate) fn parse<R: CommandReply>(&self, message: &[u8]) -> Result<R, Trouble> {
        protocol::read_reply_message(&mut Cursor::new(message), self.version).map(|(_, reply)| reply).map_err(garbled)
    }

    /// Waits until something has come, the bell was rung, or for so long.
    ///
    /// # Errors
    ///
    /// The connection has ended.
    pub(crate) fn wait(&mut self, bell: Option<&Bell>, limit: Duration) -> Result<(), Trouble> {
        let writing = if self.to_go.is_empty() { 0 } else { libc::POLLOUT };
        let rung = bell.and_then(Bell::descriptor).unwrap_or(-1);
        let mut entries = [
            libc::pollfd { fd: self.socket.as_raw_fd(), events: libc::POLLIN | writing, revents: 0 },
            libc::pollfd { fd: rung, events: libc::POLLIN, revents: 0 },
        ];
        let time = libc::timespec { tv_sec: limit.as_secs() as _, tv_nsec: limit.subsec_nanos().into() };
        // SAFETY: two entries, a time, and no set of signals.
        unsafe { libc::ppoll(entries.as_mut_ptr(), 2, &raw const time, std::ptr::null()) };
        if let (Some(bell), true) = (bell, entries[1].revents != 0) {
            bell.silence();
        }
        if entries[0].revents & libc::POLLOUT != 0 {
            self.push()?;
        }
        if entries[0].revents & !libc::POLLOUT != 0 {
            self.pull()?;
        }
        Ok(())
    }

    /// Takes the next message that has come.
    ///
    /// # Errors
    ///
    /// It is garbled.
    pub(crate) fn next(&mut self) -> Result<Option<Message>, Trouble> {
        let waiting = &self.come[self.start..];
        if waiting.len() < DESCRIPTOR_SIZE {
            return Ok(None);
        }
        let head = protocol::read_descriptor(&mut Cursor::new(waiting)).map_err(garbled)?;
        let end = DESCRIPTOR_SIZE + head.length as usize;
        if head.length as usize > protocol::MAX_MEMBLOCKQ_LENGTH {
            return Err(Trouble::Gone(format!("the sound server sends a message of {} bytes", head.length)));
        }
        if waiting.len() < end {
            return Ok(None);
        }
        let message = &waiting[..end];
        let found = if head.channel == CONTROL {
            let mut body = Cursor::new(&message[DESCRIPTOR_SIZE..]);
            match Command::read_tag_prefixed(&mut body, self.version) {
                Ok((number, Command::Reply)) => Message::Answer(number, message.to_vec()),
                Ok((number, Command::Error(error))) => Message::Refusal(number, error),
                Ok((_, command)) => Message::Event(Box::new(command)),
                // A command of a newer server that asks for nothing.
                Err(ProtocolError::Unimplemented(..)) => Message::Event(Box::new(Command::Timeout)),
                Err(error) => return Err(garbled(error)),
            }
        } else {
            self.sound.clear();
            self.sound.extend_from_slice(&message[DESCRIPTOR_SIZE..]);
            Message::Sound
        };
        self.start += end;
        if self.start == self.come.len() {
            self.come.clear();
            self.start = 0;
        }
        Ok(Some(found))
    }

    /// The newest sound that has come.
    pub(crate) fn sound(&self) -> &[u8] {
        &self.sound
    }

    /// Reads what is there.
    fn pull(&mut self) -> Result<(), Trouble> {
        self.come.drain(..self.start);
        self.start = 0;
        loop {
            let length = self.come.len();
            self.come.resize(length + CHUNK, 0);
            let outcome = self.socket.read(&mut self.come[length..]);
            self.come.truncate(length + *outcome.as_ref().unwrap_or(&0));
            match outcome {
                Ok(0) => return Err(Trouble::Gone("the sound server has closed the connection".into())),
                Ok(count) if count == CHUNK => {}
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(error)),
            }
        }
    }

    /// Writes what the socket takes.
    fn push(&mut self) -> Result<(), Trouble> {
        while !self.to_go.is_empty() {
            match self.socket.write(&self.to_go) {
                Ok(count) => drop(self.to_go.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(error)),
            }
        }
        Ok(())
    }
}

fn broken(error: std::io::Error) -> Trouble {
    Trouble::Gone(format!("the connection to the sound server has ended: {error}"))
}

fn garbled(error: ProtocolError) -> Trouble {
    Trouble::Gone(format!("the sound server does not keep to its protocol: {error}"))
}

/// What a refusal means where nothing more is known of it.
pub(crate) fn refusal(error: PulseError) -> Trouble {
    match error {
        PulseError::AccessDenied | PulseError::AuthKey => Trouble::Denied("the sound server refuses access".into()),
        PulseError::Killed | PulseError::ConnectionTerminated => Trouble::Gone("the sound server ended it".into()),
        PulseError::NotSupported | PulseError::Invalid => {
            Trouble::NoFormat(format!("the sound server refuses the format: {error}"))
        }
        other => Trouble::Other(format!("the sound server refuses: {other}")),
    }
}
