//! What an input shows besides the first: the newest of its pictures, for as long as no other one comes. One that stays, such
//! as a logo, is kept as bytes too, so that it can be made again where the device is lost.
//!
//! [`Other::show`] reads a picture back once, and waits for that; it allocates then.

use std::sync::Arc;

use crate::lane::Lane;
use crate::picture::{Counts, Measures, Picture};

/// How often a picture is drawn until it counts as one that stays. Those of an input that is up to so many times slower than
/// the first one are not read back.
const STAYS: u32 = 4;

/// The picture of an input.
#[derive(Default)]
pub(crate) struct Other {
    picture: Option<Arc<Picture>>,
    /// How often it was drawn.
    drawn: u32,
    kept: Option<(Measures, Vec<u8>)>,
}

impl Other {
    /// Takes the next one, or none.
    pub(crate) fn set(&mut self, picture: Option<Arc<Picture>>) {
        *self = Self { picture, ..Self::default() };
    }

    /// The picture, which is drawn once more.
    pub(crate) fn show(&mut self) -> Option<Arc<Picture>> {
        let picture = self.picture.as_ref()?;
        self.drawn = self.drawn.saturating_add(1);
        if self.drawn == STAYS {
            self.kept = picture.bytes().map(|bytes| (picture.measures, bytes));
        }
        Some(Arc::clone(picture))
    }

    /// Goes on with another device. `false`: there was a picture, and it is gone.
    ///
    /// # Errors
    ///
    /// The device takes no such picture.
    pub(crate) fn follow_device(&mut self, lane: &Arc<Lane>, counts: &Arc<Counts>) -> Result<bool, String> {
        let was_there = self.picture.take().is_some();
        let Some((measures, bytes)) = &self.kept else { return Ok(!was_there) };
        // Where this device is lost as well, the next one gets it.
        self.picture = Picture::again(lane, counts, *measures, bytes)?;
        Ok(true)
    }
}
