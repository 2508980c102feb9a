"""What the tests in real terminals share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def boris_home(tmp_path: Path) -> Path:
    """A second operator's home, beside the one that every test gets."""
    folder = tmp_path / "boris"
    folder.mkdir()
    return folder
