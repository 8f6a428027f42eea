"""`python -m zelda_rm` is `zelda-rm`."""

import sys

from zelda_rm.cli import main

sys.exit(main())
