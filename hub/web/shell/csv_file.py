"""A table as a file that a Danish spreadsheet reads. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi.responses import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet, whoever wrote it."""


def csv_text(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """With a mark of UTF-8 and semicolons; no cell is a formula."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return "\ufeff" + target.getvalue()


def csv_response(text: str, name: str) -> Response:
    """The file under that name, which no browser keeps."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
