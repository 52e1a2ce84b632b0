//! What host and guest say to each other: words, numbers and texts one after the other, in the byte order of the machine.

/// What the host asks of the guest.
pub(super) mod call {
    pub(crate) const CREATE: u32 = 1;
    pub(crate) const PROCESS: u32 = 2;
    pub(crate) const FLUSH: u32 = 3;
    pub(crate) const CONTROL: u32 = 4;
    pub(crate) const COMMAND: u32 = 5;
    pub(crate) const SNAPSHOT: u32 = 6;
    pub(crate) const RESTORE: u32 = 7;
    pub(crate) const LEAVE: u32 = 8;
    pub(crate) const DESTROY: u32 = 9;
}

/// How a call ends: the last of a guest's message.
pub(super) mod outcome {
    pub(crate) const DONE: u32 = 1;
    pub(crate) const FAULT: u32 = 2;
    pub(crate) const PANIC: u32 = 3;
}

/// What a guest asks for while a call runs, and waits for: the last of its message.
pub(super) mod request {
    pub(crate) const READ: u32 = 16;
    pub(crate) const PEEK: u32 = 17;
    pub(crate) const ACQUIRE: u32 = 18;
    pub(crate) const WRITABLE: u32 = 19;
    pub(crate) const WRITE: u32 = 20;
    pub(crate) const FORWARD: u32 = 21;
    pub(crate) const MAY_WRITE: u32 = 22;
    pub(crate) const INPUT_STATE: u32 = 23;
    pub(crate) const SYNC: u32 = 24;
    pub(crate) const LOOK: u32 = 25;
    pub(crate) const PRESENTED: u32 = 26;
    pub(crate) const IS_LINKED: u32 = 27;
}

/// What a guest notes, and has the host do before what it asks for next.
pub(super) mod note {
    pub(crate) const WRITE: u32 = 32;
    pub(crate) const RELEASE: u32 = 34;
    pub(crate) const WAIT_UNTIL: u32 = 35;
    pub(crate) const RUN_AGAIN: u32 = 36;
    pub(crate) const FINISH: u32 = 37;
    pub(crate) const PROGRESS: u32 = 38;
    pub(crate) const LOG: u32 = 39;
    pub(crate) const TAKE: u32 = 33;
    pub(crate) const EMIT: u32 = 40;
    pub(crate) const PRESENT: u32 = 41;
}

/// A message that is being written.
#[derive(Default)]
pub(super) struct Message(pub(super) Vec<u8>);

impl Message {
    /// A message that begins with a word.
    pub(super) fn of(word: u32) -> Self {
        let mut message = Self::default();
        message.word(word);
        message
    }

    pub(super) fn word(&mut self, word: u32) -> &mut Self {
        self.0.extend_from_slice(&word.to_ne_bytes());
        self
    }

    pub(super) fn words(&mut self, words: &[u32]) -> &mut Self {
        words.iter().for_each(|&word| _ = self.word(word));
        self
    }

    pub(super) fn number(&mut self, number: f64) -> &mut Self {
        self.0.extend_from_slice(&number.to_ne_bytes());
        self
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.word(bytes.len() as u32);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }
}

/// What is left of a message. Everything that it gives is `None` where the message is at its end, or makes no sense.
pub(super) struct Words<'a>(pub(super) &'a [u8]);

impl<'a> Words<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(count)?;
        self.0 = left;
        Some(taken)
    }

    pub(super) fn word(&mut self) -> Option<u32> {
        Some(u32::from_ne_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(super) fn number(&mut self) -> Option<f64> {
        Some(f64::from_ne_bytes(self.take(8)?.try_into().ok()?))
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.word()? as usize;
        self.take(count)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_give_what_was_written_and_nothing_behind_the_end() {
        let mut message = Message::of(call::PROCESS);
        message.number(1.5).text("µ").words(&[7, 8]);
        let mut words = Words(&message.0);
        assert_eq!(words.word(), Some(call::PROCESS));
        assert_eq!(words.number(), Some(1.5));
        assert_eq!(words.text(), Some("µ"));
        assert_eq!([words.word(), words.word(), words.word()], [Some(7), Some(8), None]);
        let mut long = Words(&[255, 255, 255, 255, 1]);
        assert_eq!(long.text(), None);
    }
}
