"""Engines that make text of speech. Each takes the samples of one segment after another."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

RATE_HZ = 16_000


class Recogniser(Protocol):
    """Makes text of a segment of speech: ``feed()`` some times, then ``finish()``, then the next."""

    def feed(self, samples: np.ndarray) -> str:
        """Takes samples at 16 kHz, and returns the text so far; "" if the engine tells none before the end."""

    def finish(self) -> str:
        """Ends the segment, and returns its text."""


class PocketsphinxRecogniser:
    """The engine of pocketsphinx, with the English model that comes with it, or one on disk."""

    def __init__(self, model: str, phrases: Sequence[str]) -> None:
        """
        :param model: folder NAME of an acoustic model, with ``NAME.dict`` and ``NAME.lm.bin`` beside it; "" for its own
        :param phrases: if there are any, only these are told apart
        """
        from pocketsphinx import Decoder

        options: dict[str, Any] = {"samprate": float(RATE_HZ), "loglevel": "FATAL"}
        if model:
            if not os.path.isdir(model):
                raise ValueError(f'there is no folder "{model}", wanted an acoustic model of pocketsphinx')
            options.update(hmm=model, dict=f"{model}.dict", lm=f"{model}.lm.bin")
        if phrases:
            options["lm"] = None
        self._decoder = Decoder(**options)
        if phrases:
            unknown = sorted(
                {word for each in phrases for word in each.lower().split() if not self._decoder.lookup_word(word)}
            )
            if unknown:
                raise ValueError(f'"phrases" has words that the model does not know: {", ".join(unknown[:10])}')
            choice = " | ".join(each.lower() for each in phrases)
            self._decoder.add_jsgf_string(
                "phrases", f"#JSGF V1.0; grammar phrases; public <phrase> = {choice};".encode()
            )
            self._decoder.activate_search("phrases")
        self._is_open = False

    def feed(self, samples: np.ndarray) -> str:
        if not self._is_open:
            self._decoder.start_utt()
            self._is_open = True
        pcm = (np.clip(samples, -1.0, 1.0) * 32_767).astype("<i2")
        self._decoder.process_raw(pcm.tobytes())
        return self._text()

    def finish(self) -> str:
        if not self._is_open:
            return ""
        self._decoder.end_utt()
        self._is_open = False
        return self._text()

    def _text(self) -> str:
        found = self._decoder.hyp()
        return found.hypstr.strip() if found is not None else ""


class WhisperRecogniser:
    """A model of Whisper on disk, by faster-whisper. It hears a whole segment at once."""

    def __init__(self, model: str, language: str, threads: int) -> None:
        from faster_whisper import WhisperModel

        self._model = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
        self._language = language
        self._parts: list[np.ndarray] = []

    def feed(self, samples: np.ndarray) -> str:
        self._parts.append(samples)
        return ""

    def finish(self) -> str:
        if not self._parts:
            return ""
        whole = np.concatenate(self._parts)
        self._parts.clear()
        segments, _ = self._model.transcribe(whole, language=self._language or None, beam_size=1)
        return " ".join(each.text.strip() for each in segments).strip()


def open_recogniser(engine: str, model: str, phrases: Sequence[str], language: str, threads: int) -> Recogniser:
    """
    Opens an engine; ``auto`` is Whisper where ``model`` is one, and else pocketsphinx.

    :raises RuntimeError: if its package is missing, with what to install
    :raises ValueError: if its model is
    """
    is_whisper = os.path.isfile(os.path.join(model, "model.bin")) if model else False
    if engine == "whisper" or (engine == "auto" and is_whisper):
        _require("faster_whisper", "faster-whisper")
        if not is_whisper:
            raise ValueError(
                f'there is no model of Whisper at "{model}", wanted a folder with model.bin, such as '
                "faster-whisper-base.en: nothing is downloaded; name it by `model`"
            )
        if phrases:
            raise ValueError('"phrases" are of pocketsphinx alone')
        return WhisperRecogniser(model, language, threads)
    _require("pocketsphinx", "pocketsphinx")
    return PocketsphinxRecogniser(model, phrases)


def _require(module: str, package: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise RuntimeError(f"the package {package} is missing; install it with: pip install {package}")
