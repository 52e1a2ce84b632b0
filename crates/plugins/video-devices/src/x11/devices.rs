//! What can be captured and shown on: the X server that `DISPLAY` names, and its windows.

use serde_json::{Value, json};
use x11rb::protocol::xproto::ConnectionExt;

use super::server::Server;
use super::windows::list;

/// The server, as JSON that `Stage::DEVICES` gives.
pub(crate) fn servers() -> String {
    connect().map_or_else(|| "[]".to_owned(), |server| Value::from(vec![whole(&server)]).to_string())
}

/// The server and its windows, the uppermost first.
pub(crate) fn screens() -> String {
    let Some(server) = connect() else { return "[]".to_owned() };
    let mut all = vec![whole(&server)];
    for window in list(&server).unwrap_or_default().into_iter().rev() {
        let geometry = server.link.get_geometry(window.number).ok().and_then(|cookie| cookie.reply().ok());
        let formats: Vec<String> = geometry.iter().map(|found| size(found.width, found.height)).collect();
        let (name, label) = (format!("{:#x}", window.number), window.title);
        all.push(json!({"name": name, "label": label, "isDefault": false, "formats": formats}));
    }
    Value::from(all).to_string()
}

/// Without a server there is nothing to list.
fn connect() -> Option<Server> {
    Server::connect("", &std::sync::Arc::default()).ok()
}

fn whole(server: &Server) -> Value {
    let screen = &server.screen;
    let size = size(screen.width_in_pixels, screen.height_in_pixels);
    json!({"name": server.name.trim_matches('"'), "label": "whole screen", "isDefault": true, "formats": [size]})
}

fn size(width: u16, height: u16) -> String {
    format!("{width} × {height}")
}
