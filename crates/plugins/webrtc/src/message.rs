//! Messages of data channels, and the values that stand for them on links, written as `docs/values.md` says.
//!
//! A binary message is a `Uint8Array` and a text message a string. A value of another kind goes out as the text of its JSON.

use serde_json::Number;

/// The longest message that is taken and sent, bytes. Browsers send none that is longer to a peer that names no more.
pub(crate) const MOST_BYTES: usize = 262_144;

/// The first byte of every value.
const VERSION: u8 = 1;

/// Tags of values.
const INT32: u8 = 4;
const NUMBER: u8 = 5;
const UTF8: u8 = 8;
const UTF16: u8 = 9;
const OBJECT: u8 = 11;
const ARRAY: u8 = 12;
const BUFFER: u8 = 18;
const VIEW: u8 = 19;
const ABSENT: u8 = 22;
const NUMBERS: u8 = 23;
/// Added to the length of a short string, and to a small number.
const SHORT_STRING: u8 = 0x80;
const SMALL_NUMBER: u8 = 0xc0;

/// The number of `Uint8Array` among the classes of views.
const UINT8_ARRAY: u8 = 2;

/// Deepest nesting of a value that has a JSON here.
const MOST_DEPTH: u32 = 100;

/// A message of a data channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// Otherwise `bytes` are a text in UTF-8.
    pub(crate) is_binary: bool,
    pub(crate) bytes: Vec<u8>,
}

impl Message {
    /// The value that stands for the message.
    pub(crate) fn to_value(&self) -> Vec<u8> {
        let length = self.bytes.len();
        let mut value = Vec::with_capacity(length + 24);
        value.push(VERSION);
        if self.is_binary {
            value.extend([VIEW, UINT8_ARRAY, 0]);
            push_count(&mut value, length);
            value.push(BUFFER);
            push_count(&mut value, length);
            value.extend(&self.bytes);
        } else {
            let text = String::from_utf8_lossy(&self.bytes);
            value.push(UTF8);
            value.extend((text.len() as u32).to_le_bytes());
            value.extend(text.as_bytes());
        }
        value
    }

    /// The message that a value goes out as.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) fn from_value(value: &[u8]) -> Result<Self, String> {
        let mut reader = Reader { rest: value };
        if reader.byte()? != VERSION {
            return Err("it is written in a version that is not known".into());
        }
        let message = match reader.peek()? {
            VIEW => Self { is_binary: true, bytes: reader.view()? },
            tag if is_text(tag) => Self { is_binary: false, bytes: reader.text()?.into_bytes() },
            _ => {
                let mut json = String::new();
                reader.json(&mut json, 0)?;
                Self { is_binary: false, bytes: json.into_bytes() }
            }
        };
        if message.bytes.len() > MOST_BYTES {
            return Err(format!("it has {} bytes, and a message has at most {MOST_BYTES}", message.bytes.len()));
        }
        Ok(message)
    }
}

fn push_count(value: &mut Vec<u8>, mut count: usize) {
    while count > 0x7f {
        value.push(count as u8 | 0x80);
        count >>= 7;
    }
    value.push(count as u8);
}

fn is_text(tag: u8) -> bool {
    matches!(tag, UTF8 | UTF16 | SHORT_STRING..SMALL_NUMBER)
}

/// Reads a value from its start.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("its bytes end early")?;
        self.rest = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N)?.try_into().map_err(|_| unreachable!("so many were taken"))
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.fixed::<1>()?[0])
    }

    fn peek(&self) -> Result<u8, String> {
        self.rest.first().copied().ok_or_else(|| "its bytes end early".into())
    }

    fn count(&mut self) -> Result<usize, String> {
        let mut count = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            count |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(count);
            }
        }
        Err("a count has no end".into())
    }

    fn length(&mut self) -> Result<usize, String> {
        Ok(u32::from_le_bytes(self.fixed()?) as usize)
    }

    /// The bytes of a `Uint8Array`.
    fn view(&mut self) -> Result<Vec<u8>, String> {
        let (_, class, offset, length) = (self.byte()?, self.byte()?, self.count()?, self.count()?);
        if class != UINT8_ARRAY || self.byte()? != BUFFER {
            return Err("of views only a Uint8Array goes out".into());
        }
        let size = self.count()?;
        let buffer = self.take(size)?;
        let bytes = buffer.get(offset..).and_then(|bytes| bytes.get(..length));
        Ok(bytes.ok_or("a view is longer than its buffer")?.to_vec())
    }

    fn text(&mut self) -> Result<String, String> {
        let bytes = match self.byte()? {
            UTF8 => {
                let length = self.length()?;
                self.take(length)?
            }
            UTF16 => {
                let length = self.length()?;
                let units = self.take(2 * length)?.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
                return Ok(char::decode_utf16(units).map(|each| each.unwrap_or(char::REPLACEMENT_CHARACTER)).collect());
            }
            tag if is_text(tag) => self.take(usize::from(tag - SHORT_STRING))?,
            _ => return Err("a string was to stand here".into()),
        };
        String::from_utf8(bytes.to_vec()).map_err(|_| "a string is no UTF-8".into())
    }

    fn float(&mut self, json: &mut String) -> Result<(), String> {
        // JSON has no number for what is not finite: there it is null.
        let number = Number::from_f64(f64::from_le_bytes(self.fixed()?));
        json.push_str(&number.map_or_else(|| "null".into(), |number| number.to_string()));
        Ok(())
    }

    /// Adds the JSON of the next value, as `JSON.stringify()` has it.
    fn json(&mut self, json: &mut String, depth: u32) -> Result<(), String> {
        if depth > MOST_DEPTH {
            return Err(format!("it nests deeper than {MOST_DEPTH} levels"));
        }
        if json.len() > MOST_BYTES {
            return Err(format!("its JSON has more than {MOST_BYTES} bytes"));
        }
        if is_text(self.peek()?) {
            json.push_str(&serde_json::Value::from(self.text()?).to_string());
            return Ok(());
        }
        match self.byte()? {
            // Undefined, null and absent.
            0 | 1 | ABSENT => json.push_str("null"),
            2 => json.push_str("false"),
            3 => json.push_str("true"),
            INT32 => json.push_str(&i32::from_le_bytes(self.fixed()?).to_string()),
            NUMBER => self.float(json)?,
            small if small >= SMALL_NUMBER => json.push_str(&(small - SMALL_NUMBER).to_string()),
            OBJECT => self.object(json, depth + 1)?,
            ARRAY => self.array(json, depth + 1)?,
            tag => return Err(format!("part of it is no plain value (tag {tag})")),
        }
        Ok(())
    }

    fn object(&mut self, json: &mut String, depth: u32) -> Result<(), String> {
        let mut separator = '{';
        for _ in 0..self.count()? {
            let key = self.text()?;
            if matches!(self.peek()?, 0 | ABSENT) {
                self.byte()?;
                continue;
            }
            json.push(separator);
            separator = ',';
            json.push_str(&serde_json::Value::from(key).to_string());
            json.push(':');
            self.json(json, depth)?;
        }
        json.push_str(if separator == '{' { "{}" } else { "}" });
        Ok(())
    }

    fn array(&mut self, json: &mut String, depth: u32) -> Result<(), String> {
        let (count, mut done) = (self.count()?, 0);
        json.push('[');
        while done < count {
            let numbers = if self.peek()? == NUMBERS {
                self.byte()?;
                self.length()?
            } else {
                0
            };
            for k in 0..numbers.max(1) {
                if done + k > 0 {
                    json.push(',');
                }
                if numbers == 0 { self.json(json, depth)? } else { self.float(json)? }
            }
            done += numbers.max(1);
        }
        json.push(']');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_the_value_that_stands_for_it() {
        for length in [0, 1, 63, 64, 127, 128, 20_000] {
            for is_binary in [false, true] {
                let message = Message { is_binary, bytes: vec![b'x'; length] };
                assert_eq!(Message::from_value(&message.to_value()), Ok(message));
            }
        }
    }

    #[test]
    fn another_value_goes_out_as_its_json() {
        // { a: [1, 0.5, 1e300, "é"], b: undefined, c: { }, d: [,-5] }
        let mut value = vec![VERSION, OBJECT, 4, 0x81, b'a', ARRAY, 4, 0xc1, NUMBERS, 2, 0, 0, 0];
        value.extend(0.5f64.to_le_bytes());
        value.extend(1e300f64.to_le_bytes());
        value.extend([UTF16, 1, 0, 0, 0, 0xe9, 0]);
        value.extend([0x81, b'b', 0, 0x81, b'c', OBJECT, 0, 0x81, b'd', ARRAY, 2, ABSENT, INT32]);
        value.extend((-5i32).to_le_bytes());
        let found = Message::from_value(&value).expect("it has a JSON");
        assert!(!found.is_binary);
        assert_eq!(String::from_utf8(found.bytes).as_deref(), Ok(r#"{"a":[1,0.5,1e+300,"é"],"c":{},"d":[null,-5]}"#));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let view_of_f32 = [VERSION, VIEW, 9, 0, 1, BUFFER, 4, 0, 0, 0, 0];
        let long = Message { is_binary: true, bytes: vec![0; MOST_BYTES + 1] }.to_value();
        let deep = [&[VERSION][..], &[ARRAY, 1].repeat(1_000), &[1]].concat();
        let many = [VERSION, ARRAY, 0xff, 0xff, 0xff, 0xff, 0x0f, NUMBERS, 0xff, 0xff, 0xff, 0xff];
        let cases: [(&[u8], &str); 7] = [
            (&[], "its bytes end early"),
            (&[2, 1], "a version that is not known"),
            (&view_of_f32, "only a Uint8Array goes out"),
            (&[VERSION, VIEW, UINT8_ARRAY, 1, 4, BUFFER, 4, 0, 0, 0, 0], "longer than its buffer"),
            (&long, "has 262145 bytes, and a message has at most 262144"),
            (&deep, "nests deeper than 100 levels"),
            (&many, "its bytes end early"),
        ];
        for (value, why) in cases {
            let refused = Message::from_value(value).expect_err(why);
            assert!(refused.contains(why), "{refused}");
        }
    }
}
