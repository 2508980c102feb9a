"""The line between a desk and its server, which a test can cut at the very call that it wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, Final
from urllib.parse import urlsplit

from tests.e2e.served import Served
from tests.e2e.terminal import PATIENCE

HEAD_END: Final = b"\r\n\r\n"


@dataclass
class Wire:
    """Carries calls one by one to the server, and notes which."""

    base_url: str
    """Where the desk finds the server."""
    is_cut: bool = False
    """While it is, every call fails at once."""
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    """What happens, once, between a call's arrival here and its way on: `{"leads/lock": server.process.kill}`."""
    cut_after: set[str] = field(default_factory=set)
    """Calls whose answer never arrives, and with it nothing more, until `is_cut` is taken back."""
    calls: list[str] = field(default_factory=list)
    """Every call that came, in order: `leads/lock`."""

    def carry(self, desk: socket.socket, server: tuple[str, int]) -> None:
        """One connection of the desk's, until one side has enough of it."""
        with desk, desk.makefile("rb") as incoming, suppress(OSError):
            while not self.is_cut and (request := _message(incoming)):
                call = request.split(b" ", 2)[1].decode().partition("?")[0].removeprefix("/v2/")
                self.calls.append(call)
                if (happening := self.before.pop(call, None)) is not None:
                    happening()
                answer = _ask(server, request)
                if call in self.cut_after:
                    self.is_cut = True
                if self.is_cut or not answer:
                    return
                desk.sendall(answer)


@contextmanager
def wired(server: Served) -> Iterator[tuple[Wire, Served]]:
    """A wire to this server, and the server as the desk sees it through the wire."""
    address = urlsplit(server.base_url)
    target = (str(address.hostname), int(address.port or 0))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(f"http://127.0.0.1:{listener.getsockname()[1]}/v2")

        def accept() -> None:
            with suppress(OSError):  # the listener was closed: the test is over
                while True:
                    desk, _address = listener.accept()
                    desk.settimeout(PATIENCE)
                    threading.Thread(target=wire.carry, args=(desk, target), daemon=True).start()

        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield wire, Served(wire.base_url, server.process)
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(PATIENCE)


def _ask(server: tuple[str, int], request: bytes) -> bytes:
    """The answer, on a connection of its own: one that is kept may be closed by the server just then."""
    with socket.create_connection(server, PATIENCE) as onward, onward.makefile("rb") as answers:
        onward.sendall(request)
        return _message(answers)


def _message(stream: IO[bytes]) -> bytes:
    """One request or answer, whole; nothing where the other side has closed."""
    head = b""
    while not head.endswith(HEAD_END):
        line = stream.readline()
        if not line:
            return b""
        head += line
    length = 0
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            length = int(value)
    return head + stream.read(length)
