"""Jinja: one environment, everything escaped, undefined names are errors; templates get ``frame`` and ``page``."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.web.citizen.page import Frame

WEB = Path(__file__).resolve().parent.parent
FOLDERS = ("shell", "login", "my_citizens", "search", "citizen", "sources", "oversight")

_environment = Environment(
    loader=FileSystemLoader([WEB / folder / "templates" for folder in FOLDERS]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, frame: Frame, page: Any) -> str:
    """The page as HTML."""
    return _environment.get_template(template).render(frame=frame, page=page)


def render_fragment(template: str, page: Any) -> str:
    """A piece of a page, for a swap in place."""
    return _environment.get_template(template).render(page=page)
