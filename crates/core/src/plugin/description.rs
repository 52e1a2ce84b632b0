//! What a plugin says of its stages, as JSON for the control isolate.

use std::fmt::Write;

use crate::lane::stage::Cadence;

use super::loaded_stage::{LoadedStage, Port};

/// The stages in the order in which the plugin has them.
pub(super) fn describe(stages: &[LoadedStage]) -> String {
    format!("{{\"stages\":{}}}", list(stages, stage))
}

fn stage(stage: &LoadedStage) -> String {
    let mode = match stage.cadence {
        Cadence::Push => "push",
        Cadence::Loop => "loop",
        Cadence::External => "external",
    };
    format!(
        "{{\"id\":{},\"name\":{},\"version\":{},\"doc\":{},\"mode\":\"{mode}\",\"config\":{},\"inputs\":{},\
         \"outputs\":{},\"figures\":{}}}",
        quote(&stage.id),
        quote(&stage.name),
        quote(&stage.version),
        quote(&stage.doc),
        maybe(stage.config_schema.as_deref()),
        list(&stage.inputs, port),
        list(&stage.outputs, port),
        list(&stage.figures, |name| quote(name)),
    )
}

fn port(port: &Port) -> String {
    let Port { name, doc, schema, formats, kind, optional, burst } = port;
    format!(
        "{{\"name\":{},\"doc\":{},\"schema\":{},\"formats\":{},\"kind\":{kind},\"optional\":{optional},\"burst\":{burst}}}",
        quote(name),
        quote(doc),
        maybe(schema.as_deref()),
        list(formats, u32::to_string),
    )
}

fn list<T>(items: &[T], one: impl Fn(&T) -> String) -> String {
    format!("[{}]", items.iter().map(one).collect::<Vec<_>>().join(","))
}

fn maybe(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), quote)
}

/// A text in JSON (RFC 8259, section 7).
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            // Writing to a string cannot fail.
            control if u32::from(control) < 0x20 => _ = write!(out, "\\u{:04x}", u32::from(control)),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quote_escapes_what_json_does_not_allow() {
        assert_eq!(quote("a\"b\\c\n\u{1}µ"), "\"a\\\"b\\\\c\\u000a\\u0001µ\"");
    }
}
