"""A filter in numpy on a stream of 10 kHz."""

import numpy as np

from sluice import Input, Node, Output, PacketFrame, config, node


@node("example.band-pass", category="example")
class BandPass(Node):
    """Keeps a band of each channel: a filter of finite length, whose last samples go from batch to batch."""

    packet_in: Input[PacketFrame]
    packet: Output[PacketFrame]
    low_hz: float = config(80.0, exclusive_minimum=0, unit="Hz")
    "The lower edge."
    high_hz: float = config(120.0, exclusive_minimum=0, unit="Hz")
    "The upper edge."
    rate_hz: float = config(10_000.0, exclusive_minimum=0, unit="Hz")
    "Records a second."
    taps: int = config(1_001, minimum=3, maximum=100_001)
    "The length of the filter, odd; a longer one has steeper edges."
    figures = ("rms",)

    def setup(self) -> None:
        if not self.low_hz < self.high_hz < self.rate_hz / 2:
            raise ValueError(f"the band is {self.low_hz} to {self.high_hz} Hz, wanted one below {self.rate_hz / 2} Hz")
        time = np.arange(self.taps) - self.taps // 2
        low, high = 2 * self.low_hz / self.rate_hz, 2 * self.high_hz / self.rate_hz
        self.kernel = (high * np.sinc(high * time) - low * np.sinc(low * time)) * np.hamming(self.taps)
        self.past: dict[str, np.ndarray] = {}

    def process(self) -> None:
        for frame in self.packet_in:
            own = frame.writable()
            for name in own.fields:
                past = self.past.get(name, np.zeros(self.taps - 1))
                whole = np.concatenate((past, own[name]))
                own[name] = self.convolve(whole)[self.taps - 1 : len(whole)]
                self.past[name] = whole[-(self.taps - 1) :]
            self.report(rms=float(np.sqrt(np.mean(np.square(own[name])))))
            self.packet.write(own)

    def convolve(self, signal: np.ndarray) -> np.ndarray:
        size = 1 << (len(signal) + self.taps).bit_length()
        return np.fft.irfft(np.fft.rfft(signal, size) * np.fft.rfft(self.kernel, size), size)
