"""What the forms of Forløb become: the schemas of the course, or a sentence about what cannot be read. Pure."""

from collections.abc import Collection, Mapping

from hub.web.course import texts
from hub.web.shell.form_schema import read_day, read_schema
from schemas.course import CourseEnding, CourseOffer, Leaving, NewMember


def read_member(fields: Mapping[str, str]) -> NewMember | str:
    """Who joins."""
    return read_schema(
        NewMember,
        {
            "actor_id": fields["employee"],
            "function": fields["function"],
            "valid_from": read_day(fields["valid_from"]),
            "valid_to": read_day(fields["valid_to"]),
            "reason": fields["reason"].strip(),
            "authority": fields["authority"].strip(),
            "citizen_say": fields["say"],
            "citizen_words": fields["citizen_words"].strip(),
        },
        texts.CHOOSE,
        texts.CORRECT,
    )


def read_leaving(fields: Mapping[str, str]) -> Leaving | str:
    """Why somebody leaves."""
    said = {"reason": fields["reason"].strip(), "citizen_words": fields["citizen_words"].strip()}
    return read_schema(Leaving, {**said, "citizen_say": fields["say"]}, texts.CHOOSE, texts.CORRECT)


def read_ending(fields: Mapping[str, str]) -> CourseEnding | str:
    """How the course ends."""
    follows = fields["follows"].strip()
    return read_schema(
        CourseEnding,
        {"ends_on": read_day(fields["ends_on"]), "outcome": fields["outcome"], "follows": follows},
        texts.CHOOSE,
        texts.CORRECT,
    )


def read_offer(fields: Mapping[str, str], reasons: Collection[str]) -> CourseOffer | str:
    """Why the course is offered."""
    return read_schema(
        CourseOffer,
        {
            "reasons": list(reasons),
            "indicators": [line.strip() for line in fields["indicators"].splitlines() if line.strip()],
            "words": fields["words"].strip(),
            "authority": fields["authority"].strip(),
        },
        texts.CHOOSE,
        texts.CORRECT,
    )
