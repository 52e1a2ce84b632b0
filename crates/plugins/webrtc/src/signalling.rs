//! The commands by which a stage is given what peers offer: their names and arguments, as JSON.

use serde_json::{Value, json};

use crate::endpoint::{Endpoint, Refusal};

/// Does a command of either stage: `offer { sdp }` answers `{ id, sdp }`, `candidate { id, candidate }` adds a way to the
/// peer, `leave { id }` ends its connection. Where there is no room or no such connection, which is to be expected, the
/// answer is `{ refused: "full" | "unknown", why }`.
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
            let answered = endpoint.offer(argument("sdp")?);
            answer(answered.map(|answer| json!({ "id": answer.id, "sdp": answer.sdp })))
        }
        "candidate" => answer(endpoint.candidate(argument("id")?, argument("candidate")?).map(|()| Value::Null)),
        "leave" => answer(endpoint.leave(argument("id")?).map(|()| Value::Null)),
        _ => Err(format!("there is no command \"{name}\"; there are \"offer\", \"candidate\" and \"leave\"")),
    }
}

fn answer(answer: Result<Value, Refusal>) -> Result<String, String> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(Refusal::Full(why)) => json!({ "refused": "full", "why": why }),
        Err(Refusal::Unknown(why)) => json!({ "refused": "unknown", "why": why }),
        Err(Refusal::Wrong(why)) => return Err(why),
    };
    Ok(answer.to_string())
}
