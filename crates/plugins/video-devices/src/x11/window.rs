//! A window of its own, whose pixels are written into memory that the server reads.

use std::os::fd::{AsRawFd, RawFd};

use x11rb::connection::{Connection, RequestConnection};
use x11rb::protocol::Event;
use x11rb::protocol::shm::ConnectionExt as _;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux,
    EventMask, Gcontext, ImageFormat, PropMode, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

use super::layout;
use super::server::{Failure, Server};
use super::shared_memory::Store;
use crate::shot::PIXEL;

/// What is said of a change of `_NET_WM_STATE`: by an ordinary program.
const BY_PROGRAM: u32 = 1;

/// What has happened to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowEvent {
    /// Its size is another one, or a part of it is seen again.
    Changed,
    /// The user wants it closed.
    Closed,
    /// It is not there any more.
    Gone,
}

/// Names that the server has numbers for.
struct Atoms {
    protocols: Atom,
    delete: Atom,
    state: Atom,
    full_screen: Atom,
}

/// The window.
pub(crate) struct XWindow {
    server: Server,
    window: Window,
    context: Gcontext,
    atoms: Atoms,
    /// A manager of windows does what is asked for by `_NET_WM_STATE`.
    is_managed: bool,
    size: (u32, u32),
    is_full_screen: bool,
    /// Its place and size before it had the full screen, where no manager knows them.
    before: Option<[i32; 4]>,
    pixels: Option<Store>,
}

impl XWindow {
    /// Checks that a server shows pixels as they are written.
    ///
    /// # Errors
    ///
    /// What it has instead, and what to do.
    pub(crate) fn check(server: &Server) -> Result<(), String> {
        layout::check(server, server.screen.root_depth, server.screen.root_visual)
    }

    /// Makes a window and shows it.
    pub(crate) fn open(server: Server, title: &str, size: (u32, u32), full_screen: bool) -> Result<Self, Failure> {
        let link = &server.link;
        let (window, context) = (link.generate_id()?, link.generate_id()?);
        let atoms = Atoms {
            protocols: atom(&server, b"WM_PROTOCOLS")?,
            delete: atom(&server, b"WM_DELETE_WINDOW")?,
            state: atom(&server, b"_NET_WM_STATE")?,
            full_screen: atom(&server, b"_NET_WM_STATE_FULLSCREEN")?,
        };
        let events = EventMask::STRUCTURE_NOTIFY | EventMask::EXPOSURE;
        let values = CreateWindowAux::new().background_pixel(0).event_mask(events);
        let (width, height) = (size.0 as u16, size.1 as u16);
        let kind = WindowClass::INPUT_OUTPUT;
        link.create_window(0, window, server.screen.root, 0, 0, width, height, 0, kind, 0, &values)?.check()?;
        link.create_gc(context, window, &CreateGCAux::new().graphics_exposures(0))?;
        let (name, utf8) = (atom(&server, b"_NET_WM_NAME")?, atom(&server, b"UTF8_STRING")?);
        link.change_property8(PropMode::REPLACE, window, name, utf8, title.as_bytes())?;
        link.change_property8(PropMode::REPLACE, window, AtomEnum::WM_NAME, utf8, title.as_bytes())?;
        link.change_property8(PropMode::REPLACE, window, AtomEnum::WM_CLASS, AtomEnum::STRING, b"sluice\0Sluice\0")?;
        link.change_property32(PropMode::REPLACE, window, atoms.protocols, AtomEnum::ATOM, &[atoms.delete])?;
        let is_managed = is_managed(&server)?;
        let mut own = Self {
            server,
            window,
            context,
            atoms,
            is_managed,
            size,
            is_full_screen: false,
            before: None,
            pixels: None,
        };
        if full_screen && is_managed {
            let Atoms { state, full_screen, .. } = own.atoms;
            own.server.link.change_property32(PropMode::REPLACE, window, state, AtomEnum::ATOM, &[full_screen])?;
            own.is_full_screen = true;
        }
        own.server.link.map_window(window)?.check()?;
        own.set_full_screen(full_screen)?;
        Ok(own)
    }

    /// Its width and height, pixels.
    pub(crate) fn size(&self) -> (u32, u32) {
        self.size
    }

    /// What can be read when something has happened.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.server.link.stream().as_raw_fd()
    }

    /// Its pixels: blue, green, red and a byte more, row by row.
    pub(crate) fn pixels(&mut self) -> Result<&mut [u8], Failure> {
        let length = self.size.0 as usize * self.size.1 as usize * PIXEL;
        let store = match self.pixels.take() {
            Some(store) if store.length() >= length => store,
            old => {
                if let Some(old) = old {
                    old.give_up(&self.server)?;
                }
                Store::new(&self.server, length)?
            }
        };
        Ok(&mut self.pixels.insert(store).bytes_mut()[..length])
    }

    /// Shows the pixels, and waits until the server has them.
    pub(crate) fn show(&mut self) -> Result<(), Failure> {
        let link = &self.server.link;
        let (width, height) = (self.size.0 as u16, self.size.1 as u16);
        let depth = self.server.screen.root_depth;
        match &self.pixels {
            Some(Store::Shared(segment)) => {
                let format = ImageFormat::Z_PIXMAP.into();
                let (window, context, number) = (self.window, self.context, segment.number);
                link.shm_put_image(
                    window, context, width, height, 0, 0, width, height, 0, 0, depth, format, false, number, 0,
                )?
                .check()?;
            }
            Some(Store::Own(bytes, _)) => {
                let stride = self.size.0 as usize * PIXEL;
                let most = (link.maximum_request_bytes() - 64) / stride.max(1);
                let rows = &bytes[..stride * self.size.1 as usize];
                let mut top = 0;
                for part in rows.chunks(stride * most.max(1)) {
                    let high = (part.len() / stride) as u16;
                    let format = ImageFormat::Z_PIXMAP;
                    link.put_image(format, self.window, self.context, width, high, 0, top, 0, depth, part)?;
                    top += high as i16;
                }
                link.sync()?;
            }
            None => {}
        }
        Ok(())
    }

    /// What has happened, if anything has.
    pub(crate) fn next_event(&mut self) -> Result<Option<WindowEvent>, Failure> {
        while let Some(event) = self.server.link.poll_for_event()? {
            match event {
                Event::ConfigureNotify(told) if told.window == self.window => {
                    let size = (told.width.into(), told.height.into());
                    if size != self.size {
                        self.size = size;
                        return Ok(Some(WindowEvent::Changed));
                    }
                }
                Event::Expose(told) if told.count == 0 => return Ok(Some(WindowEvent::Changed)),
                Event::ClientMessage(told) => {
                    let is_close = told.type_ == self.atoms.protocols && told.format == 32;
                    if is_close && told.data.as_data32()[0] == self.atoms.delete {
                        return Ok(Some(WindowEvent::Closed));
                    }
                }
                Event::DestroyNotify(told) if told.window == self.window => return Ok(Some(WindowEvent::Gone)),
                _ => {}
            }
        }
        Ok(None)
    }

    /// Gives the window the full screen, or takes it away.
    pub(crate) fn set_full_screen(&mut self, full_screen: bool) -> Result<(), Failure> {
        if full_screen == self.is_full_screen {
            return Ok(());
        }
        let link = &self.server.link;
        if self.is_managed {
            let data = [u32::from(full_screen), self.atoms.full_screen, 0, BY_PROGRAM, 0];
            let message = ClientMessageEvent::new(32, self.window, self.atoms.state, data);
            let whom = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
            link.send_event(false, self.server.screen.root, whom, message)?;
        } else {
            let screen = &self.server.screen;
            let whole = [0, 0, screen.width_in_pixels.into(), screen.height_in_pixels.into()];
            let wanted = if full_screen {
                let found = link.get_geometry(self.window)?.reply()?;
                self.before = Some([found.x.into(), found.y.into(), found.width.into(), found.height.into()]);
                whole
            } else {
                self.before.take().unwrap_or(whole)
            };
            let [x, y, width, height] = wanted;
            let values = ConfigureWindowAux::new().x(x).y(y).width(width as u32).height(height as u32);
            link.configure_window(self.window, &values)?;
        }
        link.flush()?;
        self.is_full_screen = full_screen;
        Ok(())
    }
}

fn atom(server: &Server, name: &[u8]) -> Result<Atom, Failure> {
    Ok(server.link.intern_atom(false, name)?.reply()?.atom)
}

/// Whether a manager of windows is there that follows the conventions of freedesktop.org (EWMH).
fn is_managed(server: &Server) -> Result<bool, Failure> {
    let name = atom(server, b"_NET_SUPPORTING_WM_CHECK")?;
    let root = server.screen.root;
    let found = server.link.get_property(false, root, name, AtomEnum::WINDOW, 0, 1)?.reply()?;
    Ok(found.value_len > 0)
}
