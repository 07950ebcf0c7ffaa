"""Draws a sample (stikprøve) of look-ups, and draws it again by its seed, in the caller's transaction."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access import identity
from hub.audit import sample_repository as repository
from hub.audit.sampling import (
    Address,
    DrawnLine,
    SamplingFacts,
    draw,
    find_strata,
    population_digest,
    stratum_counts,
    surname_of,
)
from hub.audit.seal_repository import newest_checkpoint
from hub.clock import danish_day, danish_midnight
from hub.matching.repository import citizen_of
from hub.overview import repository as overviews
from schemas.access import Actor
from schemas.lookup import Lookup
from schemas.overview import CitizenHeader
from schemas.sample import LONGEST_PERIOD, Redraw, RedrawState, Sample, SampleParameters

SETTLED_AFTER = timedelta(minutes=5)
"""A look-up is considered once it is so old: a line may commit after one with a higher number."""
SEED_BYTES = 32
_Key = TypeVar("_Key", str, UUID)


class DrawFault(StrEnum):
    """Why no sample is drawn."""

    PERIOD_TURNED = "period_turned"
    PERIOD_TOO_LONG = "period_too_long"
    PERIOD_AHEAD = "period_ahead"
    HOURS_TURNED = "hours_turned"
    TOO_MANY = "too_many"
    NOTHING = "nothing"
    """The period has no look-ups."""


class Drawn(NamedTuple):
    """A sample that is not stored yet, or why there is none."""

    sample: Sample | None = None
    lines: tuple[DrawnLine, ...] = ()
    faults: tuple[DrawFault, ...] = ()


def faults_of(parameters: SampleParameters, now: datetime) -> tuple[DrawFault, ...]:
    """What must be corrected before a sample is drawn; pure."""
    days = (parameters.last_day - parameters.first_day).days + 1
    faults = {
        DrawFault.PERIOD_TURNED: days < 1,
        DrawFault.PERIOD_TOO_LONG: days > LONGEST_PERIOD,
        DrawFault.PERIOD_AHEAD: parameters.first_day > danish_day(now),
        DrawFault.HOURS_TURNED: parameters.opens >= parameters.closes,
    }
    return tuple(fault for fault, is_present in faults.items() if is_present)


def draw_sample(session: Session, actor: Actor, parameters: SampleParameters, *, now: datetime) -> Drawn:
    """Draw a sample by a seed that nobody knew before."""
    if faults := faults_of(parameters, now):
        return Drawn(faults=faults)
    until = min(danish_midnight(parameters.last_day + timedelta(days=1)), now - SETTLED_AFTER)
    lookups = repository.list_population(session, danish_midnight(parameters.first_day), until)
    if not lookups or len(lookups) > repository.MOST_CONSIDERED:
        return Drawn(faults=(DrawFault.TOO_MANY if lookups else DrawFault.NOTHING,))
    strata = find_strata(lookups, _facts(session, lookups, now), parameters)
    seed, population = secrets.token_bytes(SEED_BYTES), [lookup.seq for lookup in lookups]
    lines = draw(seed, population, {stratum: each.eligible for stratum, each in strata.items()}, parameters)
    checkpoint = newest_checkpoint(session)
    sample = Sample(
        id=0,
        drawn_at=now,
        drawn_by=actor.id,
        drawn_by_name=actor.name,
        seed=seed.hex(),
        parameters=parameters,
        until=until,
        last_seq=repository.last_seq(session, until),
        population=len(population),
        population_digest=population_digest(population),
        strata=stratum_counts(len(population), strata, lines),
        eligible={stratum: tuple(sorted(each.eligible)) for stratum, each in strata.items()},
        checkpoint=checkpoint.note if checkpoint else None,
        checkpoint_size=checkpoint.size if checkpoint else None,
    )
    return Drawn(sample, lines)


def redraw(session: Session, sample: Sample) -> Redraw:
    """Draw the sample again by its seed, from the log as it is now, and compare."""
    since = danish_midnight(sample.parameters.first_day)
    population = [lookup.seq for lookup in repository.list_population(session, since, sample.until)]
    if population_digest(population) != sample.population_digest:
        return Redraw(state=RedrawState.POPULATION_CHANGED, remaining=len(population))
    lines = draw(bytes.fromhex(sample.seed), population, sample.eligible, sample.parameters)
    stored = repository.list_lines(session, sample_id=sample.id, size=len(lines) + 1)
    is_same = [(line.seq, line.strata) for _, line in stored] == list(lines)
    return Redraw(state=RedrawState.SAME if is_same else RedrawState.OTHER, remaining=len(population))


def _facts(session: Session, lookups: Collection[Lookup], now: datetime) -> SamplingFacts:
    citizens = {lookup.citizen_id for lookup in lookups if lookup.citizen_id is not None}
    own = _own_citizens(session)
    headers = overviews.headers(session, citizens | set(own.values()))
    addresses = {citizen: address for citizen, header in headers.items() if (address := _address(header))}
    return SamplingFacts(
        actor_surnames=_present({lookup.actor_id: surname_of(lookup.actor_name) for lookup in lookups}),
        citizen_surnames=_present(
            {citizen: surname_of(header.person.family_name) for citizen, header in headers.items()}
        ),
        actor_addresses={actor: addresses[citizen] for actor, citizen in own.items() if citizen in addresses},
        citizen_addresses=addresses,
        own_citizens=own,
        protected=overviews.guarded(session, list(citizens), danish_day(now)),
        known=frozenset(headers),
    )


def _own_citizens(session: Session) -> dict[str, UUID]:
    """Who employees are as citizens, as far as their login gave their number and a source knows it."""
    digests = {actor.id: actor.own_identifier_digest for actor in identity.actors(session)}
    citizens = {actor: citizen_of(session, digest) for actor, digest in digests.items() if digest}
    return {actor: citizen for actor, citizen in citizens.items() if citizen is not None}


def _present(names: dict[_Key, str | None]) -> dict[_Key, str]:
    return {key: name for key, name in names.items() if name is not None}


def _address(header: CitizenHeader) -> Address | None:
    """As it is compared; None without a street and a place."""
    address = header.person.address
    if address is None or not address.street or not address.postal_code:
        return None
    return (" ".join(address.street.casefold().split()), address.postal_code)
