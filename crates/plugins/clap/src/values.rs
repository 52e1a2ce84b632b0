//! Reads values as they travel between lanes (`docs/values.md`), as far as JSON can say the same.

use serde_json::{Map, Number, Value};

/// The version of the encoding, a value's first byte.
const VERSION: u8 = 1;

/// How deep values may nest: those of messages nest three levels.
const MOST_LEVELS: u32 = 64;

/// Most parts of a value that stand for others, which a few bytes can multiply.
const MOST_AGAIN: usize = 65_536;

/// Reads a value.
///
/// # Errors
///
/// What is wrong with the bytes, or what in them JSON does not have.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = Reader { rest: bytes, begun: Vec::new(), again: 0 };
    let version = reader.byte()?;
    if version != VERSION {
        return Err(format!("the value is of version {version}, wanted {VERSION}"));
    }
    reader.value(0)?.ok_or_else(|| "the value is absent".into())
}

struct Reader<'a> {
    rest: &'a [u8],
    /// Objects by their numbers; `None`: one that has not ended.
    begun: Vec<Option<Value>>,
    /// Parts that were read for objects which are there already.
    again: usize,
}

impl<'a> Reader<'a> {
    /// `None`: absent.
    fn value(&mut self, level: u32) -> Result<Option<Value>, String> {
        if level > MOST_LEVELS {
            return Err(format!("the value nests more than {MOST_LEVELS} levels deep"));
        }
        let tag = self.byte()?;
        Ok(Some(match tag {
            0 | 1 => Value::Null,
            2 | 3 => Value::Bool(tag == 3),
            4 => Value::from(i32::from_le_bytes(self.array()?)),
            5 => number(f64::from_le_bytes(self.array()?)),
            8 | 9 | 0x80..=0xbf => Value::String(self.string(tag)?),
            10 => {
                let at = self.count()?;
                let again = self.begun.get(at).and_then(Option::as_ref).ok_or("the value holds itself")?;
                self.again += parts(again);
                if self.again > MOST_AGAIN {
                    return Err("the value holds the same objects too often".into());
                }
                again.clone()
            }
            11 => return self.object(|reader| reader.entries(level)).map(Some),
            12 => return self.object(|reader| reader.elements(level)).map(Some),
            22 => return Ok(None),
            0xc0..=0xff => Value::from(tag & 63),
            _ => return Err(format!("the value has the tag {tag}, of which JSON has nothing; send plain objects")),
        }))
    }

    fn object(&mut self, read: impl FnOnce(&mut Self) -> Result<Value, String>) -> Result<Value, String> {
        let at = self.begun.len();
        self.begun.push(None);
        let value = read(self)?;
        self.begun[at] = Some(value.clone());
        Ok(value)
    }

    fn entries(&mut self, level: u32) -> Result<Value, String> {
        let mut map = Map::new();
        for _ in 0..self.count()? {
            let tag = self.byte()?;
            let key = self.string(tag)?;
            if let Some(value) = self.value(level + 1)? {
                map.insert(key, value);
            }
        }
        Ok(Value::Object(map))
    }

    fn elements(&mut self, level: u32) -> Result<Value, String> {
        let count = self.count()?;
        let mut list = Vec::new();
        while list.len() < count {
            if self.rest.first() == Some(&23) {
                self.byte()?;
                let numbers = u32::from_le_bytes(self.array()?) as usize;
                for _ in 0..numbers.min(count - list.len()) {
                    list.push(number(f64::from_le_bytes(self.array()?)));
                }
            } else {
                list.push(self.value(level + 1)?.unwrap_or(Value::Null));
            }
        }
        Ok(Value::Array(list))
    }

    fn string(&mut self, tag: u8) -> Result<String, String> {
        let bytes = match tag {
            0x80..=0xbf => self.take(usize::from(tag & 63))?,
            8 => {
                let length = u32::from_le_bytes(self.array()?) as usize;
                self.take(length)?
            }
            9 => {
                let units = u32::from_le_bytes(self.array()?) as usize;
                let bytes = self.take(units.checked_mul(2).ok_or_else(cut)?)?;
                let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
                return Ok(char::decode_utf16(units).map(|letter| letter.unwrap_or('\u{fffd}')).collect());
            }
            _ => return Err(format!("a string of the value has the tag {tag}")),
        };
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    /// Seven bits a byte, the lowest first.
    fn count(&mut self) -> Result<usize, String> {
        let mut count: u64 = 0;
        for at in 0..5 {
            let byte = self.byte()?;
            count |= u64::from(byte & 127) << (7 * at);
            if byte < 128 {
                // A byte at least stands for each thing that is counted, but for references and numbers in a row.
                return usize::try_from(count).map_err(|_| cut());
            }
        }
        Err("a count of the value does not end".into())
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N)?.try_into().map_err(|_| cut())
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(cut)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// How many values a value is made of.
fn parts(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(parts).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(parts).sum::<usize>(),
        _ => 1,
    }
}

fn number(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn cut() -> String {
    "the value ends early".into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn read_reads_objects_lists_numbers_and_texts() {
        let mut bytes = vec![1, 11, 2, 0x81, b'a', 12, 3, 0xc5, 23];
        bytes.extend(2_u32.to_le_bytes());
        bytes.extend(0.5_f64.to_le_bytes());
        bytes.extend((-1.0_f64).to_le_bytes());
        bytes.extend([0x81, b'b', 9]);
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(0xe9_u16.to_le_bytes());
        assert_eq!(read(&bytes).unwrap(), json!({ "a": [5, 0.5, -1.0], "b": "é" }));
        // An absent value has no key, and the same list twice is read twice.
        let same = [1, 11, 3, 0x81, b'x', 22, 0x81, b'y', 12, 1, 3, 0x81, b'z', 10, 1];
        assert_eq!(read(&same).unwrap(), json!({ "y": [true], "z": [true] }));
    }

    #[test]
    fn read_refuses_what_is_cut_off_holds_itself_or_is_of_another_kind() {
        let whole = [1, 11, 1, 0x81, b'a', 4, 1, 0, 0, 0];
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "{end}");
        }
        assert_eq!(read(&[1, 12, 1, 10, 0]).unwrap_err(), "the value holds itself");
        assert!(read(&[1, 16]).unwrap_err().contains("the tag 16"));
        assert!(read(&[2, 1]).unwrap_err().contains("version 2"));
        let deep: Vec<u8> = [1].into_iter().chain([12, 1].repeat(100)).collect();
        assert!(read(&deep).unwrap_err().contains("levels deep"));
        let mut doubled = vec![1, 12, 40, 12, 0];
        (1..40).for_each(|at| doubled.extend([12, 2, 10, at, 10, at]));
        assert_eq!(read(&doubled).unwrap_err(), "the value holds the same objects too often");
        assert_eq!(read(&[1, 12, 255, 255, 255, 255, 15]).unwrap_err(), "the value ends early");
    }
}
