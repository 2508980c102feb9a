"""leads-tui: a terminal workstation for answering website visitors' leads."""

__version__ = "0.1.0"
