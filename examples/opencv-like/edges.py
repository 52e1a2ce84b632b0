"""A filter of pictures in numpy, as one would write it for OpenCV."""

import numpy as np

from sluice import Input, Node, Output, VideoFrame, config, node, port


@node("example.edges", category="example")
class Edges(Node):
    """Shows the edges of pictures: the differences to the right and downwards, without a copy of the picture."""

    video_in: Input[VideoFrame] = port(formats=("rgba8",))
    video: Output[VideoFrame]
    gain: float = config(2.0, minimum=0, maximum=16, live=True)
    "How bright edges are."
    figures = ("mean",)

    def process(self) -> None:
        for frame in self.video_in:
            own = frame.writable()
            grey = own.pixels[..., 1].astype(np.int16)
            edges = np.zeros_like(grey)
            edges[:, :-1] = np.abs(np.diff(grey, axis=1))
            edges[:-1] += np.abs(np.diff(grey, axis=0))
            own.pixels[..., :3] = np.clip(edges * self.gain, 0, 255).astype(np.uint8)[..., None]
            self.report(mean=float(edges.mean()))
            self.video.write(own)
