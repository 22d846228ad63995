"""``python -m shine``, which is the program ``shine``."""

import sys

from ._cli.main import main

if __name__ == "__main__":  # a server that reloads imports this module again in each of its processes
    sys.exit(main())
