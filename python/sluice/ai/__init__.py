"""Nodes that hear, speak and run models, offline. ``sluice run --plugins python/sluice/ai`` has them in a graph."""

from __future__ import annotations

from .onnx_model import Onnx
from .silero import SileroVad
from .speech_to_text import SpeechToText
from .text_expander import TextExpander
from .text_filter import TextFilter
from .text_to_speech import TextToSpeech

__all__ = ["Onnx", "SileroVad", "SpeechToText", "TextExpander", "TextFilter", "TextToSpeech"]
