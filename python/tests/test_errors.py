"""Errors have the runtime's codes, and the classes that Python's callers catch."""

import pickle

import pytest

from sluice import (
    BusyError,
    ConfigError,
    InputError,
    MissingError,
    NodeFailedError,
    PoolExhaustedError,
    SluiceError,
    TimeoutError,
)
from sluice.errors import error_of
from sluice.host_table import context


@pytest.mark.parametrize(
    ("code", "made", "base"),
    [
        ("InvalidConfig", ConfigError, ValueError),
        ("InvalidGraph", InputError, ValueError),
        ("PortNotFound", MissingError, LookupError),
        ("PoolExhausted", PoolExhaustedError, RuntimeError),
        ("Busy", BusyError, RuntimeError),
        ("Timeout", TimeoutError, OSError),
        ("LaneCrashed", NodeFailedError, RuntimeError),
        ("Novel", SluiceError, RuntimeError),
    ],
)
def test_code_has_a_class(code, made, base):
    error = error_of(code, "it is so", {"port": "a"})
    assert type(error) is made
    assert isinstance(error, base)
    assert isinstance(error, SluiceError)
    assert (error.message, str(error), error.details) == ("it is so", "it is so", {"port": "a"})
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.message, copy.details) == (made, "it is so", {"port": "a"})


def test_runtime_is_not_there_outside_of_a_call():
    with pytest.raises(NodeFailedError, match="while one of the node's methods runs"):
        context()
