"""What the forms of the plan become: its schemas, or a sentence about what cannot be read. Pure."""

from collections.abc import Mapping

from hub.web.plan import texts
from hub.web.shell.form_schema import read_day, read_schema
from schemas.plan import NewEntry, NewProgress, PlanText


def read_entry(fields: Mapping[str, str]) -> NewEntry | str:
    """A new entry."""
    said = _said({**fields, "state": "open"})
    return read_schema(
        NewEntry,
        {"kind": fields["kind"], "parent_id": fields["goal"] or None, "text": said},
        texts.CHOOSE,
        texts.CORRECT,
    )


def read_text(fields: Mapping[str, str]) -> PlanText | str:
    """What an entry says now."""
    return read_schema(PlanText, _said(fields), texts.CHOOSE, texts.CORRECT)


def read_progress(fields: Mapping[str, str]) -> NewProgress | str:
    """What somebody says of a goal."""
    words = {"progress": fields["progress"], "words": fields["words"].strip()}
    return read_schema(NewProgress, {**words, "on_day": read_day(fields["on_day"])}, texts.CHOOSE, texts.CORRECT)


def _said(fields: Mapping[str, str]) -> dict[str, object]:
    return {
        "words": fields["words"].strip(),
        "who": fields["who"].strip(),
        "due_on": read_day(fields["due_on"]),
        "goal_type": fields["goal_type"],
        "state": fields["state"],
    }
