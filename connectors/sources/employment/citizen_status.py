"""What a service says of the citizen instead of an answer: no longer ours, or dead. Pure."""

from connectors.kit import DANISH_TIME
from connectors.sources.employment.record_builder import Run
from schemas.facts import AuthorityFact
from schemas.people import LifeStatus, PersonFact
from schemas.period import Period
from schemas.record import Party, SourceRecord

NOT_OURS = "Citizen.authority"
DIED = "Citizen.status"


def not_ours(run: Run, key: tuple[str, str], party: Party | None) -> SourceRecord | None:
    """That the municipality is no longer the citizen's authority. What was read of the citizen before stays.

    The statement hangs on the entity that was asked for, since the service has no id of a person.
    """
    if party is None:
        return None
    today = run.observed_at.astimezone(DANISH_TIME).date()
    return SourceRecord(
        source=run.source,
        record_type=NOT_OURS,
        source_id=run.id(":".join(key)),
        registered_at=run.observed_at,
        observed_at=run.observed_at,
        valid=Period(start=today),
        parties=(party,),
        fact=AuthorityFact(),
        authority=run.authority,
    )


def died(run: Run, key: tuple[str, str], party: Party | None) -> SourceRecord | None:
    """That the citizen is dead; the service does not say since when."""
    if party is None:
        return None
    return SourceRecord(
        source=run.source,
        record_type=DIED,
        source_id=run.id(":".join(key)),
        registered_at=run.observed_at,
        observed_at=run.observed_at,
        parties=(party,),
        fact=PersonFact(life_status=LifeStatus.DEAD),
        authority=run.authority,
    )
