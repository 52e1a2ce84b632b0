//! Low-pass combs and all-passes: what a reverberator is made of (Schroeder, 1962; Moorer, 1979), in 64-bit floats.
//!
//! Delay lines lie one after the other in one array, and a record of each in another: its length, its place, and for a
//! comb the last value of its low-pass.

/// Smaller values become zero: they are inaudible, and subnormal numbers are slow.
const TINY: f64 = 1e-20;
/// Numbers in a record.
const RECORD: usize = 3;
/// Combs whose filters, each of which waits for its last value, run side by side.
const BESIDE: usize = 8;

/// Whether records describe lines that fill `lines`. The loops below keep to their lines whatever another thread makes of
/// the records after this.
pub(crate) fn fits(records: &[f64], lines: &[f64]) -> bool {
    let mut left = lines.len() as f64;
    for record in records.chunks_exact(RECORD) {
        let (length, at) = (record[0], record[1]);
        if !(length >= 1.0 && at >= 0.0 && at < length && length <= left) {
            return false;
        }
        left -= length;
    }
    records.len() % RECORD == 0
}

/// Takes the first line off those that are left: a shorter one where fewer values are, which never is with records that
/// [fit](fits).
#[inline(always)]
fn take_line<'a>(lines: &mut &'a mut [f64], length: usize) -> &'a mut [f64] {
    let all = core::mem::take(lines);
    let (line, rest) = all.split_at_mut(length.min(all.len()));
    *lines = rest;
    line
}

#[inline(always)]
fn quiet(value: f64) -> f64 {
    if value < TINY && value > -TINY { 0.0 } else { value }
}

/// Adds the sum of all combs to `output`, comb by comb; the input counts `gain` times. Records and lines must [fit](fits), and the output has the
/// length of the input.
#[inline(always)]
pub(crate) fn combs(
    records: &mut [f64],
    mut lines: &mut [f64],
    input: &[f64],
    output: &mut [f64],
    gain: f64,
    feedback: f64,
    damping: f64,
) {
    for group in records.chunks_mut(BESIDE * RECORD) {
        let length = group.chunks_exact(RECORD).map(|record| record[0] as usize).sum();
        let mut own = take_line(&mut lines, length);
        if group.len() == BESIDE * RECORD {
            beside::<BESIDE>(group, own, input, output, [gain, feedback, damping]);
            continue;
        }
        for record in group.chunks_exact_mut(RECORD) {
            let line = take_line(&mut own, record[0] as usize);
            beside::<1>(record, line, input, output, [gain, feedback, damping]);
        }
    }
}

#[inline(always)]
fn beside<const COMBS: usize>(
    records: &mut [f64],
    mut lines: &mut [f64],
    input: &[f64],
    output: &mut [f64],
    [gain, feedback, damping]: [f64; 3],
) {
    let mut filtered = [0f64; COMBS];
    let mut at = [0usize; COMBS];
    let mut line: [&mut [f64]; COMBS] = [(); COMBS].map(|()| &mut [][..]);
    for (k, record) in records.chunks_exact(RECORD).enumerate() {
        line[k] = take_line(&mut lines, record[0] as usize);
        if line[k].is_empty() {
            return;
        }
        at[k] = (record[1] as usize).min(line[k].len() - 1);
        filtered[k] = record[2];
    }
    let mut done = 0;
    while done < input.len() {
        // As many samples as no line wraps around in.
        let run = (0..COMBS).fold(input.len() - done, |run, k| run.min(line[k].len() - at[k]));
        let samples = input[done..done + run].iter().zip(&mut output[done..done + run]);
        for (i, (input, output)) in samples.enumerate() {
            let mut delayed = [0f64; COMBS];
            for k in 0..COMBS {
                // SAFETY: `at[k] + run` is at most the line's length.
                delayed[k] = unsafe { *line[k].get_unchecked(at[k] + i) };
            }
            let input = input * gain;
            let mut kept = [0f64; COMBS];
            for k in 0..COMBS {
                filtered[k] = quiet(delayed[k] + (filtered[k] - delayed[k]) * damping);
                kept[k] = input + filtered[k] * feedback;
            }
            for k in 0..COMBS {
                // SAFETY: as above.
                unsafe { *line[k].get_unchecked_mut(at[k] + i) = kept[k] };
            }
            let mut sum = *output;
            for value in delayed {
                sum += value;
            }
            *output = sum;
        }
        for k in 0..COMBS {
            at[k] = (at[k] + run) % line[k].len();
        }
        done += run;
    }
    for (k, record) in records.chunks_exact_mut(RECORD).enumerate() {
        (record[1], record[2]) = (at[k] as f64, filtered[k]);
    }
}

/// Runs all-passes one after the other. Records and lines must [fit](fits).
#[inline(always)]
pub(crate) fn allpasses(records: &mut [f64], mut lines: &mut [f64], samples: &mut [f64], gain: f64) {
    for record in records.chunks_exact_mut(RECORD) {
        let line = take_line(&mut lines, record[0] as usize);
        if line.is_empty() {
            return;
        }
        let mut at = (record[1] as usize).min(line.len() - 1);
        let mut done = 0;
        while done < samples.len() {
            let run = (samples.len() - done).min(line.len() - at);
            for (held, sample) in line[at..at + run].iter_mut().zip(&mut samples[done..done + run]) {
                let delayed = *held;
                let kept = quiet(*sample + delayed * gain);
                *held = kept;
                *sample = delayed - kept * gain;
            }
            at = (at + run) % line.len();
            done += run;
        }
        record[1] = at as f64;
    }
}

/// Adds `source`, times `factor`, to 64-bit floats.
#[inline(always)]
pub(crate) fn widen(target: &mut [f64], source: &[f32], factor: f64) {
    for (sum, sample) in target.iter_mut().zip(source) {
        *sum += f64::from(*sample) * factor;
    }
}

/// Makes what is no finite number 0.
#[inline(always)]
pub(crate) fn mend(samples: &mut [f64]) {
    for sample in samples {
        *sample = if sample.abs() < f64::INFINITY { *sample } else { 0.0 };
    }
}

/// Blends the samples with others: each gets its own times a factor, and the other times another. Each factor starts one
/// step beyond `from` and grows by the step with each sample.
#[inline(always)]
pub(crate) fn blend(samples: &mut [f32], others: &[f64], from: [f64; 2], step: [f64; 2]) {
    for (i, (sample, other)) in samples.iter_mut().zip(others).enumerate() {
        let place = f64::from(i as u32 + 1);
        let (own, theirs) = (from[0] + step[0] * place, from[1] + step[1] * place);
        *sample = (f64::from(*sample) * own + other * theirs) as f32;
    }
}
