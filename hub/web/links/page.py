"""What an address that leads nowhere shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.view_models import Link


@dataclass(frozen=True)
class LinkClosedPage:
    """It leads nowhere: what now?"""

    template: ClassVar[str] = "links/templates/closed.html"
    headline: str
    advice: str
    ways: tuple[Link, ...]
