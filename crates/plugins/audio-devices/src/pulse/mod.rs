//! PulseAudio, and PipeWire by its server for programs of PulseAudio.

mod address;
mod catalogue;
mod connection;
mod playback;
mod record;
mod stream;

use crate::device::{Backend, Direction, Listed, Mover, Wish};
use crate::intake::Intake;
use crate::link::{Format, Link};
use crate::outlet::Outlet;
use crate::trouble::Trouble;

use catalogue::Catalogue;
use connection::Connection;

/// The backend.
pub(crate) struct Pulse;

impl Backend for Pulse {
    fn find(&self, direction: Direction, device: &str) -> Result<Format, Trouble> {
        let mut connection = Connection::open("Sluice")?;
        Catalogue::ask(&mut connection, direction)?.find(device).map(|found| found.format)
    }

    fn list(&self, direction: Direction) -> Result<Vec<Listed>, Trouble> {
        let mut connection = Connection::open("Sluice")?;
        Ok(Catalogue::ask(&mut connection, direction)?.devices)
    }
}

impl Mover for Pulse {
    fn play(&self, wish: &Wish, outlet: &mut Outlet, link: &Link) -> Result<(), Trouble> {
        playback::play(wish, outlet, link)
    }

    fn record(&self, wish: &Wish, intake: &mut Intake, link: &Link) -> Result<(), Trouble> {
        record::record(wish, intake, link)
    }
}
