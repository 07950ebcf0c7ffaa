"""What Min side shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Link, Outcome, Phone


@dataclass(frozen=True)
class DemoCitizen:
    """A citizen to be in the demo."""

    citizen_id: str
    name: str
    about: str


@dataclass(frozen=True)
class OwnLoginPage:
    """Where do I log in, and what do I find?"""

    template: ClassVar[str] = "my_page/templates/login.html"
    provider: bool
    citizens: tuple[DemoCitizen, ...]
    demo: bool


@dataclass(frozen=True)
class OwnClosedPage:
    """Why do I see nothing here, and whom do I ask?"""

    template: ClassVar[str] = "my_page/templates/closed.html"
    headline: str
    advice: str
    contact: str
    is_logged_in: bool
    back: Link


@dataclass(frozen=True)
class OwnLogoutPage:
    """The way to the provider, where the login ends too."""

    template: ClassVar[str] = "my_page/templates/logout.html"
    address: str


@dataclass(frozen=True)
class OwnWordsLine:
    """The citizen's own words."""

    words: str
    by: str
    href: str
    """Where they are written anew; empty: they wait for a plan."""


@dataclass(frozen=True)
class OwnAgreementLine:
    """An agreement."""

    what: str
    who: str
    by: str


@dataclass(frozen=True)
class OwnGoalLine:
    """A goal with how it is going."""

    words: str
    progress: str
    agreements: tuple[OwnAgreementLine, ...]
    sub_goals: tuple[str, ...]


@dataclass(frozen=True)
class OwnMeetingLine:
    """A planned meeting."""

    when: str
    place: str
    note: str


@dataclass(frozen=True)
class OwnEffortLine:
    """An effort, and whom to call about it."""

    area: str
    area_word: str
    title: str
    state: str
    period: str
    call: str
    phone: Phone | None
    source: str
    contested: str


@dataclass(frozen=True)
class OwnConsentLine:
    """What the citizen has said yes to, and what it means."""

    what: str
    meaning: str
    given: str
    href: str
    """Where it is withdrawn; empty: it does not stand."""


@dataclass(frozen=True)
class OwnSourceLine:
    """What a source has told."""

    title: str
    told: str
    read: str


@dataclass(frozen=True)
class OwnPage:
    """What is planned, who helps me, what have I said yes to, and is it right?"""

    template: ClassVar[str] = "my_page/templates/own.html"
    name: str
    child: str
    """Value of ``barn`` in the forms; empty: it is the own page."""
    is_own: bool
    result: Outcome | None
    children: tuple[Link, ...]
    older_children: str
    notes: tuple[str, ...]
    """What was decided about the rights over what is stored."""
    course_note: str
    wishes: tuple[OwnWordsLine, ...]
    waiting: tuple[OwnWordsLine, ...]
    typed: str
    key: str
    shows_plan: bool
    goals: tuple[OwnGoalLine, ...]
    agreements: tuple[OwnAgreementLine, ...]
    strengths: tuple[str, ...]
    concerns: tuple[str, ...]
    meetings: tuple[OwnMeetingLine, ...]
    meetings_note: str
    lead: str
    lead_phone: Phone | None
    now: tuple[OwnEffortLine, ...]
    before: tuple[OwnEffortLine, ...]
    consents: tuple[OwnConsentLine, ...]
    earlier_consents: tuple[OwnConsentLine, ...]
    log: Link
    paper: Link
    sources: tuple[OwnSourceLine, ...]
    withheld: tuple[str, ...]
    contact: str


@dataclass(frozen=True)
class OwnWordsPage:
    """My words as they stand, and as I write them now."""

    template: ClassVar[str] = "my_page/templates/words.html"
    action: str
    child: str
    version: int
    words: str
    now_stands: str
    """What somebody else wrote meanwhile; empty: nobody did."""
    error: str
    back: Link


@dataclass(frozen=True)
class OwnWithdrawPage:
    """What happens when I take it back?"""

    template: ClassVar[str] = "my_page/templates/withdraw.html"
    name: str
    child: str
    what: str
    meaning: str
    then: tuple[str, ...]
    back: Link


@dataclass(frozen=True)
class OwnLookupLine:
    """One time somebody looked."""

    when: When
    who: str
    unit: str
    why: str
    what: str


@dataclass(frozen=True)
class OwnLogPage:
    """Who has looked, and why?"""

    template: ClassVar[str] = "my_page/templates/log.html"
    name: str
    complete: str
    later: str
    rows: tuple[OwnLookupLine, ...]
    is_first: bool
    newest: Link
    older: Link | None
    back: Link
    contact: str


@dataclass(frozen=True)
class OwnPaperPage:
    """What have we agreed? On one sheet of paper."""

    template: ClassVar[str] = "my_page/templates/paper.html"
    name: str
    printed: str
    agreements: tuple[OwnAgreementLine, ...]
    meetings: tuple[OwnMeetingLine, ...]
    lead: str
    lead_phone: Phone | None
    note: str
    back: Link
