//! The commands by which a stage is given what peers offer: their names and arguments, as JSON.

use serde_json::{Value, json};

use crate::endpoint::Endpoint;

/// Does a command of either stage: `offer { sdp }` answers `{ id, sdp }`, `candidate { id, candidate }` adds a way to the
/// peer, `leave { id }` ends its connection.
///
/// # Errors
///
/// There is no such command or argument; or why the peer is refused.
pub(crate) fn command(endpoint: &Endpoint, name: &str, json: &str) -> Result<String, String> {
    let arguments: Value = serde_json::from_str(json).map_err(|error| format!("the arguments are no JSON: {error}"))?;
    let argument = |key: &str| {
        let found = arguments.get(key).and_then(Value::as_str);
        found.ok_or_else(|| format!("the command \"{name}\" wants \"{key}\", a text"))
    };
    match name {
        "offer" => {
            let answer = endpoint.offer(argument("sdp")?)?;
            Ok(json!({ "id": answer.id, "sdp": answer.sdp }).to_string())
        }
        "candidate" => endpoint.candidate(argument("id")?, argument("candidate")?).map(|()| "null".into()),
        "leave" => endpoint.leave(argument("id")?).map(|()| "null".into()),
        _ => Err(format!("there is no command \"{name}\"; there are \"offer\", \"candidate\" and \"leave\"")),
    }
}
