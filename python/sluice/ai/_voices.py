"""Engines that make speech of text. Each speaks one piece of text after another."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from . import _espeak
from ._onnx_session import open_model

_USUAL_WORDS_PER_MINUTE = 165
_KOKORO_SPEEDS = (0.5, 2.0)


class Voice(Protocol):
    """Speaks pieces of text."""

    def speak(
        self, text: str, words_per_minute: int, pitch: int, is_wanted: Callable[[], bool]
    ) -> Iterator[tuple[int, np.ndarray]]:
        """Gives rates in Hz, and samples as they come, until ``is_wanted()`` is false."""


class EspeakVoice:
    """A voice of the program espeak-ng."""

    def __init__(self, voice: str) -> None:
        self._program = _espeak.find_program()
        self._voice = voice or "en-us"
        _espeak.check_voice(self._program, self._voice)

    def speak(
        self, text: str, words_per_minute: int, pitch: int, is_wanted: Callable[[], bool]
    ) -> Iterator[tuple[int, np.ndarray]]:
        return _espeak.speak(self._program, text, self._voice, words_per_minute, pitch, is_wanted)


class KokoroVoice:
    """A voice of a model of Kokoro on disk, by the package kokoro-onnx. It has no ``pitch``."""

    def __init__(self, model: str, voice: str, language: str, threads: int) -> None:
        """:param model: folder with one ``.onnx`` and the file of voices, ``voices*.bin`` or ``voices*.npz``"""
        if importlib.util.find_spec("kokoro_onnx") is None:
            raise RuntimeError("the package kokoro-onnx is missing; install it with: pip install kokoro-onnx")
        from kokoro_onnx import Kokoro

        weights, voices = kokoro_files(model)
        self._kokoro: Any = Kokoro.from_session(open_model(str(weights), threads), str(voices))
        known = sorted(self._kokoro.get_voices())
        self._voice = voice or known[0]
        if self._voice not in known:
            raise ValueError(f'the model has no voice "{voice}", wanted one of {", ".join(known[:60])}')
        self._language = language

    def speak(
        self, text: str, words_per_minute: int, pitch: int, is_wanted: Callable[[], bool]
    ) -> Iterator[tuple[int, np.ndarray]]:
        if not is_wanted():
            return
        speed = float(np.clip(words_per_minute / _USUAL_WORDS_PER_MINUTE, *_KOKORO_SPEEDS))
        samples, rate = self._kokoro.create(text, voice=self._voice, speed=speed, lang=self._language)
        yield rate, np.asarray(samples, np.float32).reshape(-1)


def kokoro_files(model: str) -> tuple[Path, Path]:
    """Returns the weights and the voices in a folder. :raises ValueError: with what is wanted there"""
    folder = Path(model)
    weights = sorted(folder.glob("*.onnx"))
    voices = sorted([*folder.glob("voices*.bin"), *folder.glob("voices*.npz")])
    if len(weights) != 1 or len(voices) != 1:
        raise ValueError(f'"model" is "{model}", wanted a folder with one .onnx of Kokoro and its voices*.bin')
    return weights[0], voices[0]


def open_voice(engine: str, model: str, voice: str, language: str, threads: int) -> Voice:
    """Opens an engine: "auto" is Kokoro where a model is named, else espeak-ng."""
    if engine == "kokoro" or (engine == "auto" and model):
        return KokoroVoice(model, voice, language, threads)
    return EspeakVoice(voice)
