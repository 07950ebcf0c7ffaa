"""Whether the interface answers what a run will ask it, type by type."""

from datetime import datetime

from connectors.base import CheckResult
from connectors.sources.health.search import ELEMENTS, NotSupported, fhir_instant, pages
from connectors.sources.health.settings import HealthSettings
from connectors.sources.health.stream_state import OVERLAP
from connectors.transports.http import HttpTransport


def check_interface(transport: HttpTransport, settings: HealthSettings, now: datetime) -> CheckResult:
    """Log in and ask for each type what ``read`` asks: a search by time, the history, and a list of ids.

    Raises:
        SourceUnavailable: it does not answer, or not with a whole answer.
        SourceRefused: a person must act; the message says at which request.
    """
    since = fhir_instant(now - OVERLAP)
    without_history: list[str] = []
    for resource_type in settings.resource_types:
        params = {"_sort": "_lastUpdated", "_count": "1"}
        next(pages(transport, resource_type, params), None)
        next(pages(transport, resource_type, {**params, "_lastUpdated": f"ge{since}"}), None)
        if not _answers(transport, resource_type, {"_since": since, "_count": "1"}, "/_history"):
            without_history.append(resource_type)
        if not _answers(transport, resource_type, {ELEMENTS: "id,meta", "_count": "1"}):
            next(pages(transport, resource_type, {"_count": "1"}), None)
    message = f"logged in and read {', '.join(settings.resource_types)}"
    if without_history:
        how = "are found by comparing ids" if settings.compare_every else "are NOT found: set compare_every"
        message += f"; there is no history of {', '.join(without_history)}, so that deletions {how}"
    return CheckResult(ok=True, message=message)


def _answers(transport: HttpTransport, resource_type: str, params: dict[str, str], path: str = "") -> bool:
    try:
        next(pages(transport, resource_type, params, path, may_be_unsupported=True), None)
    except NotSupported:
        return False
    return True
