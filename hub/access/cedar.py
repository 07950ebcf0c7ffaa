"""The policies in Cedar: their text, the name of the text, and what it answers. The only module that knows Cedar.

Default closed: what no policy permits is refused, and so is everything when a policy cannot be evaluated.
"""

import hashlib
import re
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import cedarpy

from schemas.access import Role
from schemas.machine import Scope
from schemas.source import Area

_FOLDER = files("hub.access") / "policies"
_TEXTS = {
    file.name: file.read_text(encoding="utf-8")
    for file in sorted(_FOLDER.iterdir(), key=lambda file: file.name)
    if file.name.endswith(".cedar")
}
_TEXT = "\n".join(_TEXTS.values())
_SOMEBODY = re.compile(r'\b(Actor|Citizen|CitizenActor)::"')
_TITLE = re.compile(r'@id\("([^"]+)"\)\n@title\("([^"]+)"\)')

POLICY_VERSION = hashlib.sha256("\x1f".join(f"{name}\x1f{text}" for name, text in _TEXTS.items()).encode()).hexdigest()[
    :12
]
"""Names the text that decided; every audit line carries it."""

POLICY_TITLES = dict(_TITLE.findall(_TEXT))
"""What each policy says, in Danish, by its id."""

Question = tuple[str, str, tuple[tuple[str, object], ...]]
"""Action, type of what it is done to, and the context's items."""


class Principal(NamedTuple):
    """Who asks, as far as a policy may look at it."""

    roles: tuple[Role, ...] = ()
    area: Area | None = None
    kle: tuple[str, ...] | None = None
    """KLE numbers that the job functions are limited to; None: no limit."""
    scopes: tuple[Scope, ...] | None = None
    """Of a machine; None: it is none."""
    for_employee: bool = False
    """The machine asks on behalf of an employee."""

    @property
    def attributes(self) -> dict[str, object]:
        """As the schema of the policies has them."""
        machine = {"scopes": list(self.scopes or ()), "for_employee": self.for_employee}
        return {
            "roles": list(self.roles),
            **({} if self.area is None else {"area": self.area}),
            **({} if self.kle is None else {"kle": list(self.kle)}),
            **({} if self.scopes is None else {"machine": machine}),
        }


NOBODY = Principal()
"""For questions that are about no principal."""


class Answer(NamedTuple):
    """What the policies say to one question."""

    allowed: bool
    policies: tuple[str, ...]
    """Ids of the policies that decided; none: no policy permits it."""


def _load() -> cedarpy.PolicySet:
    if _SOMEBODY.search(_TEXT):
        # ``get_answers`` asks without saying who, so such a policy would never apply.
        raise RuntimeError("a policy names a single person; rights follow from role, area and facts alone")
    checked = cedarpy.validate_policies(_TEXT, (_FOLDER / "schema.cedarschema").read_text(encoding="utf-8"))
    if not checked.validation_passed:
        raise RuntimeError(f"the policies do not fit their schema: {checked.errors[0]}")
    return cedarpy.PolicySet.from_str(_TEXT)


_POLICIES = _load()


def policy_texts() -> dict[str, str]:
    """The policies as they are in force, by file name."""
    return dict(_TEXTS)


@lru_cache(maxsize=8192)
def get_answers(principal: Principal, questions: tuple[Question, ...]) -> tuple[Answer, ...]:
    """What Cedar says. Rights follow from role, area, scopes and facts alone, never from who somebody is.

    So the same facts have the same answer, and one asking in a thousand reaches Cedar, which takes over a millisecond.
    """
    return _ask("Actor", principal.attributes, questions)


@lru_cache(maxsize=8192)
def get_answers_to_citizen(questions: tuple[Question, ...]) -> tuple[Answer, ...]:
    """The same of a citizen who asks on *Min side*: another type of principal, of whom a policy knows nothing."""
    return _ask("CitizenActor", {}, questions)


def _ask(kind: str, attributes: dict[str, object], questions: tuple[Question, ...]) -> tuple[Answer, ...]:
    if not questions:
        return ()
    anybody = {"type": kind, "id": "anybody"}
    requests: list[dict[str, object]] = [
        {
            "principal": anybody,
            "action": {"type": "Action", "id": action},
            "resource": {"type": resource, "id": "any"},
            "context": dict(context),
        }
        for action, resource, context in questions
    ]
    answers = cedarpy.is_authorized_batch(requests, _POLICIES, [{"uid": anybody, "attrs": attributes, "parents": []}])
    broken = [error for answer in answers for error in answer.diagnostics.errors]
    if broken:
        # Cedar skips a policy that fails, also one that forbids: then no answer can be trusted.
        raise RuntimeError(f"policy cannot be evaluated: {broken[0]}")
    return tuple(
        Answer(answer.allowed, tuple(sorted(answer.diagnostics.id_annotations_by_reason.values())))
        for answer in answers
    )
