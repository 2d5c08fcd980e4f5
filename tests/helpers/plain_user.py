"""Permissions count for root, too."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


@contextmanager
def read_only_folder(*files: str) -> Iterator[Path]:
    """A folder with these empty files in which this process may create nothing.

    Root may write anywhere, so root becomes an ordinary user for a while. The folder is not below
    pytest's own, which only their owner may enter.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in files:
            (folder / file).touch(mode=0o444)
        folder.chmod(0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(_NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(user)
            folder.chmod(0o755)
