"""Records and parties for tests, each with defaults that make a valid one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from schemas.codes import Coded
from schemas.facts import CaseFact, EffortFact, EffortStatus, Fact
from schemas.identifiers import Identifier
from schemas.people import PersonFact, RelationFact, RelationKind
from schemas.period import Period
from schemas.record import Party, PartyRole, SourceRecord

REGISTERED_AT = datetime(2023, 3, 1, 8, 0, tzinfo=UTC)
OBSERVED_AT = datetime(2023, 9, 12, 7, 0, tzinfo=UTC)

MAJA = Identifier.national("750786-4002")
IDA = Identifier.national("630309-4002")
EMIL = Identifier.national("820512-4001")
JONAS = Identifier.national("720484-4001")


def local(value: str | int, namespace: str = "social:person") -> Identifier:
    """A source's own id of a person."""
    return Identifier.local(namespace, value)


def make_party(*identifiers: Identifier, role: PartyRole = PartyRole.PRIMARY, name: str | None = None) -> Party:
    """A party; Maja when no identifier is given."""
    return Party(role=role, identifiers=identifiers or (MAJA,), name=name)


def make_effort(title: str = "Familiebehandling", status: EffortStatus = EffortStatus.ACTIVE) -> EffortFact:
    """An effort with no more than it needs."""
    return EffortFact(title=title, status=status)


def make_case(title: str = "Familiesag", case_number: str = "2023-1") -> CaseFact:
    """A case with no more than it needs."""
    return CaseFact(case_number=case_number, title=title, status=Coded(code_list="case_status", code="open"))


def make_record(
    *,
    fact: Fact | None = None,
    parties: Sequence[Party] | None = None,
    source: str = "social",
    record_type: str = "Ydelse",
    source_id: str = "1",
    source_version: str | None = None,
    version_order: int | None = None,
    registered_at: datetime = REGISTERED_AT,
    first_registered_at: datetime | None = None,
    observed_at: datetime = OBSERVED_AT,
    valid: Period | None = None,
    deleted: bool = False,
    deleted_reason: str | None = None,
    authority: str | None = None,
    link: str | None = None,
    synthetic: bool = True,
) -> SourceRecord:
    """A record: an effort for Maja unless told otherwise; a tombstone has neither fact nor parties by default."""
    if fact is None and not deleted:
        fact = make_effort()
    if parties is None:
        parties = () if deleted else (make_party(),)
    return SourceRecord(
        source=source,
        record_type=record_type,
        source_id=source_id,
        source_version=source_version,
        version_order=version_order,
        registered_at=registered_at,
        first_registered_at=first_registered_at,
        observed_at=observed_at,
        valid=valid or Period(),
        parties=tuple(parties),
        fact=fact,
        deleted=deleted,
        deleted_reason=deleted_reason,
        authority=authority,
        link=link,
        synthetic=synthetic,
    )


def make_unstorable(source_id: str = "2", title: str = "\x00") -> SourceRecord:
    """A record that no guard has seen, as an older program may have left it on the bus: PostgreSQL cannot hold it."""
    record = make_record(source_id=source_id, parties=[make_party(IDA)])
    return record.model_copy(update={"fact": make_effort().model_copy(update={"title": title})})


def make_person(
    *identifiers: Identifier,
    given_name: str | None = "Maja",
    family_name: str | None = "Testborger",
    birth_date: date | None = None,
    name_address_protected: bool = False,
    replaces: Sequence[Identifier] = (),
    source: str = "social",
    source_id: str = "1",
    version_order: int | None = None,
    registered_at: datetime = REGISTERED_AT,
) -> SourceRecord:
    """A person record that says all *identifiers* are one person."""
    return make_record(
        fact=PersonFact(
            given_name=given_name,
            family_name=family_name,
            birth_date=birth_date,
            name_address_protected=name_address_protected,
            replaces=tuple(replaces),
        ),
        parties=(make_party(*identifiers, name=given_name),),
        source=source,
        record_type="Person",
        source_id=source_id,
        version_order=version_order,
        registered_at=registered_at,
    )


def make_relation(
    primary: Identifier,
    other: Identifier,
    relation: RelationKind = RelationKind.CHILD,
    *,
    source: str = "social",
    source_id: str = "1",
    custody: bool | None = None,
) -> SourceRecord:
    """A record that *other* is the *relation* of *primary*."""
    return make_record(
        fact=RelationFact(relation=relation, custody=custody),
        parties=(make_party(primary), make_party(other, role=PartyRole.OTHER)),
        source=source,
        record_type="Relation",
        source_id=source_id,
    )
