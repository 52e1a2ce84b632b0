"""Models of ONNX, by onnxruntime."""

from __future__ import annotations

import os
from typing import Any

INSTALL = "install it with: pip install onnxruntime"


def open_model(path: str, threads: int) -> Any:
    """
    Opens a model, which runs on the processor.

    :param threads: how many compute at once, with the node's own
    :raises RuntimeError: if onnxruntime is missing
    :raises ValueError: if there is no model at the path, with the reason
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise RuntimeError(f"onnxruntime is needed ({error}); {INSTALL}") from None
    if not os.path.isfile(path):
        raise ValueError(
            f'there is no model at "{path}", wanted a file of ONNX; its path is relative to the working directory'
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ValueError(f'"{path}" is no model that onnxruntime reads: {" ".join(str(error).split())[:300]}') from None
