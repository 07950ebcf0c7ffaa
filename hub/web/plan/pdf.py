"""The plan as a PDF that a screen reader can read (PDF/UA-1). The only module that knows typst."""

import json
from dataclasses import asdict
from functools import cache

import typst

from hub.web.plan.page import PaperPage
from hub.web.shell.rendering import WEB


@cache
def _template() -> bytes:
    return (WEB / "plan/templates/plan.typ").read_bytes()


def write_pdf(page: PaperPage) -> bytes:
    """The page as a PDF. What people wrote is data of the template, never part of it."""
    document: bytes = typst.compile(
        _template(), format="pdf", pdf_standards=["ua-1"], sys_inputs={"plan": json.dumps(asdict(page))}
    )
    return document
