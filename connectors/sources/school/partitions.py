"""Rows of a file that may not fit into memory, in parts that do: by key on disk, one part after the other."""

import json
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

from connectors.sources.school.absence_file import Row

BYTES_EACH = 4 * 1024 * 1024
MOST = 128


def parts_for(size: int) -> int:
    """So many parts a file of that size needs."""
    return min(MOST, 1 + size // BYTES_EACH)


def partitioned(rows: Iterable[Row], key: Callable[[Row], str], count: int) -> Iterator[list[Row]]:
    """All rows, those with the same key in the same part and in their order."""
    if count == 1:
        yield list(rows)
        return
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in range(count)]
        for row in rows:
            files[zlib.crc32(key(row).encode()) % count].write(json.dumps(row) + "\n")
        for file in files:
            file.seek(0)
            yield [Row(*json.loads(line)) for line in file]
            file.close()
