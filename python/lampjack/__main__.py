"""`python -m lampjack`, and the `lampjack` command."""

import sys

from lampjack._cli import main

if __name__ == "__main__":
    sys.exit(main())
