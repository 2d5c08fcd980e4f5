"""`python -m vllm_client` is the command `vllm-client`."""

import sys

from .cli import main

sys.exit(main())
