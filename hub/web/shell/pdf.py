"""Pages on paper that a screen reader can read (PDF/UA-1). The only module that knows typst."""

import json
from collections.abc import Mapping
from functools import cache

from hub.web.shell.rendering import WEB


@cache
def _template(path: str) -> bytes:
    return (WEB / path).read_bytes()


def write_pdf(template: str, name: str, data: Mapping[str, object]) -> bytes:
    """What *template* makes of *data*. What people wrote is data of the template, never part of it.

    Args:
        template: path of a typst file below ``hub/web``; it sets title and language.
        name: under which ``sys.inputs`` has the data, as JSON.
        data: what it shows.
    """
    import typst  # noqa: PLC0415  its library is loaded by the first who prints

    document: bytes = typst.compile(
        _template(template), format="pdf", pdf_standards=["ua-1"], sys_inputs={name: json.dumps(data)}
    )
    return document
