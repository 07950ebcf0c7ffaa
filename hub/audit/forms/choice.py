"""The forms in which the log is handed out, by name."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from hub.audit.forms.ecs import ecs_event
from hub.audit.forms.event import Event
from hub.audit.forms.fhir import fhir_event
from hub.audit.forms.ocsf import ocsf_event


class EventForm(StrEnum):
    """A form in which others read the log."""

    ECS = "ecs"
    OCSF = "ocsf"
    FHIR = "fhir"


FORMS: Mapping[EventForm, Callable[[Event], dict[str, Any]]] = {
    EventForm.ECS: ecs_event,
    EventForm.OCSF: ocsf_event,
    EventForm.FHIR: fhir_event,
}
