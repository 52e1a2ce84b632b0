//! `cargo run --release -p sluice-plugin-sensors --example rates`: nanoseconds a sample of the parts, without a host.

use std::time::Instant;

use sluice_plugin_sensors::{Adc, Decimator, Signal};

const CHANNELS: usize = 64;
const RECORDS: usize = 256;
const ROUNDS: usize = 400;

fn main() {
    let signal = Signal {
        amplitude_volts: 2.0,
        offset_volts: 0.0,
        noise_volts: 0.05,
        frequency_hz: 20.0,
        frequency_step_hz: 4.0,
    };
    let mut adc = Adc::new(CHANNELS, 10_000.0, 16, 10.0, signal, 1);
    let mut counts = vec![0; RECORDS];
    time("adc", || (0..CHANNELS).for_each(|channel| adc.fill(channel, &mut counts)));
    let decimator = Decimator::new(16, 0.8, 80.0);
    let mut channels: Vec<_> = (0..CHANNELS).map(|_| decimator.channel()).collect();
    let samples = vec![1.0; RECORDS];
    time("decimator", || channels.iter_mut().for_each(|channel| decimator.push(channel, &samples)));
}

fn time(name: &str, mut batch: impl FnMut()) {
    let begin = Instant::now();
    (0..ROUNDS).for_each(|_| batch());
    let samples = (ROUNDS * CHANNELS * RECORDS) as f64;
    println!("{name}: {:.2} ns a sample", begin.elapsed().as_nanos() as f64 / samples);
}
