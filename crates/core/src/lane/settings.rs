//! The configuration of a stage, as numbers and texts.

/// A value of a configuration.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number, or a truth value as 0 or 1.
    Number(f64),
    /// A text; a list or an object as JSON.
    Text(String),
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl Value {
    /// The number.
    ///
    /// # Errors
    ///
    /// If it is a text.
    pub fn number(&self) -> Result<f64, String> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => Err(format!("the value is \"{text}\", wanted a number")),
        }
    }
}

/// A stage's configuration: values by name. The control isolate has checked them.
#[derive(Debug, Clone, Default)]
pub struct Settings(pub Vec<(String, Value)>);

impl Settings {
    /// The value of a key.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The number of a key, or what stands for it.
    #[must_use]
    pub fn get(&self, key: &str, default: f64) -> f64 {
        self.value(key).and_then(|value| value.number().ok()).unwrap_or(default)
    }

    /// A whole number in a range.
    ///
    /// # Errors
    ///
    /// If the value is not a whole number in the range.
    pub fn whole(&self, key: &str, default: f64, least: f64, most: f64) -> Result<f64, String> {
        let value = self.get(key, default);
        if value.fract() == 0.0 && (least..=most).contains(&value) {
            return Ok(value);
        }
        Err(format!("{key} is {value}, wanted a whole number from {least} to {most}"))
    }

    /// Takes over values of the same keys.
    pub fn set(&mut self, key: &str, value: Value) {
        match self.0.iter_mut().rev().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }
}
