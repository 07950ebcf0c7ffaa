"""A sample as evidence: a PDF that a screen reader can read, and a table. People by pseudonym. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.access.samples import SampleView
from hub.clock import DANISH_TIME
from hub.digest import pseudonym
from hub.web.lookups.present import areas_text, relation_text
from hub.web.samples import texts
from hub.web.samples.present import (
    checkpoint_text,
    parameters_text,
    period_text,
    redraw_text,
    state_text,
    stratum_cells,
    title_of,
)
from hub.web.shell.csv_file import csv_text
from hub.web.shell.dates import at_minute, listed
from hub.web.shell.texts import PURPOSE
from schemas.sample import SampleEventKind, SampleLine

TEMPLATE = "samples/templates/evidence.typ"


@dataclass(frozen=True)
class EvidencePage:
    """What the PDF shows."""

    title: str
    facts: tuple[tuple[str, str], ...]
    strata: tuple[tuple[str, str, str, str], ...]
    lines: tuple[tuple[str, ...], ...]
    checkpoint: str
    covers: str
    no_checkpoint: str
    printed: str


def evidence_page(view: SampleView, key: bytes, printed: str) -> EvidencePage:
    """The sample on paper; *printed* says when it was made and for whom."""
    sample = view.sample
    return EvidencePage(
        title=f"{title_of(sample)}: bevis",
        facts=_facts(view),
        strata=tuple(
            (texts.STRATUM[count.stratum], cells[0], cells[1], " ".join(cells[2]))
            for count in sample.strata
            for cells in [stratum_cells(count, sample)]
        ),
        lines=tuple(_paper_line(line, key) for line in view.lines),
        checkpoint=sample.checkpoint or "",
        covers=checkpoint_text(sample),
        no_checkpoint=texts.NO_CHECKPOINT,
        printed=printed,
    )


def evidence_csv(view: SampleView, key: bytes) -> str:
    """The same as a table: first how it was drawn, then the lines."""
    return csv_text(("", ""), _csv_rows(view, key))


def _facts(view: SampleView) -> tuple[tuple[str, str], ...]:
    sample = view.sample
    return (
        (texts.FILE_DRAWN, at_minute(sample.drawn_at)),
        (texts.FILE_BY, sample.drawn_by_name),
        (texts.FILE_PERIOD, period_text(sample)),
        (texts.FILE_PARAMETERS, parameters_text(sample.parameters)),
        (texts.FILE_POPULATION, str(sample.population)),
        (texts.FILE_LAST, str(sample.last_seq)),
        (texts.FILE_SEED, sample.seed),
        (texts.FILE_DIGEST, sample.population_digest),
        *(((texts.FILE_REDRAW, redraw_text(view.redraw, sample)),) if view.redraw else ()),
    )


def _csv_rows(view: SampleView, key: bytes) -> Iterator[tuple[str, ...]]:
    yield from _facts(view)
    yield texts.FILE_CHECKPOINT, view.sample.checkpoint or texts.NO_CHECKPOINT
    for count in view.sample.strata:
        eligible, drawn, notes = stratum_cells(count, view.sample)
        yield texts.FILE_STRATUM, texts.STRATUM[count.stratum], eligible, drawn, " ".join(notes)
    yield ()
    yield texts.CSV_HEAD
    for line in view.lines:
        yield _csv_line(line, key)


def _csv_line(line: SampleLine, key: bytes) -> tuple[str, ...]:
    lookup, review = line.lookup, line.reviews[-1] if line.reviews else None
    questions = [event for event in line.events if event.kind is SampleEventKind.ASKED]
    return (
        str(line.number),
        str(line.seq),
        lookup.first_at.isoformat() if lookup else texts.ERASED,
        pseudonym(texts.EMPLOYEE, lookup.actor_id, key) if lookup else "",
        pseudonym(texts.UNIT, lookup.unit_id, key) if lookup and lookup.unit_id else "",
        pseudonym(texts.CITIZEN, str(lookup.citizen_id), key) if lookup else "",
        PURPOSE[lookup.purpose] if lookup and lookup.purpose else "",
        relation_text(lookup.relation) if lookup else "",
        areas_text(lookup) if lookup else "",
        str(lookup.prints) if lookup else "",
        listed([texts.STRATUM[stratum] for stratum in line.strata]),
        state_text(line),
        review.by_name if review else "",
        at_minute(review.at) if review else "",
        review.words if review else "",
        "; ".join(at_minute(event.at) for event in questions),
    )


def _paper_line(line: SampleLine, key: bytes) -> tuple[str, ...]:
    lookup, review = line.lookup, line.reviews[-1] if line.reviews else None
    if lookup is None:
        who = (texts.ERASED, "", "", "")
    else:
        who = (
            lookup.first_at.astimezone(DANISH_TIME).strftime("%d.%m.%Y %H.%M"),
            pseudonym(texts.EMPLOYEE, lookup.actor_id, key),
            pseudonym(texts.CITIZEN, str(lookup.citizen_id), key),
            relation_text(lookup.relation),
        )
    said = f"{review.by_name}, {at_minute(review.at)}: {review.words}" if review else ""
    return (str(line.number), *who, listed([texts.STRATUM[each] for each in line.strata]), state_text(line), said)
