"""A file of 200 MB is read in bounded memory."""

import hashlib
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.connectors.school_files import HEADER, put_four, put_marker, row
from tests.connectors.sftp_server import Drop, serving

SIZE = 200_000_000
MOST_MEGABYTES = 300
PUPILS = 2_000
READ = """
import resource, sys
from tests.connectors.school_files import Looks
from tests.connectors.sftp_server import Drop
settings = __import__("json").loads(sys.stdin.read())
looks = Looks(Drop.__new__(Drop)) if False else None
"""


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[Drop]:
    with serving(tmp_path / "drop") as served:
        yield served
