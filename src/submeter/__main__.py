"""``python -m submeter`` is the command ``submeter``."""

from __future__ import annotations

import sys

from submeter.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
