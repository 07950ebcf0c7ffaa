"""FHIR bundles in their own words: pages of a search or a history, delivery reports (KL) and messages (MedCom).

An entry is validated by itself: one that cannot be read is that entry's fault, never its page's.
"""

from collections.abc import Iterator

from pydantic import ValidationError

from connectors.kit import InvalidValue, validation_fault
from connectors.sources.health.payloads import Code, Fhir, Id
from schemas.record import RejectionRule


class BundleLink(Fhir):
    """A page's own address, or the next one's. Some servers write a relation without an address."""

    relation: str = ""
    url: str | None = None


class Request(Fhir):
    """What was done, in a history."""

    method: Code | None = None
    url: str | None = None


class Response(Fhir):
    """What came of it, in a history."""

    status: Id | None = None
    last_modified: str | None = None
    etag: Id | None = None


class EntrySearch(Fhir):
    """Why an entry is in a search's answer."""

    mode: Code | None = None
    """``match``, ``include`` or ``outcome``."""


class Entry(Fhir):
    """One entry of a bundle; in a history a deletion has no resource."""

    full_url: str | None = None
    resource: dict[str, object] | None = None
    search: EntrySearch | None = None
    request: Request | None = None
    response: Response | None = None


class Issue(Fhir):
    """One thing that an OperationOutcome tells. Its free text may be personal and is not read."""

    severity: Code | None = None
    code: Code | None = None


class OperationOutcome(Fhir):
    """What a server tells about its answer."""

    issue: tuple[Issue, ...] = ()


class Bundle(Fhir):
    """A bundle whose links and entries are still to be validated, each by itself."""

    resource_type: str
    type: str
    id: object = None
    meta: object = None
    timestamp: str | None = None
    total: object = None
    link: list[object] | None = None
    entry: list[object] | None = None
    issues: object = None
    """R5: an OperationOutcome about the whole answer."""

    @property
    def count(self) -> int | None:
        """The server's own number of matches, if it gives one."""
        text = str(self.total) if isinstance(self.total, int | str) and not isinstance(self.total, bool) else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004  a number

    def links(self, relation: str) -> tuple[BundleLink, ...]:
        """The links of that relation, however it is capitalised; a malformed link is none."""
        return tuple(link for link in map(_link, self.link or ()) if link and link.relation.strip().lower() == relation)


class EntryFault(Exception):
    """One entry of a bundle cannot be read.

    Attributes:
        fault: field and rule.
        raw: the entry as it came.
    """

    def __init__(self, fault: InvalidValue, raw: object) -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.raw = raw


def read_entries(bundle: Bundle) -> Iterator[Entry | EntryFault]:
    """Every entry, or why it cannot be read, in their order."""
    for raw in bundle.entry or ():
        if not isinstance(raw, dict):
            yield EntryFault(InvalidValue("entry", RejectionRule.WRONG_SHAPE), raw)
            continue
        try:
            yield Entry.model_validate(raw)
        except ValidationError as error:
            inner = validation_fault(error)
            yield EntryFault(InvalidValue(f"entry.{inner.field}", inner.rule), raw)


def read_outcome(resource: object) -> OperationOutcome | None:
    """The outcome that *resource* is; None when it is something else. A malformed one counts as an unknown error."""
    if not isinstance(resource, dict) or resource.get("resourceType") != "OperationOutcome":
        return None
    try:
        return OperationOutcome.model_validate(resource)
    except ValidationError:
        return OperationOutcome(issue=(Issue(severity="error"),))


def _link(raw: object) -> BundleLink | None:
    try:
        return BundleLink.model_validate(raw)
    except ValidationError:
        return None
