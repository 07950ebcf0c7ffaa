"""Jinja: one environment, everything escaped, undefined names are errors; templates get ``frame`` and ``page``."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.access.policy import SHORTEST_REASON
from hub.web.shell.view_models import Frame, Page

WEB = Path(__file__).resolve().parent.parent

_environment = Environment(
    loader=FileSystemLoader(WEB),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # else the files of all pieces are looked at for each page
)
_environment.globals["shortest_reason"] = SHORTEST_REASON


def render(frame: Frame, page: Page) -> str:
    """The page as HTML."""
    return _environment.get_template(page.template).render(frame=frame, page=page)


def render_fragment(page: Page) -> str:
    """A piece of a page, for a swap in place."""
    return _environment.get_template(page.template).render(page=page)
