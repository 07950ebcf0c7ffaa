"""An event as the Elastic Common Schema has it (ECS 8.17, https://www.elastic.co/docs/reference/ecs). Pure."""

from collections.abc import Mapping
from typing import Any

from hub.audit.forms.event import Deed, Event, Subject

VERSION = "8.17.0"
_CATEGORY: Mapping[Subject, str] = {
    Subject.DATA: "database",
    Subject.LOG: "database",
    Subject.PEOPLE: "iam",
    Subject.SETTINGS: "configuration",
}
_TYPE: Mapping[Deed, str] = {
    Deed.READ: "access",
    Deed.QUERY: "access",
    Deed.CREATE: "change",
    Deed.UPDATE: "change",
    Deed.DELETE: "change",
    Deed.LOG_IN: "start",
    Deed.LOG_OUT: "end",
}
"""Of the types that ECS lets stand with the category."""


def ecs_event(event: Event) -> dict[str, Any]:
    """The event: ``event.*``, ``user.*``, ``related.*``, and what ECS has no field for under ``helhed``."""
    is_login = event.deed in {Deed.LOG_IN, Deed.LOG_OUT}
    category = "authentication" if is_login else _CATEGORY[event.subject]
    kind = "info" if category == "iam" and _TYPE[event.deed] == "access" else _TYPE[event.deed]
    about = {
        "id": event.id,
        "kind": "event",
        "category": [category],
        "type": [kind],
        "action": event.action.value,
        "outcome": "success" if event.has_succeeded else "failure",
        "sequence": event.leaf,
        "hash": event.commitment,
        "provider": event.log,
        "dataset": "helhed.audit",
    }
    if event.purpose is not None:
        about["reason"] = event.purpose
    user: dict[str, Any] = {"id": event.actor}
    if event.actor_name is not None:
        user["full_name"] = event.actor_name
    if event.role is not None:
        user["roles"] = [event.role]
    if event.on_behalf_of is not None:
        user["effective"] = {"id": event.on_behalf_of}
    users = [each for each in (event.actor, event.on_behalf_of, event.citizen) if each is not None]
    return {
        "@timestamp": event.at.isoformat(),
        "ecs": {"version": VERSION},
        "event": about,
        "user": user,
        "related": {"user": users, "hash": [event.commitment]},
        "http": {"request": {"id": event.request}},
        **({"organization": {"id": event.unit}} if event.unit is not None else {}),
        "helhed": event.extras,
    }
