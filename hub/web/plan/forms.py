"""What the forms of the plan become: its schemas, or a sentence about what cannot be read. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from pydantic import ValidationError

from hub.web.plan import texts
from schemas.plan import NewEntry, NewProgress, PlanText

T = TypeVar("T", NewEntry, NewProgress, PlanText)


def read_entry(fields: Mapping[str, str]) -> NewEntry | str:
    """A new entry."""
    said = _said({**fields, "state": "open"})
    return _read(NewEntry, {"kind": fields["kind"], "parent_id": fields["goal"] or None, "text": said})


def read_text(fields: Mapping[str, str]) -> PlanText | str:
    """What an entry says now."""
    return _read(PlanText, _said(fields))


def read_progress(fields: Mapping[str, str]) -> NewProgress | str:
    """What somebody says of a goal."""
    words = {"progress": fields["progress"], "words": fields["words"].strip()}
    return _read(NewProgress, {**words, "on_day": _day(fields["on_day"])})


def _said(fields: Mapping[str, str]) -> dict[str, object]:
    return {
        "words": fields["words"].strip(),
        "who": fields["who"].strip(),
        "due_on": _day(fields["due_on"]),
        "goal_type": fields["goal_type"],
        "state": fields["state"],
    }


def _read(schema: type[T], values: Mapping[str, object]) -> T | str:
    try:
        return schema.model_validate(values)
    except ValidationError:
        return texts.CHOOSE


def _day(text: str) -> date | str | None:
    """A day as a form sends it; what is none stays as it was typed, and is refused."""
    stripped = text.strip()
    if not stripped:
        return None
    try:
        return date.fromisoformat(stripped)
    except ValueError:
        return stripped
