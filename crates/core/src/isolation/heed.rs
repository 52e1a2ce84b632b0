//! What a guest notes, done by the host.

use crate::lane::{Frame, Presented, StageContext};

use super::wire::{Words, note};

/// Does what a guest has noted. `None`: it makes no sense.
pub(super) fn heed(word: u32, words: &mut Words<'_>, context: &mut StageContext<'_>) -> Option<()> {
    match word {
        note::WRITE => {
            let (output, frame) = (words.word()?, Frame::from_entry(words.word()?));
            let kind = u8::try_from(words.word()?).ok();
            // The guest has been told that there is room.
            context.write_of(output, frame, kind).ok()?;
        }
        note::TAKE => _ = context.take_offered(words.word()?)?,
        note::RELEASE => _ = context.release(Frame::from_entry(words.word()?)),
        note::WAIT_UNTIL => context.wait_until_ns(words.number()?),
        note::RUN_AGAIN => context.run_again(),
        note::FINISH => context.finish(),
        note::PROGRESS => {
            let (done_ns, total_ns) = (words.number()?, words.number()?);
            context.progress(done_ns, total_ns);
        }
        note::LOG => {
            let level = words.word()?;
            context.log(level, words.text()?.to_owned());
        }
        note::PRESENT => {
            let (group, kind) = (words.text()?.to_owned(), words.word()?);
            context.present(&group, kind, Presented { pts_ns: words.number()?, at_ns: words.number()? });
        }
        note::EMIT => {
            let name = words.text()?.to_owned();
            context.emit(name, words.text()?.to_owned());
        }
        _ => return None,
    }
    Some(())
}
