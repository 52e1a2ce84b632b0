//! Where the pointer is, and how it looks (XFIXES).

use std::sync::Arc;

use x11rb::protocol::xfixes::{ConnectionExt, CursorNotifyMask};
use x11rb::protocol::xproto::{ConnectionExt as _, Window};

use super::area::Area;
use super::server::{Failure, Server};
use crate::shot::Cursor;

/// How the pointer looks.
struct Look {
    hot: (i32, i32),
    width: usize,
    pixels: Arc<[u8]>,
}

/// The pointer.
pub(crate) struct Pointer {
    look: Option<Look>,
    /// It looks different now.
    pub(crate) stale: bool,
}

impl Pointer {
    /// Has the server tell when the pointer changes. The server has XFIXES of 2 or later, and was asked for its version.
    pub(crate) fn follow(server: &Server) -> Result<Self, Failure> {
        server.link.xfixes_select_cursor_input(server.screen.root, CursorNotifyMask::DISPLAY_CURSOR)?;
        Ok(Self { look: None, stale: true })
    }

    /// The pointer as an area of a window shows it. `None`: it is elsewhere, or invisible.
    pub(crate) fn seen(
        &mut self,
        server: &Server,
        at: Option<(i32, i32)>,
        area: Area,
    ) -> Result<Option<Cursor>, Failure> {
        let Some((x, y)) = at else { return Ok(None) };
        if std::mem::take(&mut self.stale) {
            self.look = match server.link.xfixes_get_cursor_image()?.reply().map_err(Failure::from) {
                Ok(found) => Some(Look {
                    hot: (i32::from(found.xhot), i32::from(found.yhot)),
                    width: usize::from(found.width),
                    pixels: found.cursor_image.iter().flat_map(|pixel| pixel.to_le_bytes()).collect(),
                }),
                Err(Failure::Refused(_)) => None,
                Err(lost) => return Err(lost),
            };
        }
        let Some(look) = self.look.as_ref().filter(|look| look.width > 0) else { return Ok(None) };
        let (left, top) = (x - look.hot.0 - area.x as i32, y - look.hot.1 - area.y as i32);
        let height = look.pixels.len() / (look.width * crate::shot::PIXEL);
        let meets = |from: i32, length: usize, whole: u32| from < whole as i32 && from + length as i32 > 0;
        let visible = meets(left, look.width, area.width) && meets(top, height, area.height);
        Ok(visible.then(|| Cursor { left, top, width: look.width, pixels: Arc::clone(&look.pixels) }))
    }
}

/// Where the pointer is in a window of a size. `None`: it is outside of it, or on another screen.
pub(crate) fn place(
    server: &Server,
    window: Window,
    (width, height): (u32, u32),
) -> Result<Option<(i32, i32)>, Failure> {
    let found = server.link.query_pointer(window)?.reply()?;
    let (x, y) = (i32::from(found.win_x), i32::from(found.win_y));
    let inside = (0..width as i32).contains(&x) && (0..height as i32).contains(&y);
    Ok((found.same_screen && inside).then_some((x, y)))
}
