"""`python -m seproj_desktop`. vLLM's child processes may import this module again: importing it does nothing."""

import sys

from seproj_desktop.cli import main

if __name__ == "__main__":
    sys.exit(main())
