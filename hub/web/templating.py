"""Jinja: one environment, everything escaped, undefined names are errors; templates get ``frame`` and ``page``."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.access.policy import SHORTEST_REASON
from hub.web.pages import Frame

WEB = Path(__file__).resolve().parent

_environment = Environment(
    loader=FileSystemLoader(WEB / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["shortest_reason"] = SHORTEST_REASON


def render(template: str, frame: Frame, page: Any) -> str:
    """The page as HTML."""
    return _environment.get_template(template).render(frame=frame, page=page)


def render_fragment(template: str, page: Any) -> str:
    """A piece of a page, for a swap in place."""
    return _environment.get_template(template).render(page=page)
