//! States: what a plugin saves of itself, or the values of its parameters where it saves nothing; and what an instance that
//! takes another one's place goes on from, which is that and the settings that the old one has followed.

use serde_json::{Map, Value, json};

use crate::base64;
use crate::events::Event;
use crate::instance::Instance;
use crate::parameters::Parameters;

/// The state of a plugin.
pub(crate) fn save(instance: &Instance, parameters: &Parameters) -> Result<Vec<u8>, String> {
    if instance.has_state() {
        return instance.save().ok_or_else(|| "it cannot save its state".into());
    }
    let value = |parameter| Some(parameter).zip(parameters.current(instance, parameter));
    let all = parameters.iter().filter(|each| !each.is_read_only).filter_map(value);
    let values: Value = all.map(|(each, value)| json!([each.id, value])).collect();
    Ok(json!({ "values": values }).to_string().into_bytes())
}

/// Has a plugin go on from a state.
///
/// # Returns
///
/// The values that are to be set beside, for a plugin that saves nothing itself.
///
/// # Errors
///
/// Why not.
pub(crate) fn load(instance: &Instance, parameters: &Parameters, state: &[u8]) -> Result<Vec<Event>, String> {
    if instance.has_state() {
        return instance.load(state).map(|()| Vec::new());
    }
    let values = read_values(state).ok_or("it saves nothing itself, and the state has no values of its parameters")?;
    let event = |(id, value): (u32, f64)| {
        let parameter = parameters.with_id(id)?;
        let value = value.clamp(parameter.minimum, parameter.maximum);
        Some(Event::parameter(parameter, value))
    };
    Ok(values.into_iter().filter_map(event).collect())
}

fn read_values(state: &[u8]) -> Option<Vec<(u32, f64)>> {
    let json: Value = serde_json::from_slice(state).ok()?;
    let pair = |value: &Value| Some((u32::try_from(value.get(0)?.as_u64()?).ok()?, value.get(1)?.as_f64()?));
    json.get("values")?.as_array()?.iter().map(pair).collect()
}

/// What an instance that takes another one's place goes on from.
pub(crate) struct Saved {
    /// The plugin's id: another plugin does not understand the state.
    pub(crate) id: String,
    /// The key `parameters` as the instance had it.
    pub(crate) settings: Map<String, Value>,
    pub(crate) state: Vec<u8>,
}

impl Saved {
    /// Writes it.
    pub(crate) fn write(&self) -> Vec<u8> {
        let Self { id, settings, state } = self;
        json!({ "id": id, "settings": settings, "state": base64::encode(state) }).to_string().into_bytes()
    }

    /// Reads what [`Saved::write`] has written. `None`: it is something else.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let json: Value = serde_json::from_slice(bytes).ok()?;
        Some(Self {
            id: json.get("id")?.as_str()?.into(),
            settings: json.get("settings")?.as_object()?.clone(),
            state: base64::decode(json.get("state")?.as_str()?).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_anything_else_is_not() {
        let mut saved = Saved { id: "a.b".into(), settings: Map::new(), state: vec![0, 255] };
        saved.settings.insert("Gain".into(), json!(3));
        let read = Saved::read(&saved.write()).unwrap();
        assert_eq!((read.id, read.settings, read.state), (saved.id, saved.settings, saved.state));
        assert!(Saved::read(b"").is_none() && Saved::read(b"{\"id\":1}").is_none());
    }

    #[test]
    fn read_values_takes_pairs_of_an_id_and_a_number_alone() {
        assert_eq!(read_values(b"{\"values\":[[3,0.5],[7,-1]]}").unwrap(), [(3, 0.5), (7, -1.0)]);
        for wrong in ["", "{}", "{\"values\":[[3]]}", "{\"values\":[[-1,0]]}"] {
            assert!(read_values(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }
}
