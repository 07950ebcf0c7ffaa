"""A template uses exactly what its page class has: nothing missing, nothing carried for nobody."""

from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, get_args, get_type_hints

import pytest
from jinja2 import nodes

from hub.web.shell.form_again import FormAgainPage
from hub.web.shell.rendering import WEB, _environment
from hub.web.shell.view_models import ErrorPage, Frame, Page
from hub.web.workspaces import WORKSPACES

PAGES: list[type[Page]] = [ErrorPage, FormAgainPage, *(page for workspace in WORKSPACES for page in workspace.pages)]
BASE = "shell/templates/base.html"
PARTS = {
    "samples/templates/_lines.html",
    "meetings/templates/_meetings.html",
    "my_page/templates/_parts.html",
    "plan/templates/_plan.html",
    "shell/templates/_trials.html",
    "trial_actions/templates/_form.html",
    BASE,
    "shell/templates/_parts.html",
    "shell/templates/_settings_form.html",
    "citizen/templates/_head.html",
    "source/templates/_head.html",
    "source/templates/_inbox.html",
    "source/templates/_parts.html",
    "sources/templates/_parts.html",
    "citizen/templates/_timeline_table.html",
    "quarantine/templates/_fault.html",
    "identity/templates/_decision.html",
    "connect/templates/_check.html",
    "connect/templates/_preview.html",
    "connect/templates/_steps.html",
    "staff/templates/_neighbours.html",
    "staff/templates/_views.html",
}
"""Templates that others extend, import or include."""


@cache
def templates() -> dict[str, nodes.Template]:
    """Every template by its path below ``hub/web``."""
    return {
        str(path.relative_to(WEB)): _environment.parse(path.read_text(encoding="utf-8"))
        for path in WEB.glob("*/templates/*.html")
    }


def used_of(template: str, name: str = "page") -> set[str]:
    """Attributes of *name* that the template and what it includes use."""
    tree = templates()[template]
    found = {
        one.attr for one in tree.find_all(nodes.Getattr) if isinstance(one.node, nodes.Name) and one.node.name == name
    }
    for one in tree.find_all(nodes.Include):
        assert isinstance(one.template, nodes.Const)
        found |= used_of(one.template.value, name)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_template_uses_what_its_page_has(page: Any) -> None:
    assert used_of(page.template) == {field.name for field in fields(page)}


def test_the_frame_is_used_whole() -> None:
    used = used_of(BASE, "frame").union(*(used_of(page.template, "frame") for page in PAGES))
    assert used == {field.name for field in fields(Frame)}


def test_every_field_of_every_part_is_used_somewhere() -> None:
    used = {one.attr for tree in templates().values() for one in tree.find_all(nodes.Getattr)}
    carried = {field.name for page in PAGES for part in _parts(page) for field in fields(part)}
    assert carried <= used


def test_every_template_has_a_page() -> None:
    assert set(templates()) == {page.template for page in PAGES} | PARTS


def _parts(kind: Any) -> set[Any]:
    """The class and every page class within its fields."""
    if isinstance(kind, type) and is_dataclass(kind):
        return {kind}.union(*(_parts(hint) for hint in get_type_hints(kind).values()))
    if get_args(kind) or isinstance(kind, UnionType):
        return set().union(*(_parts(one) for one in get_args(kind)))
    return set()
