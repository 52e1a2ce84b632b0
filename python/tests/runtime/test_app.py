"""Sources that Python feeds, and sinks that it reads."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from sluice.errors import SluiceError
from sluice.runtime import AsyncRuntime, Audio, Data, Packet, Runtime, Video


def test_sound_goes_through_the_graph_and_back() -> None:
    with Runtime(mode="offline") as runtime:
        source = runtime.app_source("audio", sample_rate_hz=8_000, channels=2, id="mic")
        gain = runtime.add_processor("gain", {"gainDb": -6.0206})
        sink = runtime.app_sink("audio")
        runtime.connect(source, gain)
        runtime.connect(gain, sink.input_port("audio", frame_type="AudioFrame<2>"))
        runtime.start()
        blocks = [np.full((2, 80), value, np.float32) for value in (0.5, -1, 0)]
        for block in blocks:
            source.push(block)
        source.push(Audio(blocks[0], 8_000, pts_ns=1e9, discontinuity=True))
        source.end()
        found = list(sink)
        assert runtime.finished() == "completed"
    assert [each.pts_ns for each in found] == [0, 1e7, 2e7, 1e9]
    assert [each.discontinuity for each in found] == [False, False, False, True]
    assert found[1].samples.shape == (2, 80) and found[1].samples.dtype == np.float32
    np.testing.assert_allclose(found[1].samples, -0.5, atol=1e-4)
    assert found[0].sample_rate_hz == 8_000


def test_no_frame_is_lost_on_a_lossless_link_however_slowly_it_is_read() -> None:
    async def run() -> list[int]:
        async with AsyncRuntime(mode="offline") as runtime:
            source = await runtime.app_source("data")
            sink = await runtime.app_sink("data", ahead=0)
            await runtime.connect(source, sink, policy="lossless", capacity=1)
            await runtime.start()

            async def feed() -> None:
                await asyncio.gather(*(source.push({"n": number}) for number in range(200)))
                await source.end()

            feeding = asyncio.create_task(feed())
            found = [payload.value["n"] async for payload in sink]
            await feeding
            assert await runtime.finished() == "completed"
            return found

    assert asyncio.run(run()) == list(range(200))


def test_pictures_and_records_keep_every_bit() -> None:
    with Runtime(mode="offline") as runtime:
        pictures = runtime.app_source("video", pixel_format="rgba8", width=5, height=3, id="camera")
        planes = runtime.app_source("video", pixel_format="i420", width=5, height=3, id="planes")
        records = runtime.app_source("packet", fields={"x": "f64", "n": "u8"}, id="sensor")
        sinks = [runtime.app_sink(kind) for kind in ("video", "video", "packet")]
        for source, sink in zip((pictures, planes, records), sinks, strict=True):
            runtime.connect(source, sink)
        runtime.start()
        pixels = np.arange(60, dtype=np.uint8).reshape(3, 5, 4)
        pictures.push(pixels)
        parts = tuple(np.full(shape, k, np.uint8) for k, shape in enumerate([(3, 5), (2, 3), (2, 3)]))
        planes.push(Video(parts, "i420", 5, 3, pts_ns=7))
        records.push({"x": [1, 2.5], "n": [3, 255]})
        picture, planar, batch = [sink.next(timeout=10) for sink in sinks]
        assert isinstance(picture, Video) and isinstance(batch, Packet)
        np.testing.assert_array_equal(picture.pixels, pixels)
        assert planar.pts_ns == 7
        for found, part in zip(planar.pixels, parts, strict=True):
            np.testing.assert_array_equal(found, part)
        assert {name: column.tolist() for name, column in batch.columns.items()} == {"x": [1, 2.5], "n": [3, 255]}


def test_what_does_not_suit_a_source_is_refused_and_it_goes_on(runtime: Runtime) -> None:
    source = runtime.app_source("audio", sample_rate_hz=8_000, channels=1)
    sink = runtime.app_sink("audio")
    runtime.connect(source, sink)
    runtime.start()
    with pytest.raises(SluiceError, match="wanted 1") as refused:
        source.push(np.zeros((2, 10), np.float32))
    assert refused.value.code == "TypeMismatch"
    source.push(np.ones(10))
    assert sink.next(timeout=10).samples.tolist() == [[1] * 10]
    with pytest.raises(TimeoutError):
        sink.next(timeout=0.05)
    runtime.stop()
    assert sink.next(timeout=10) is None
    with pytest.raises(SluiceError) as over:
        source.push(np.ones(10))
    assert over.value.code == "Busy"
    runtime.start()
    source.push(np.zeros(10))
    assert sink.next(timeout=10).samples.tolist() == [[0] * 10]


def test_wrong_sources_are_refused(runtime: Runtime) -> None:
    with pytest.raises(ValueError, match="wanted one of audio, video"):
        runtime.app_sink("sound")
    with pytest.raises(SluiceError, match="wanted 1 to 64"):
        runtime.app_source("audio", sample_rate_hz=8_000, channels=0)
    with pytest.raises(ValueError, match="wanted one of f64"):
        runtime.app_source("packet", fields={"x": "f16"})
    with Runtime.attach(runtime.address.url, token=runtime.address.token) as other:
        with pytest.raises(SluiceError, match="only a runtime that this program owns"):
            other.app_sink("data")
    sink = runtime.app_sink("data")
    runtime.close()
    with pytest.raises((SluiceError, RuntimeError)):
        sink.next()


def test_values_of_every_kind_arrive(runtime: Runtime) -> None:
    source, sink = runtime.app_source("data"), runtime.app_sink("data")
    runtime.connect(source, sink, policy="lossless")
    runtime.start()
    for value in ("text", b"bytes", 7, None, [1, {"a": 2.5}]):
        source.push(value)
        assert sink.next(timeout=10).value == value
    source.push(Data({"at": 1}, pts_ns=5))
    assert sink.next(timeout=10).pts_ns == 5
