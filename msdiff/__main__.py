"""`python -m msdiff` is `msdiff`."""

import sys

from msdiff.cli import main

if __name__ == "__main__":
    sys.exit(main())
