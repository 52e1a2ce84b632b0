"""Nodes that hand frames on: blocks, and pictures of which they turn one row round by numpy."""

from sluice import AudioFrame, Input, Output, VideoFrame, node


@node(name="bench.pass-audio", description="Hands blocks on.")
class PassAudio:
    audio_in: Input[AudioFrame]
    audio_out: Output[AudioFrame]

    def process(self) -> None:
        for frame in self.audio_in:
            self.audio_out.write(frame)


@node(name="bench.turn-row", description="Turns the first row of each picture round.")
class TurnRow:
    video_in: Input[VideoFrame]
    video_out: Output[VideoFrame]

    def process(self) -> None:
        for frame in self.video_in:
            picture = frame.writable()
            row = picture.pixels[0]
            row[:] = row[::-1].copy()
            self.video_out.write(picture)
