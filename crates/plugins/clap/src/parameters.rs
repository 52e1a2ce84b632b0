//! The parameters of a plugin: their ranges, the names by which they are found, and values as numbers or texts.

use std::ffi::{CString, c_char, c_void};

use clap_sys::ext::params::{
    CLAP_EXT_PARAMS, CLAP_PARAM_IS_HIDDEN, CLAP_PARAM_IS_READONLY, CLAP_PARAM_IS_STEPPED, clap_param_info,
    clap_plugin_params,
};
use clap_sys::id::clap_id;
use serde_json::{Value, json};

use crate::instance::Instance;
use crate::texts::{list_some, text_at, text_in};

/// Most parameters that are looked at.
const MOST: u32 = 65_536;

/// Most values of a parameter that are told one by one.
const MOST_STEPS: f64 = 64.0;

/// A parameter.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) id: clap_id,
    pub(crate) name: String,
    /// The group in which it stands, with `/` between levels.
    pub(crate) module: String,
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
    pub(crate) default: f64,
    pub(crate) is_stepped: bool,
    pub(crate) is_hidden: bool,
    /// The plugin alone changes it.
    pub(crate) is_read_only: bool,
    /// What the plugin finds it by.
    pub(crate) cookie: *mut c_void,
}

/// All parameters of a plugin, in its order.
pub(crate) struct Parameters {
    all: Vec<Parameter>,
}

impl Parameters {
    /// Asks a plugin for its parameters.
    pub(crate) fn read(instance: &Instance) -> Self {
        let calls = table(instance).and_then(|table| table.count.zip(table.get_info));
        let Some((count, get)) = calls else { return Self { all: Vec::new() } };
        // SAFETY: on the main thread, the plugin is initialised.
        let count = unsafe { count(instance.raw()) };
        let read = |index| {
            // SAFETY: numbers, texts and addresses, for which 0 is a value.
            let mut info: clap_param_info = unsafe { std::mem::zeroed() };
            // SAFETY: as above, with a place for the answer.
            unsafe { get(instance.raw(), index, &raw mut info) }.then(|| Parameter {
                id: info.id,
                name: text_in(&info.name),
                module: text_in(&info.module),
                minimum: info.min_value,
                maximum: info.max_value,
                default: info.default_value,
                is_stepped: info.flags & CLAP_PARAM_IS_STEPPED != 0,
                is_hidden: info.flags & CLAP_PARAM_IS_HIDDEN != 0,
                is_read_only: info.flags & CLAP_PARAM_IS_READONLY != 0,
                cookie: info.cookie,
            })
        };
        Self { all: (0..count.min(MOST)).filter_map(read).collect() }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.all.iter()
    }

    pub(crate) fn with_id(&self, id: clap_id) -> Option<&Parameter> {
        self.all.iter().find(|each| each.id == id)
    }

    /// The parameter of a name, whatever its case, of `module/name` where a name stands in several, or of an id in digits.
    ///
    /// # Errors
    ///
    /// There is none, and which there are.
    pub(crate) fn find(&self, key: &str) -> Result<&Parameter, String> {
        let is_name = |each: &&Parameter| each.name.eq_ignore_ascii_case(key);
        let mut named = self.all.iter().filter(is_name);
        match (named.next(), named.next()) {
            (Some(found), None) => return Ok(found),
            (Some(one), Some(other)) => {
                let (one, other) = (one.id, other.id);
                return Err(format!(
                    "it has several parameters \"{key}\", such as {one} and {other}; name one by its id or \"module/name\""
                ));
            }
            _ => {}
        }
        let is_path = |each: &&Parameter| format!("{}/{}", each.module, each.name).eq_ignore_ascii_case(key);
        let by_path = self.all.iter().find(is_path);
        let found = by_path.or_else(|| self.with_id(key.parse().ok()?));
        found.ok_or_else(|| {
            let known = list_some(self.all.iter().filter(|each| !each.is_hidden).map(|each| each.name.as_str()));
            format!("it has no parameter \"{key}\"; available: {known}")
        })
    }

    /// The value that a parameter is to have: a number in its range, a truth value for 1 or 0, or a text as the plugin reads
    /// it.
    ///
    /// # Errors
    ///
    /// Why it is refused.
    pub(crate) fn value(&self, instance: &Instance, parameter: &Parameter, wanted: &Value) -> Result<f64, String> {
        let Parameter { name, minimum, maximum, .. } = parameter;
        if parameter.is_read_only {
            return Err(format!("parameter \"{name}\" is one that the plugin alone changes"));
        }
        let value = match wanted {
            Value::Number(number) => number.as_f64(),
            Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
            Value::String(text) => Some(self.value_of(instance, parameter, text)?),
            _ => None,
        };
        let value = value.ok_or_else(|| format!("parameter \"{name}\" is {wanted}, wanted a number or a text"))?;
        // Ranges are told with the digits of 32-bit numbers.
        if !(*minimum as f32..=*maximum as f32).contains(&(value as f32)) {
            return Err(format!("parameter \"{name}\" is {wanted}, wanted {minimum} to {maximum}"));
        }
        let value = value.clamp(*minimum, *maximum);
        Ok(if parameter.is_stepped { value.round() } else { value })
    }

    fn value_of(&self, instance: &Instance, parameter: &Parameter, text: &str) -> Result<f64, String> {
        let mut value = 0.0;
        let written = CString::new(text).unwrap_or_default();
        let call = table(instance).and_then(|table| table.text_to_value);
        // SAFETY: on the main thread, with a text and a place that live during the call.
        let is_read =
            call.is_some_and(|call| unsafe { call(instance.raw(), parameter.id, written.as_ptr(), &raw mut value) });
        if is_read && value.is_finite() {
            return Ok(value);
        }
        let name = &parameter.name;
        let shown = self
            .text(instance, parameter, parameter.default)
            .map_or(String::new(), |text| format!(", such as {text:?}"));
        Err(format!(
            "the plugin does not understand {text:?} for parameter \"{name}\"; wanted a number from {} to {}, or a text{shown}",
            parameter.minimum, parameter.maximum
        ))
    }

    /// A value as the plugin shows it.
    pub(crate) fn text(&self, instance: &Instance, parameter: &Parameter, value: f64) -> Option<String> {
        let call = table(instance)?.value_to_text?;
        let mut text: [c_char; 256] = [0; 256];
        let room = text.len() as u32 - 1;
        // SAFETY: on the main thread, with room for so many bytes.
        let is_written = unsafe { call(instance.raw(), parameter.id, value, text.as_mut_ptr(), room) };
        // SAFETY: the last byte is 0.
        is_written.then(|| unsafe { text_at(text.as_ptr()) })
    }

    /// The values of a parameter that has few, as the plugin shows them.
    fn steps(&self, instance: &Instance, parameter: &Parameter) -> Option<Vec<String>> {
        let Parameter { minimum, maximum, is_stepped, .. } = *parameter;
        let is_short = is_stepped && (0.0..MOST_STEPS).contains(&(maximum - minimum));
        let values = (0..=(maximum - minimum) as u32).map(|step| minimum + f64::from(step));
        is_short.then(|| values.map(|value| self.text(instance, parameter, value)).collect())?
    }

    /// The value that a parameter has.
    pub(crate) fn current(&self, instance: &Instance, parameter: &Parameter) -> Option<f64> {
        let mut value = parameter.default;
        let call = table(instance)?.get_value?;
        // SAFETY: on the main thread, with a place for the answer.
        unsafe { call(instance.raw(), parameter.id, &raw mut value) }.then_some(value)
    }

    /// What people and programs are told of the parameters, with the values that they have.
    pub(crate) fn describe(&self, instance: &Instance) -> Value {
        let describe = |each: &Parameter| {
            let value = self.current(instance, each).unwrap_or(each.default);
            json!({
                "id": each.id,
                "name": each.name,
                "module": each.module,
                "minimum": each.minimum,
                "maximum": each.maximum,
                "default": each.default,
                "stepped": each.is_stepped,
                "readOnly": each.is_read_only,
                "value": value,
                "text": self.text(instance, each, value),
                "steps": self.steps(instance, each),
            })
        };
        self.all.iter().filter(|each| !each.is_hidden).map(describe).collect()
    }
}

/// The functions of a plugin for its parameters.
pub(crate) fn table(instance: &Instance) -> Option<&'static clap_plugin_params> {
    instance.extension(CLAP_EXT_PARAMS)
}
