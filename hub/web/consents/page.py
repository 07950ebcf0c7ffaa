"""What Samtykker shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.view_models import Choice, Outcome


@dataclass(frozen=True)
class CitizenRow:
    """A citizen of one of my courses."""

    citizen_id: str
    name: str
    state: str
    needs_something: bool


@dataclass(frozen=True)
class ConsentListPage:
    """Whose consent is missing, or must soon be renewed?"""

    template: ClassVar[str] = "consents/templates/list.html"
    rows: tuple[CitizenRow, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ConsentLine:
    """What was consented to at one time to one source, or to the course."""

    what: str
    area: str
    """For the colour; empty: the course."""
    cells: tuple[Choice, ...]
    """Number of the consent and its words."""
    given: str
    until: str
    recorded: str
    remark: str


@dataclass(frozen=True)
class SourceChoices:
    """What of one source may be consented to."""

    title: str
    authority: str
    legal_basis: str
    category_bases: tuple[str, ...]
    """Of each sort of data that the law names one for; of others the source's holds."""
    area: str
    is_health: bool
    cells: tuple[Choice, ...]


@dataclass(frozen=True)
class ConsentForm:
    """The form of a new consent, with what was typed."""

    to_course: bool
    sources: tuple[SourceChoices, ...]
    forms: tuple[Choice, ...]
    givers: tuple[Choice, ...]
    given_on: str
    expires_on: str
    evidence: str


@dataclass(frozen=True)
class ConsentsPage:
    """What has the citizen consented to, since when and until when?"""

    template: ClassVar[str] = "consents/templates/consents.html"
    citizen_id: str
    name: str
    course: str
    course_state: str
    course_stands: bool
    standing: tuple[ConsentLine, ...]
    earlier: tuple[ConsentLine, ...]
    may_withdraw: bool
    form: ConsentForm | None
    """None: the reader is not the lead coordinator."""
    result: Outcome | None
    printed: str
