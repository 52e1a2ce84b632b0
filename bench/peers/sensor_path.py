"""The sensor path in numpy and scipy, on one thread: counts become volts, are filtered, kept 1 of 16, and transformed.

The counts lie ready in memory. Prints nanoseconds a sample, and the bin with the highest peak of the last spectrum.
"""

import sys
import time

import numpy as np
from scipy import signal

CHANNELS, RATE, RECORDS, FACTOR, SIZE = 64, 10_000.0, 4_096, 16, 1_024
batches = int(sys.argv[1])

at = np.arange(RECORDS * 40) / RATE
frequency = 40 * RATE / FACTOR / SIZE
counts = np.tile(np.round(2.0 * np.sin(2 * np.pi * frequency * at) * 3276.8).astype(np.int32), (CHANNELS, 1))
sections = signal.butter(4, 3_000.0, fs=RATE, output="sos").astype(np.float32)
state = np.zeros((sections.shape[0], CHANNELS, 2), dtype=np.float32)
# The specification of the stage: 80 dB, 0.8 of the new band.
length, beta = signal.kaiserord(80.0, 0.2 / FACTOR)
taps = signal.firwin(length | 1, 0.9 / FACTOR, window=("kaiser", beta)).astype(np.float32)
history = np.zeros((CHANNELS, len(taps) - 1), dtype=np.float32)
window = signal.windows.hann(SIZE, sym=False).astype(np.float32)
pending = np.zeros((CHANNELS, 0), dtype=np.float32)
spectrum = None

begin = time.perf_counter()
for batch in range(batches):
    first = batch % 40 * RECORDS
    volts = counts[:, first : first + RECORDS] * np.float32(10.0 / 32_768)
    filtered, state = signal.sosfilt(sections, volts, axis=1, zi=state)
    line = np.concatenate((history, filtered), axis=1)
    history = line[:, -(len(taps) - 1) :]
    kept = signal.upfirdn(taps, line, 1, FACTOR, axis=1)
    skip = -(-(len(taps) - 1) // FACTOR)
    pending = np.concatenate((pending, kept[:, skip : skip + RECORDS // FACTOR]), axis=1)
    while pending.shape[1] >= SIZE:
        spectrum = np.abs(np.fft.rfft(pending[:, :SIZE] * window, axis=1))
        pending = pending[:, SIZE:]
elapsed = time.perf_counter() - begin

print(elapsed * 1e9 / (batches * RECORDS * CHANNELS), int(np.argmax(spectrum[0])))
