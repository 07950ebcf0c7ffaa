"""The Maja family as two sources would give it in September 2023, made by hand for the pages' tests."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hub.clock import danish_midnight
from hub.overview.changes import Change, ChangeKind
from hub.web.citizen.page_data import Changes, PageData, SourceAge, Team, Teammate, Viewer
from schemas.access import Actor, Basis, Decision, Purpose, Role
from schemas.codes import Coded
from schemas.course import TeamFunction
from schemas.facts import (
    ConcernNotificationFact,
    EffortFact,
    EffortStatus,
    Fact,
    GoalFact,
    GoalKind,
    LegalBasis,
    Outcome,
)
from schemas.identifiers import Identifier
from schemas.overview import (
    CitizenHeader,
    Entry,
    EntryParty,
    Overview,
    Provenance,
    Relative,
    Section,
    SectionState,
)
from schemas.people import Address, PersonFact, RelationKind, Responsible, Unit, Worker
from schemas.period import Period, Registration
from schemas.record import PartyRole
from schemas.source import Area, Sensitivity, SourceSystem

NOW = datetime(2023, 9, 12, 7, 0, tzinfo=UTC)
MAJA, IDA, EMIL = (UUID(int=number) for number in (1, 2, 3))
NAMES = {MAJA: "Maja Testborger", IDA: "Ida Testborger", EMIL: "Emil Testborger"}

SOCIAL = SourceSystem(
    name="social",
    title="Social (DUBU)",
    area=Area.SOCIAL,
    authority="Børne- og Ungeforvaltningen",
    legal_basis="Barnets lov § 32",
    sensitivity=Sensitivity.CONFIDENTIAL,
    expected_cadence=timedelta(days=1),
    coverage="Sager, indsatser og underretninger om børn og familier.",
    not_covered=("fritidstilbud",),
    deep_link_title="DUBU",
)
HEALTH = SourceSystem(
    name="health",
    title="Sundhed (Nexus)",
    area=Area.HEALTH,
    authority="Sundhedsforvaltningen",
    legal_basis="Sundhedsloven § 120",
    sensitivity=Sensitivity.SPECIAL,
    expected_cadence=timedelta(hours=6),
    coverage="Kommunale sundhedsindsatser.",
    not_covered=("egen læge", "psykiatri"),
    deep_link_title="Nexus",
)
SOURCES = {source.name: source for source in (SOCIAL, HEALTH)}

ANNA = Actor(
    id="anna.holm",
    name="Anna Holm",
    title="tovholder",
    roles=frozenset({Role.TEAM_MEMBER}),
    unit_id="social:100",
    unit_name="Familieafdelingen",
    area=Area.SOCIAL,
)
FAMILIEHUSET = Unit(id="social:110", name="Familiehuset", phone="44773002")


def provenance(source: str, record_type: str, number: str, registered: datetime | None = None) -> Provenance:
    """Registered yesterday unless told otherwise."""
    return Provenance(
        source=source,
        record_type=record_type,
        source_id=number,
        registration=Registration(registered_from=registered or NOW - timedelta(days=1, hours=-6)),
        observed_at=NOW - timedelta(hours=3),
        link=f"https://fagsystem.example/{record_type}/{number}" if source == "social" else None,
        synthetic=True,
    )


def entry(
    number: str, area: Area, fact: Fact, valid: Period, about: Sequence[UUID], registered: datetime | None = None
) -> Entry:
    """An entry about the first person, concerning the others."""
    source = "health" if area is Area.HEALTH else "social"
    roles = (PartyRole.PRIMARY, *(PartyRole.CONCERNED for _ in about[1:]))
    parties = tuple(
        EntryParty(role=role, citizen_id=one, name=NAMES[one]) for role, one in zip(roles, about, strict=True)
    )
    found = provenance(source, fact.kind, number, registered)
    return Entry(
        id=f"{source}/{fact.kind}/{number}", area=area, fact=fact, valid=valid, provenance=found, parties=parties
    )


def notification(
    number: str,
    day: date,
    about: Sequence[UUID],
    sender: tuple[str, str],
    reasons: Sequence[str],
    outcome: Outcome | None,
) -> Entry:
    """A concern notification received at 14.10 that day."""
    received = danish_midnight(day) + timedelta(hours=14, minutes=10)
    fact = ConcernNotificationFact(
        received_at=received,
        received_has_time=True,
        notifier=Coded(code_list="notifier_categories", code=sender[0]),
        notifier_title=sender[1],
        reasons=tuple(Coded(code_list="notification_reasons", code=code) for code in reasons),
        assessed_at=None if outcome is None else received + timedelta(hours=12),
        outcome=outcome,
        outcome_efforts=("10", "11") if outcome is Outcome.EFFORT else (),
    )
    return entry(number, Area.SOCIAL, fact, Period(start=day, end=day + timedelta(days=1)), about, received)


def effort(title: str, status: EffortStatus = EffortStatus.ACTIVE, **more: object) -> EffortFact:
    """An effort under the Act on the Child's predecessor."""
    return EffortFact.model_validate({"title": title, "status": status, **more})


LENE = Responsible(unit=FAMILIEHUSET, worker=Worker(name="Lene Friis", phone="44773002"))
FAMILY_TREATMENT = entry(
    "10",
    Area.SOCIAL,
    effort(
        "Familiebehandling",
        purpose="faste rutiner hjemme, roligere morgener",
        legal_basis=LegalBasis(law="serviceloven", section="§ 52, stk. 3, nr. 3"),
        responsible=LENE,
        next_follow_up_on=date(2023, 10, 18),
        extent="1 gang om ugen",
    ),
    Period(start=date(2019, 9, 14)),
    [IDA, MAJA, EMIL],
)
SUPPORT = entry(
    "11",
    Area.SOCIAL,
    effort(
        "Praktisk pædagogisk støtte i hjemmet",
        legal_basis=LegalBasis(law="serviceloven", section="§ 52, stk. 3, nr. 2"),
        responsible=LENE,
        next_follow_up_on=date(2023, 9, 3),
    ),
    Period(start=date(2019, 9, 14)),
    [IDA, MAJA],
)
PLACED = entry(
    "12",
    Area.SOCIAL,
    effort("Anbragt i netværket", EffortStatus.ENDED, responsible=LENE),
    Period(start=date(2020, 8, 1), end=date(2021, 4, 15)),
    [IDA],
)
CONTACT = entry(
    "13",
    Area.SOCIAL,
    effort("Fast kontaktperson", responsible=Responsible(unit=Unit(id="social:120", name="Børn og Unge"))),
    Period(start=date(2022, 1, 9)),
    [EMIL],
)
TALKS = entry(
    "20",
    Area.HEALTH,
    effort(
        "Samtaler om mental sundhed",
        responsible=Responsible(unit=Unit(id="health:320", name="Center for Misbrug og Mental Sundhed")),
        recommendation="Skånes for spørgsmål om hverdag og familie",
    ),
    Period(start=date(2022, 12, 1)),
    [MAJA],
)
WISH_TEXT = "Jeg vil gerne kunne se mine børn i øjnene og sige, at jeg har et arbejde."
WISH = entry(
    "30",
    Area.SOCIAL,
    GoalFact(
        goal=GoalKind.CITIZEN_WISH,
        text=WISH_TEXT,
        assessed_on=date(2023, 8, 21),
        stated_by="Maja",
    ),
    Period(start=date(2023, 8, 21)),
    [MAJA],
)
STRENGTHS = tuple(
    entry(
        str(31 + index),
        Area.SOCIAL,
        GoalFact(goal=GoalKind.STRENGTH, text=text, stated_by=by),
        Period(start=date(2023, 8, 21)),
        [MAJA],
    )
    for index, (text, by) in enumerate(
        [("Ida møder på de dage, hun har praktik", "Anna"), ("Mormor henter onsdag og fredag", "Maja")]
    )
)
NOTIFICATIONS = (
    notification("1", date(2015, 3, 12), [IDA, EMIL], ("1", "Kontrolgruppen"), ["16"], Outcome.NO_ACTION),
    notification("2", date(2015, 10, 5), [EMIL], ("1", "PPR"), ["4"], Outcome.NO_ACTION),
    notification("3", date(2019, 4, 2), [IDA, EMIL], ("6", "Politiet"), ["9"], Outcome.NO_ACTION),
    notification("4", date(2019, 8, 27), [IDA], ("2", "Skolen"), ["3", "14"], Outcome.EFFORT),
    notification("5", date(2019, 8, 27), [EMIL], ("2", "Skolen"), ["3", "14"], Outcome.EFFORT),
    notification("6", date(2021, 5, 18), [IDA, EMIL], ("4", "Egen læge"), ["17"], None),
    notification("7", date(2022, 11, 3), [IDA, EMIL], ("1", "Jobcentret"), ["17"], Outcome.TO_RUNNING_CASE),
    notification("8", date(2023, 9, 11), [EMIL], ("2", "Skolen"), ["3"], None),
)
FOLLOWED = {NOTIFICATIONS[3].id: (FAMILY_TREATMENT, SUPPORT), NOTIFICATIONS[4].id: (FAMILY_TREATMENT,)}


def relative(citizen: UUID, kind: RelationKind) -> Relative:
    """A relative living in the same home."""
    return Relative(
        citizen_id=citizen,
        name=NAMES[citizen],
        relation=kind,
        shares_household=True,
        provenance=provenance("social", "Sagspart", str(citizen.int)),
    )


def overview(
    citizen: UUID, born: date, cpr: str, relatives: Sequence[Relative], *, protected: bool = False, health: bool = False
) -> Overview:
    """The person with everything that speaks of them."""
    everything = [FAMILY_TREATMENT, SUPPORT, PLACED, CONTACT, WISH, *STRENGTHS, *NOTIFICATIONS]
    mine = tuple(one for one in everything if citizen in {party.citizen_id for party in one.parties})
    talks = Section(area=Area.HEALTH, state=SectionState.ENTRIES, entries=(TALKS,))
    given, family = NAMES[citizen].split()
    return Overview(
        citizen_id=citizen,
        version=3,
        header=CitizenHeader(
            person=PersonFact(
                given_name=given,
                family_name=family,
                birth_date=born,
                name_address_protected=protected,
                address=None if protected else Address(street="Egevej 4", postal_code="9999", town="Egelund"),
            ),
            identifiers=(Identifier.national(cpr),),
            relatives=tuple(relatives),
            protection_sources=("social",) if protected else (),
        ),
        sections=(
            Section(area=Area.EMPLOYMENT, state=SectionState.NOT_COVERED),
            Section(area=Area.SCHOOL, state=SectionState.NOT_COVERED),
            Section(area=Area.SOCIAL, state=SectionState.ENTRIES, entries=mine),
            talks if health else Section(area=Area.HEALTH, state=SectionState.WITHHELD),
        ),
        synthetic=True,
    )


def maja(*, protected: bool = False, health: bool = False) -> Overview:
    """Maja's overview as the team may see it."""
    relatives = [relative(IDA, RelationKind.CHILD), relative(EMIL, RelationKind.CHILD)]
    return overview(MAJA, date(1986, 7, 15), "750786-4002", relatives, protected=protected, health=health)


def children() -> tuple[Overview, ...]:
    """Ida and Emil."""
    return (
        overview(IDA, date(2009, 3, 3), "630309-4002", [relative(MAJA, RelationKind.PARENT)]),
        overview(EMIL, date(2012, 5, 22), "820512-4001", [relative(MAJA, RelationKind.PARENT)]),
    )


def decision(basis: Basis = Basis.TEAM) -> Decision:
    """Three areas shown, health withheld."""
    return Decision(
        allowed=True,
        basis=basis,
        shown=frozenset(Area) - {Area.HEALTH},
        withheld=frozenset({Area.HEALTH}),
        may_reveal=True,
        policies=("team",),
        policy_version="test",
    )


def page_data(*, protected: bool = False, health: bool = False) -> PageData:
    """Everything a page about Maja is made from."""
    return PageData(
        overview=maja(protected=protected, health=health),
        decision=decision(),
        actor=ANNA,
        purpose=Purpose.TEAM_MEETING,
        now=NOW,
        sources=SOURCES,
        family=children(),
        follow_ups=FOLLOWED,
        team=Team(
            started_on=date(2023, 3, 12),
            title="Majas forløb",
            members=(
                Teammate("Anna Holm", "socialrådgiver", "lead_coordinator", "Familieafdelingen", "44773000"),
                Teammate("Lene Friis", "familiebehandler", "member", "Familiehuset", "44773002"),
                Teammate("Mads Krogh", "lærer", "member", "Skovlunde Skole", "44774030"),
            ),
        ),
        own_function=TeamFunction.LEAD_COORDINATOR,
        source_ages=(
            SourceAge(SOCIAL, "fresh", NOW - timedelta(hours=3, minutes=48), NOW - timedelta(minutes=1)),
            SourceAge(HEALTH, "silent", NOW - timedelta(days=2, hours=1), NOW - timedelta(days=2, hours=1)),
        ),
        viewers=(
            Viewer("Lene Friis", "Familiehuset", NOW - timedelta(days=1)),
            Viewer("Peter Lund", "Beskæftigelse", NOW - timedelta(days=8)),
        ),
        changes=Changes(
            since=datetime(2023, 8, 28, 8, 0, tzinfo=UTC),
            changes=(
                Change(kind=ChangeKind.NEW, entry=NOTIFICATIONS[7]),
                Change(kind=ChangeKind.CHANGED, entry=FAMILY_TREATMENT),
            ),
        ),
    )
