"""Speech by the program espeak-ng, which is no part of this package."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

PROGRAM = "espeak-ng"
_READ_BYTES = 8_192
_MOST_HEADER_BYTES = 4_096


def find_program() -> str:
    """Returns the path of espeak-ng. :raises RuntimeError: if it is missing, with what to install"""
    path = shutil.which(PROGRAM)
    if path is None:
        raise RuntimeError(f"the program {PROGRAM} is missing; Debian: apt-get install espeak-ng")
    return path


def check_voice(program: str, voice: str) -> None:
    """:raises ValueError: if there is no such voice, with how to list them"""
    tried = subprocess.run([program, "-q", "-v", voice, ""], capture_output=True, timeout=20, check=False)
    if tried.returncode != 0:
        raise ValueError(
            f'espeak-ng has no voice "{voice}", wanted one of those that espeak-ng --voices lists, such as en-us'
        )


def clean(text: str) -> str:
    """Makes text out of anything: no control characters, no brackets that mean phonemes, single spaces."""
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+", " ", text)
    return " ".join(shown.replace("[[", "[ [").split())


def pieces(text: str, most: int = 400) -> list[str]:
    """Cuts text at the ends of sentences, and longer ones between words, into pieces of so many characters at most."""
    found: list[str] = []
    for sentence in re.split(r"(?<=[.!?;:])\s+", text):
        while len(sentence) > most:
            cut = sentence.rfind(" ", 0, most)
            cut = cut if cut > 0 else most
            found.append(sentence[:cut])
            sentence = sentence[cut:].lstrip()
        if re.search(r"\w", sentence):
            found.append(sentence)
    return found


def speak(
    program: str, text: str, voice: str, words_per_minute: int, pitch: int, is_wanted: Callable[[], bool]
) -> Iterator[tuple[int, np.ndarray]]:
    """
    Speaks a text.

    :param is_wanted: ends the program once it is false
    :returns: rates in Hz, and samples as they come
    :raises RuntimeError: if the program fails, with what it says
    """
    command = [program, "--stdout", "--stdin", "-b", "1", "-v", voice, "-s", str(words_per_minute), "-p", str(pitch)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdin and child.stdout and child.stderr
        try:
            _send(child.stdin, text)
            yield from _samples(child.stdout, is_wanted)
        finally:
            if not is_wanted() or sys.exc_info()[0] is not None:
                child.kill()
        said = child.stderr.read().decode("utf-8", "replace").strip()
        if child.wait(timeout=20) != 0 and is_wanted():
            raise RuntimeError(f"{PROGRAM} failed ({child.returncode}): {said[:300]}")


def _send(stream: Any, text: str) -> None:
    try:
        stream.write(text.encode("utf-8", "replace"))
        stream.close()
    except BrokenPipeError:
        # The program has ended: its status tells more.
        pass


def _samples(stream: Any, is_wanted: Callable[[], bool]) -> Iterator[tuple[int, np.ndarray]]:
    """Reads a WAV file of 16 bits whose length is not known."""
    rest, rate = b"", 0
    while is_wanted() and (chunk := stream.read1(_READ_BYTES)):
        rest += chunk
        if rate == 0:
            at = rest.find(b"data", 12, _MOST_HEADER_BYTES)
            if at < 0 or len(rest) < at + 8:
                continue
            (rate,) = struct.unpack_from("<I", rest, 24)
            rest = rest[at + 8 :]
        whole = len(rest) // 2 * 2
        if whole:
            yield rate, np.frombuffer(rest[:whole], "<i2").astype(np.float32) / 32_768
        rest = rest[whole:]
