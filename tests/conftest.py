"""What every test gets: no real home, no settings of the person who runs it, no network but loopback."""

from __future__ import annotations

import gettext
import ipaddress
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from leads_tui import locale

settings.register_profile("soak", max_examples=10_000, deadline=None)

FIXED = {
    "LC_ALL": "C.UTF-8",
    "TERM": "xterm-256color",
    # Neither UTC nor Moscow, so that a mix-up of time zones shows.
    "TZ": "Asia/Yekaterinburg",
}
DROPPED = {"COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "LANG", "LANGUAGE", "TMUX"}
KEPT = {"TEXTUAL_SNAPSHOT_TEMPDIR"}  # where the snapshot plug-in collects its report
DROPPED_PREFIXES = ("LEADS_TUI_", "XDG_", "TEXTUAL", "LC_", "SSH_")


def _is_dropped(name: str) -> bool:
    if name in KEPT:
        return False
    return name in DROPPED or name.startswith(DROPPED_PREFIXES) or name.lower().endswith("_proxy")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh, empty home; the process's umask and language are put back afterwards."""
    folder = tmp_path_factory.mktemp("home")
    for name in filter(_is_dropped, list(os.environ)):
        monkeypatch.delenv(name)
    for name, value in {**FIXED, "HOME": str(folder)}.items():
        monkeypatch.setenv(name, value)
    time.tzset()
    umask = os.umask(0o022)
    yield folder
    os.umask(umask)
    locale.use(gettext.NullTranslations())


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection or a look-up that would leave this machine fails the test that made it."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_foreign(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_foreign(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_foreign_host(host)
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


def _refuse_foreign(family: int, address: Any) -> None:
    if family in {socket.AF_INET, socket.AF_INET6}:
        _refuse_foreign_host(address[0])


def _refuse_foreign_host(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return
    try:
        foreign = not (address := ipaddress.ip_address(name)).is_loopback and not address.is_unspecified
    except ValueError:
        foreign = True
    if foreign:
        pytest.fail(f"a test reached for the network: {name}")
