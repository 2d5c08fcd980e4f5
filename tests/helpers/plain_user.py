"""Make file permissions effective for root, too."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


@contextmanager
def read_only_folder(*files: str) -> Iterator[Path]:
    """Make a folder with these empty files, in which this process cannot create files.

    Root may write anywhere, so root becomes an ordinary user in the meantime. The folder is not
    inside pytest's temporary folder, which only its owner may enter.
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
