"""The README's demo command, as it stands there, on a fresh copy of the checkout.

It installs the program with pip, so this one test needs what pip needs: the package index that this machine is set up
for, and pip's cache. All else that it sees is fresh.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.desks import INBOX
from tests.e2e.terminal import Terminal, clean_environment

CHECKOUT: Final = Path(__file__).parents[2]
COMMANDS: Final = re.compile(r"^```sh\n(.+?)\n```$", re.MULTILINE | re.DOTALL)
NOT_SOURCE: Final = shutil.ignore_patterns(".git", "*venv*", "__pycache__", ".*_cache", ".hypothesis", "build", "dist")


def _pip_settings() -> dict[str, str]:
    """How this machine's pip reaches its index, from the environment and the home that the tests otherwise hide."""
    found = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("PIP_")
        or name.lower().endswith("_proxy")
        or name in {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"}
    }
    home = Path.home()
    for config in (home / ".config/pip/pip.conf", home / ".pip/pip.conf"):
        if config.exists():
            found.setdefault("PIP_CONFIG_FILE", str(config))
    found.setdefault("PIP_CACHE_DIR", str(home / ".cache/pip"))
    return found


PIP_SETTINGS: Final = _pip_settings()
"""Taken when this module is read: each test has another home."""


@pytest.mark.timeout(400)
def test_the_readmes_demo_command_shows_the_desk(home: Path, tmp_path: Path) -> None:
    command = COMMANDS.findall((CHECKOUT / "README.md").read_text(encoding="utf-8"))[0]
    assert command.endswith("leads-tui demo")
    copy = tmp_path / "checkout"
    shutil.copytree(CHECKOUT, copy, ignore=NOT_SOURCE)

    environ = clean_environment(home, **PIP_SETTINGS)
    with Terminal(["sh", "-c", command], environ=environ, cwd=copy) as terminal:
        terminal.wait_for(INBOX, timeout=300)
        terminal.press("ctrl+q")

        assert terminal.wait_exit() == 0
        assert terminal.left_behind() == {}
    assert not (home / ".local").exists()
