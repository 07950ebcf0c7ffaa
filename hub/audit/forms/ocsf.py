"""An event as the Open Cybersecurity Schema Framework has it (OCSF 1.5.0, https://schema.ocsf.io). Pure.

Reading is *Datastore Activity*, changing *API Activity*, logging in and out *Authentication*.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hub.audit.forms.event import Deed, Event

VERSION = "1.5.0"


class _Class(NamedTuple):
    """A class of OCSF, with the activity."""

    category: int
    uid: int
    activity: int


_CLASS: Mapping[Deed, _Class] = {
    Deed.READ: _Class(6, 6005, 1),
    Deed.QUERY: _Class(6, 6005, 4),
    Deed.CREATE: _Class(6, 6003, 1),
    Deed.UPDATE: _Class(6, 6003, 3),
    Deed.DELETE: _Class(6, 6003, 4),
    Deed.LOG_IN: _Class(3, 3002, 1),
    Deed.LOG_OUT: _Class(3, 3002, 2),
}
_INFORMATIONAL, _LOW = 1, 2
_SUCCESS, _FAILURE = 1, 2
_RELATIONAL = 1


def ocsf_event(event: Event) -> dict[str, Any]:
    """The event; what OCSF has no attribute for stands under ``unmapped``."""
    of_class = _CLASS[event.deed]
    user: dict[str, Any] = {"uid": event.actor}
    if event.actor_name is not None:
        user["full_name"] = event.actor_name
    if event.unit is not None:
        user["org"] = {"uid": event.unit, "name": event.unit}
    if event.role is not None:
        user["groups"] = [{"name": event.role}]
    fields: dict[str, Any] = {
        "category_uid": of_class.category,
        "class_uid": of_class.uid,
        "activity_id": of_class.activity,
        "type_uid": of_class.uid * 100 + of_class.activity,
        "time": int(event.at.timestamp() * 1000),
        "severity_id": _INFORMATIONAL if event.has_succeeded else _LOW,
        "status_id": _SUCCESS if event.has_succeeded else _FAILURE,
        "status_detail": event.outcome.value,
        "message": event.action.value,
        "metadata": {
            "version": VERSION,
            "product": {"name": "Helhed", "vendor_name": "Helhed"},
            "uid": event.id,
            "sequence": event.leaf,
            "log_name": event.log,
            "correlation_uid": event.request,
        },
        "src_endpoint": {"svc_name": "Helhed"},
        "unmapped": event.extras,
    }
    if event.deed in {Deed.LOG_IN, Deed.LOG_OUT}:
        return {**fields, "user": user, "service": {"name": "Helhed"}}
    fields["actor"] = {"user": user}
    if event.deed in {Deed.READ, Deed.QUERY}:
        return {**fields, "database": {"name": event.subject.value, "type_id": _RELATIONAL}}
    return {**fields, "api": {"operation": event.action.value, "service": {"name": "Helhed"}}}
