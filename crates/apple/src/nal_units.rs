//! The two forms in which streams of NAL units travel: with start codes (Annex B of ITU-T H.264 and H.265), as frames have
//! them, and with lengths in front (ISO/IEC 14496-15), as VideoToolbox and AVFoundation have them.

/// How long the start code is that [`to_annex_b`] writes.
const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// The NAL units of an access unit in Annex B form, without start codes and without the zero bytes that may follow one.
pub fn annex_b_units(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = after_start_code(bytes);
    std::iter::from_fn(move || {
        let unit_and_more = rest?;
        let end = next_start_code(unit_and_more);
        rest = end.and_then(|end| after_start_code(&unit_and_more[end..]));
        Some(without_trailing_zeros(&unit_and_more[..end.unwrap_or(unit_and_more.len())]))
    })
    .filter(|unit| !unit.is_empty())
}

/// Writes an access unit in Annex B form as one with lengths of 4 bytes; units that `keep` refuses are left out. It adds
/// to `into`.
pub fn to_lengths(annex_b: &[u8], keep: impl Fn(&[u8]) -> bool, into: &mut Vec<u8>) {
    for unit in annex_b_units(annex_b).filter(|unit| keep(unit)) {
        into.extend_from_slice(&(unit.len() as u32).to_be_bytes());
        into.extend_from_slice(unit);
    }
}

/// Writes an access unit with lengths in Annex B form. It adds to `into`.
///
/// # Errors
///
/// A length has not 1, 2 or 4 bytes, or names more bytes than there are; what came before it is written.
pub fn to_annex_b(mut bytes: &[u8], length_bytes: usize, into: &mut Vec<u8>) -> Result<(), String> {
    if !matches!(length_bytes, 1 | 2 | 4) {
        return Err(format!("cannot read an access unit with lengths of {length_bytes} bytes: wanted 1, 2 or 4"));
    }
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_at_checked(length_bytes).ok_or_else(|| short(length_bytes, bytes.len()))?;
        let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let (unit, rest) = rest.split_at_checked(length).ok_or_else(|| short(length, rest.len()))?;
        add_annex_b(unit, into);
        bytes = rest;
    }
    Ok(())
}

/// Adds one NAL unit with a start code before it.
pub fn add_annex_b(unit: &[u8], into: &mut Vec<u8>) {
    into.extend_from_slice(&START_CODE);
    into.extend_from_slice(unit);
}

fn short(wanted: usize, found: usize) -> String {
    format!("cannot read an access unit with lengths: wanted {wanted} bytes, found {found}")
}

/// What follows the first start code.
fn after_start_code(bytes: &[u8]) -> Option<&[u8]> {
    next_start_code(bytes).map(|at| &bytes[at + 3..])
}

/// Where the next `00 00 01` begins.
fn next_start_code(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    // The third byte of three tells how far the next ones can be.
    while let Some(&byte) = bytes.get(at) {
        match byte {
            1 if bytes[at - 2..at] == [0, 0] => return Some(at - 2),
            0 => at += 1,
            _ => at += 3,
        }
    }
    None
}

/// A unit never ends with a zero byte: such ones belong to the next start code, or fill the stream.
fn without_trailing_zeros(unit: &[u8]) -> &[u8] {
    let end = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &unit[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(bytes: &[u8]) -> Vec<&[u8]> {
        annex_b_units(bytes).collect()
    }

    #[test]
    fn annex_b_units_takes_start_codes_of_three_and_four_bytes_and_zeros_behind_a_unit() {
        let bytes = [0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3, 0, 0, 1, 0x65, 0, 4, 0, 0];
        assert_eq!(units(&bytes), [&[0x67, 1, 2][..], &[0x68, 3], &[0x65, 0, 4]]);
    }

    #[test]
    fn annex_b_units_gives_nothing_without_a_start_code_and_no_empty_unit() {
        assert!(units(&[]).is_empty());
        assert!(units(&[0, 0, 2, 0, 0]).is_empty());
        assert!(units(&[0, 0, 1]).is_empty());
        assert_eq!(units(&[0, 0, 1, 0, 0, 1, 9]), [[9]]);
    }

    /// What comes by the plain definition: at each place, whether three bytes are a start code.
    fn by_definition(bytes: &[u8]) -> Vec<Vec<u8>> {
        let starts: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(&[0, 0, 1])).collect();
        let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
        let cut = |(start, end): (usize, usize)| without_trailing_zeros(&bytes[start + 3..end]).to_vec();
        starts.iter().copied().zip(ends).map(cut).filter(|unit| !unit.is_empty()).collect()
    }

    #[test]
    fn annex_b_units_finds_what_the_definition_finds_in_all_short_texts_of_0_1_and_2() {
        for length in 0..=9 {
            for number in 0..3_usize.pow(length) {
                let bytes: Vec<u8> = (0..length).map(|place| (number / 3_usize.pow(place) % 3) as u8).collect();
                assert_eq!(units(&bytes), by_definition(&bytes), "{bytes:?}");
            }
        }
    }

    #[test]
    fn both_forms_are_inverse_but_for_units_that_are_left_out() {
        let annex_b = [0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x65, 0, 4];
        let mut lengths = Vec::new();
        to_lengths(&annex_b, |_| true, &mut lengths);
        assert_eq!(lengths, [0, 0, 0, 2, 0x67, 1, 0, 0, 0, 3, 0x65, 0, 4]);
        let mut back = Vec::new();
        to_annex_b(&lengths, 4, &mut back).unwrap();
        assert_eq!(back, annex_b);
        lengths.clear();
        to_lengths(&annex_b, |unit| unit[0] & 0x1f != 7, &mut lengths);
        assert_eq!(lengths, [0, 0, 0, 3, 0x65, 0, 4]);
    }

    #[test]
    fn to_annex_b_reads_short_lengths_and_refuses_what_is_cut_off() {
        let mut bytes = Vec::new();
        to_annex_b(&[0, 1, 9, 0, 2, 8, 7], 2, &mut bytes).unwrap();
        assert_eq!(bytes, [0, 0, 0, 1, 9, 0, 0, 0, 1, 8, 7]);
        let fails = |bytes: &[u8], length| to_annex_b(bytes, length, &mut Vec::new()).unwrap_err();
        assert_eq!(fails(&[0, 0, 0, 5, 1], 4), "cannot read an access unit with lengths: wanted 5 bytes, found 1");
        assert_eq!(fails(&[0, 0], 4), "cannot read an access unit with lengths: wanted 4 bytes, found 2");
        assert_eq!(fails(&[0], 3), "cannot read an access unit with lengths of 3 bytes: wanted 1, 2 or 4");
    }
}
