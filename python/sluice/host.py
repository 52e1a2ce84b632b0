"""
``python -u -m sluice.host HOST_PID MEMORY_BYTES SOURCE STAGE_ID``: the process of one node. The runtime starts it, with a
socket as standard input and the path of its library in ``SLUICE_GUEST_LIBRARY``; by hand it is of no use.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence

from . import stage_abi as abi
from .descriptor import Descriptor
from .discover import describe_error, find_node
from .errors import SluiceError
from .host_table import HOST
from .stage import StageFunctions

LIBRARY_VARIABLE = "SLUICE_GUEST_LIBRARY"

_Open = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p)


class Guest:
    """The library by which this process serves the runtime."""

    def __init__(self, path: str) -> None:
        library = ctypes.CDLL(path)
        library.sluice_guest_host.restype = ctypes.c_void_p
        library.sluice_guest_refuse.argtypes = [ctypes.c_char_p]
        library.sluice_guest_refuse.restype = None
        library.sluice_guest_run.argtypes = [ctypes.c_uint64, ctypes.c_uint64, _Open]
        library.sluice_guest_run.restype = ctypes.c_int32
        self._library = library
        self._kept: list[Descriptor] = []
        self._ahead: tuple[str, str, type | BaseException] | None = None

    def take_host(self) -> None:
        """Takes the functions of the host. :raises SluiceError: ``AbiMismatch``"""
        HOST.load(self._library.sluice_guest_host())

    def import_ahead(self, source: str, identity: str) -> None:
        """Imports the node before the runtime asks for it. A failure is told when it does."""
        # The modules find no socket at standard input.
        socket = os.dup(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        try:
            self._ahead = (source, identity, find_node(source, identity))
        except BaseException as error:
            self._ahead = (source, identity, error)
        finally:
            os.dup2(socket, 0)
            os.close(socket)

    def run(self, host: int, memory_bytes: int) -> int:
        """Serves the runtime until the node ends. Returns the status of the process."""
        opened = _Open(self._open)
        return self._library.sluice_guest_run(host, memory_bytes, opened)

    def _find(self, source: str, identity: str) -> type:
        if self._ahead is None or self._ahead[:2] != (source, identity):
            return find_node(source, identity)
        found = self._ahead[2]
        if isinstance(found, BaseException):
            raise found
        return found

    def _open(self, source: bytes, identity: bytes) -> int | None:
        try:
            made = self._find(os.fsdecode(source), identity.decode())
            root = os.path.dirname(os.path.realpath(getattr(sys.modules.get(made.__module__), "__file__", None) or ""))
            functions = StageFunctions(made, root)
            descriptor = Descriptor(functions.spec, functions.table)
            self._kept.append(descriptor)
            return descriptor.address
        except BaseException as error:
            text = str(error) if isinstance(error, LookupError) else describe_error(error)
            self._library.sluice_guest_refuse(text.replace("\0", "\ufffd").encode("utf-8", "replace"))
            return None


def main(arguments: Sequence[str]) -> int:
    """Runs the program. Returns its status."""
    path = os.environ.get(LIBRARY_VARIABLE)
    if path is None or len(arguments) < 2:
        print("sluice.host: it is started by the runtime, for a node", file=sys.stderr)
        return 2
    host, memory_bytes = int(arguments[0]), int(arguments[1])
    try:
        guest = Guest(path)
        guest.take_host()
    except (OSError, SluiceError, AttributeError) as error:
        print(f"sluice.host: {error}", file=sys.stderr)
        return 1
    if memory_bytes:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    if len(arguments) >= 4:
        sys.argv = [arguments[2]]
        guest.import_ahead(arguments[2], arguments[3])
    try:
        return guest.run(host, memory_bytes)
    except MemoryError:
        mib = memory_bytes >> 20
        print(f"sluice.host: {mib} MiB of memory are too few for Python and what the node imports", file=sys.stderr)
        return 1


if __name__ == "__main__":
    # As a module of its own name it shares what it imports with the nodes.
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that the node has started do not keep the process.
    os._exit(status)
