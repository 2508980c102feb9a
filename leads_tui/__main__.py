"""`python -m leads_tui` is `leads-tui`."""

from __future__ import annotations

import sys

from leads_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
