"""A template uses exactly what its page class has: nothing missing, nothing carried for nobody."""

from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_type_hints

import pytest
from jinja2 import nodes

from hub.web.citizen import page as pages
from hub.web.shell.rendering import WEB, _environment
from hub.web.sources import page as pages_lists

PAGES: dict[str, type] = {
    "overview.html": pages.OverviewPage,
    "family.html": pages.FamilyPage,
    "timeline.html": pages.TimelinePage,
    "login.html": pages_lists.LoginPage,
    "my_citizens.html": pages_lists.MyCitizensPage,
    "search.html": pages_lists.SearchResultPage,
    "reason.html": pages_lists.ReasonPage,
    "sources.html": pages_lists.SourcesPage,
    "oversight.html": pages_lists.OversightPage,
    "error.html": pages_lists.ErrorPage,
    "revealed.html": pages_lists.RevealedPage,
    "_revealed.html": pages_lists.Revealed,
}


def used_of(template: str, name: str = "page") -> set[str]:
    """Attributes of *name* that the template and what it includes use."""
    tree = _environment.parse(next(WEB.glob(f"*/templates/{template}")).read_text(encoding="utf-8"))
    found = {
        one.attr for one in tree.find_all(nodes.Getattr) if isinstance(one.node, nodes.Name) and one.node.name == name
    }
    for one in tree.find_all(nodes.Include):
        assert isinstance(one.template, nodes.Const)
        found |= used_of(one.template.value, name)
    return found


@pytest.mark.parametrize("template", PAGES)
def test_a_template_uses_what_its_page_has(template: str) -> None:
    assert used_of(template) == {field.name for field in fields(PAGES[template])}


def test_the_frame_is_used_whole() -> None:
    used = used_of("base.html", "frame").union(*(used_of(template, "frame") for template in PAGES))
    assert used == {field.name for field in fields(pages.Frame)}


def test_every_field_of_every_part_is_used_somewhere() -> None:
    used = {
        one.attr
        for path in WEB.glob("*/templates/*.html")
        for one in _environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Getattr)
    }
    carried = {field.name for kind in PAGES.values() for part in _parts(kind) for field in fields(part)}
    assert carried <= used


def test_every_template_has_a_page() -> None:
    shared = {"base.html", "_head.html", "_parts.html", "_timeline_table.html"}
    assert {path.name for path in WEB.glob("*/templates/*.html")} == set(PAGES) | shared


def _parts(kind: Any) -> set[type]:
    """The class and every page class within its fields."""
    if isinstance(kind, type) and is_dataclass(kind):
        return {kind}.union(*(_parts(hint) for hint in get_type_hints(kind).values()))
    if get_args(kind) or isinstance(kind, UnionType):
        return set().union(*(_parts(one) for one in get_args(kind)))
    return set()
