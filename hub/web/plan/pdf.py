"""The plan as a PDF that a screen reader can read."""

from dataclasses import asdict

from hub.web.plan.page import PaperPage
from hub.web.shell.pdf import write_pdf


def plan_pdf(page: PaperPage) -> bytes:
    """The page as a PDF."""
    return write_pdf("plan/templates/plan.typ", "plan", asdict(page))
