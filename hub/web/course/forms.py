"""What the forms of Forløb become: the schemas of the course, or a sentence about what cannot be read. Pure."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeVar

from pydantic import ValidationError

from hub.web.course import texts
from schemas.course import CourseEnding, CourseOffer, Leaving, NewMember

T = TypeVar("T", NewMember, Leaving, CourseEnding, CourseOffer)


def read_member(fields: Mapping[str, str]) -> NewMember | str:
    """Who joins."""
    return _read(
        NewMember,
        {
            "actor_id": fields["employee"],
            "function": fields["function"],
            "valid_from": _day(fields["valid_from"]),
            "valid_to": _day(fields["valid_to"]),
            "reason": fields["reason"].strip(),
            "authority": fields["authority"].strip(),
            "citizen_say": fields["say"],
            "citizen_words": fields["citizen_words"].strip(),
        },
    )


def read_leaving(fields: Mapping[str, str]) -> Leaving | str:
    """Why somebody leaves."""
    said = {"reason": fields["reason"].strip(), "citizen_words": fields["citizen_words"].strip()}
    return _read(Leaving, {**said, "citizen_say": fields["say"]})


def read_ending(fields: Mapping[str, str]) -> CourseEnding | str:
    """How the course ends."""
    follows = fields["follows"].strip()
    return _read(CourseEnding, {"ends_on": _day(fields["ends_on"]), "outcome": fields["outcome"], "follows": follows})


def read_offer(fields: Mapping[str, str], reasons: Collection[str]) -> CourseOffer | str:
    """Why the course is offered."""
    return _read(
        CourseOffer,
        {
            "reasons": list(reasons),
            "indicators": [line.strip() for line in fields["indicators"].splitlines() if line.strip()],
            "words": fields["words"].strip(),
            "authority": fields["authority"].strip(),
        },
    )


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
