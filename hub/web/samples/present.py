"""Stikprøver in words. Pure."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from hub.access.policy import SHORTEST_REASON
from hub.access.samples import LineFault, LineView, SampleList, SampleView
from hub.audit.sample_due import SampleDue
from hub.web.lookups.present import areas_text, printed_text, relation_text, what_text
from hub.web.oversight.present import citizen_text
from hub.web.samples import texts
from hub.web.samples.page import (
    DrawForm,
    EventLine,
    LinePage,
    LineRow,
    NumberField,
    SamplePage,
    SampleRow,
    SamplesPage,
    StratumRow,
)
from hub.web.shell.dates import at_minute, at_second, capital, counted, long_day_text, number_text
from hub.web.shell.form_result import FormResult
from hub.web.shell.sample_due import due_text, retention_text
from hub.web.shell.texts import BASIS, PURPOSE
from hub.web.shell.view_models import Choice, Link
from schemas.sample import (
    LineState,
    Redraw,
    RedrawState,
    Sample,
    SampleEvent,
    SampleEventKind,
    SampleLine,
    SampleOutcome,
    SampleParameters,
    Stratum,
    StratumCount,
)

PATH = "/tilsyn/stikproever"
BOUNDS: Mapping[str, tuple[int, int]] = {
    "percent": (1, 20),
    "most_random": (1, 500),
    "most_whole": (1, 300),
    "most_targeted": (1, 100),
    "opens": (0, 23),
    "closes": (1, 24),
    "burst_citizens": (2, 500),
    "burst_minutes": (1, 480),
}
"""As in ``SampleParameters``, which a test holds."""


def samples_page(  # noqa: PLR0913  keyword-only from the due on
    listed_samples: SampleList,
    *,
    due: SampleDue,
    draws: bool,
    back: Link,
    units: Mapping[str, str],
    period: tuple[date, date],
    older: str | None,
    result: FormResult | None,
) -> SamplesPage:
    """The samples, and what waits for the reader; *period* is the one that is offered."""
    typed = result.typed if result else {}
    defaults = SampleParameters(first_day=period[0], last_day=period[1]).model_dump(mode="json")
    return SamplesPage(
        back=back,
        due=due_text(due),
        is_overdue=due.is_overdue,
        retention=retention_text(due),
        samples=tuple(
            _sample_row(sample, listed_samples.counts.get(sample.id, {})) for sample in listed_samples.samples
        ),
        older=older,
        sent=tuple(_line_row(sample_id, line, units, names_sample=True) for sample_id, line in listed_samples.sent),
        draws=draws,
        form=DrawForm(
            first=typed.get("first_day", str(defaults["first_day"])),
            last=typed.get("last_day", str(defaults["last_day"])),
            numbers=tuple(
                NumberField(name, texts.FIELD[name], typed.get(name, str(defaults[name])), least, most)
                for name, (least, most) in BOUNDS.items()
            ),
            send=typed.get("send", "ja") == "ja",
        )
        if draws
        else None,
        result=result.outcome if result else None,
    )


def sample_page(
    view: SampleView, state: LineState | None, units: Mapping[str, str], more: str | None, result: FormResult | None
) -> SamplePage:
    """One sample with a page of its lines."""
    sample, counts = view.sample, view.counts
    total = sum(counts.values())
    return SamplePage(
        id=str(sample.id),
        title=title_of(sample),
        drawn=at_second(sample.drawn_at),
        by=sample.drawn_by_name,
        period=period_text(sample),
        parameters=parameters_text(sample.parameters),
        population=f"{counted(total, 'linje', 'linjer')} af {counted(sample.population, 'opslag', 'opslag')}.",
        seed=sample.seed,
        digest=sample.population_digest,
        last_seq=str(sample.last_seq),
        checkpoint=checkpoint_text(sample),
        strata=tuple(
            StratumRow(texts.STRATUM[count.stratum], *stratum_cells(count, sample)) for count in sample.strata
        ),
        redraw=redraw_text(view.redraw, sample) if view.redraw else "",
        is_redraw_trouble=view.redraw is not None and view.redraw.state is not RedrawState.SAME,
        filters=(
            Link(f"Alle ({number_text(total)})", _address(sample.id), current=state is None),
            *(
                Link(f"{words} ({number_text(counts[each])})", _address(sample.id, each), current=each is state)
                for each, words in texts.STATE.items()
            ),
        ),
        rows=tuple(_line_row(sample.id, line, units) for line in view.lines),
        empty="Stikprøven har ingen linjer." if not total else "Ingen linjer her.",
        more=more,
        result=result.outcome if result else None,
    )


def line_page(view: LineView, units: Mapping[str, str], result: FormResult | None) -> LinePage:
    """One line, and the forms for what the reader may do."""
    line, lookup = view.line, view.line.lookup
    typed = result.typed if result else {}
    row = _line_row(view.sample.id, line, units)
    href = f"{PATH}/{view.sample.id}/linjer/{line.number}"
    back = Link(f"Tilbage til {title_of(view.sample)}", _address(view.sample.id))
    return LinePage(
        href=href,
        back=back if view.reads_log else Link("Tilbage til Stikprøver", PATH),
        title=f"Linje {line.number} i stikprøve {view.sample.id}",
        row=row,
        what=capital(what_text(lookup)) if lookup else "",
        printed=printed_text(lookup) if lookup else "",
        basis=capital(BASIS[lookup.basis]) if lookup and lookup.basis else "",
        reason=(lookup.reason or "") if lookup else "",
        erased="" if lookup else texts.ERASED,
        log=(
            Link("Alt, medarbejderen har set", f"/tilsyn/opslag?{urlencode({'medarbejder': lookup.actor_id})}"),
            Link("Alle, der har set borgeren", f"/tilsyn/opslag?borger={lookup.citizen_id}"),
        )
        if lookup and view.reads_log
        else (),
        events=tuple(map(_event, reversed(line.events))),
        events_seen=len(line.events),
        may_review=view.may_review,
        no_form="" if view.may_review else texts.IS_OWN if view.is_own else texts.NOT_YOURS,
        outcomes=tuple(
            Choice(outcome, words, outcome == typed.get("outcome")) for outcome, words in texts.OUTCOME_CHOICE.items()
        ),
        words=typed.get("words", ""),
        typed_form=result.form if result else "",
        receivers=tuple(Choice(actor.id, f"{actor.name}, {actor.title}") for actor in view.receivers),
        employee=lookup.actor_name if lookup else "medarbejderen",
        result=result.outcome if result else None,
    )


def fault_text(fault: LineFault) -> str:
    """What must be corrected."""
    return texts.LINE_FAULT[fault].format(length=SHORTEST_REASON)


def title_of(sample: Sample) -> str:
    """As in "Stikprøve 3"."""
    return f"Stikprøve {sample.id}"


def period_text(sample: Sample) -> str:
    """From which look-ups it was drawn."""
    first, last = sample.parameters.first_day, sample.parameters.last_day
    return f"{long_day_text(first)} til {long_day_text(last)}, opslag til og med {at_minute(sample.until)}"


def parameters_text(parameters: SampleParameters) -> str:
    """By what it was drawn."""
    return texts.PARAMETERS.format(**parameters.model_dump())


def checkpoint_text(sample: Sample) -> str:
    """Which signed checkpoint the log had at the draw."""
    if sample.checkpoint_size is None:
        return texts.NO_CHECKPOINT
    return texts.CHECKPOINT.format(size=number_text(sample.checkpoint_size))


def redraw_text(redraw: Redraw, sample: Sample) -> str:
    """What came of drawing it again."""
    return texts.REDRAW[redraw.state].format(
        remaining=number_text(redraw.remaining), population=number_text(sample.population)
    )


def stratum_cells(count: StratumCount, sample: Sample) -> tuple[str, str, tuple[str, ...]]:
    """How many belong to it, how many were drawn, and what must be known of the numbers."""
    if count.stratum is Stratum.RANDOM:
        rule = texts.RANDOM.format(percent=sample.parameters.percent, most=sample.parameters.most_random)
        return number_text(count.eligible), number_text(count.drawn), (rule,)
    if sample.population and count.unchecked == sample.population:
        return "–", "–", (texts.NOT_CHECKABLE.format(why=texts.UNCHECKED[count.stratum]),)
    notes = []
    if count.is_capped:
        drawn, eligible = number_text(count.drawn), number_text(count.eligible)
        notes.append(texts.CAPPED.format(drawn=drawn, eligible=eligible))
    if count.sorted_out:
        notes.append(texts.SORTED_OUT.format(lookups=capital(counted(count.sorted_out, "opslag", "opslag"))))
    if count.unchecked:
        lookups = capital(counted(count.unchecked, "opslag", "opslag"))
        notes.append(texts.PARTLY.format(lookups=lookups, why=texts.UNCHECKED[count.stratum]))
    return number_text(count.eligible), number_text(count.drawn), tuple(notes)


def state_text(line: SampleLine) -> str:
    """Where the line is on its way; what its latest review came to."""
    if not line.reviews or line.state is LineState.FOLLOW_UP:
        return texts.STATE[line.state]
    outcome = line.reviews[-1].outcome
    return capital(texts.OUTCOME[outcome]) if outcome else texts.STATE[line.state]


def _address(sample_id: int, state: LineState | None = None) -> str:
    address = f"{PATH}/{sample_id}"
    return f"{address}?vis={state.value}" if state else address


def _sample_row(sample: Sample, counts: Mapping[LineState, int]) -> SampleRow:
    waiting, follow_up = counts.get(LineState.WAITING, 0), counts.get(LineState.FOLLOW_UP, 0)
    parts = [f"{number_text(waiting)} venter"] if waiting else []
    parts += [f"{number_text(follow_up)} skal følges op"] if follow_up else []
    return SampleRow(
        href=_address(sample.id),
        title=title_of(sample),
        when=at_second(sample.drawn_at),
        by=sample.drawn_by_name,
        lines=f"{number_text(sum(counts.values()))} af {counted(sample.population, 'opslag', 'opslag')}",
        state=", ".join(parts) or "Alle gennemgået",
        is_waiting=bool(parts),
    )


def _line_row(sample_id: int, line: SampleLine, units: Mapping[str, str], *, names_sample: bool = False) -> LineRow:
    lookup, sent = line.lookup, line.sent_to
    unit = lookup.unit_id if lookup else None
    reviewer = line.reviews[-1].by_name if line.reviews else f"hos {sent.receiver_name}" if sent else ""
    return LineRow(
        href=f"{PATH}/{sample_id}/linjer/{line.number}",
        number=f"Linje {line.number} i stikprøve {sample_id}" if names_sample else f"Linje {line.number}",
        when=at_second(lookup.first_at) if lookup else None,
        who=lookup.actor_name if lookup else "Slettet i loggen",
        unit=units.get(unit, unit) if unit else "",
        citizen=_citizen(line),
        purpose=capital(PURPOSE[lookup.purpose]) if lookup and lookup.purpose else "",
        relation=capital(relation_text(lookup.relation)) if lookup else "",
        is_without_relation=lookup is not None and lookup.is_without_relation,
        areas=areas_text(lookup) if lookup else "",
        strata=tuple(texts.STRATUM[stratum] for stratum in line.strata),
        state=state_text(line),
        is_waiting=line.state is not LineState.REVIEWED,
        reviewer=reviewer,
    )


def _citizen(line: SampleLine) -> str:
    if line.lookup is None:
        return ""
    return citizen_text(str(line.lookup.citizen_id)) if line.lookup.citizen_id else texts.NOT_NAMED


def _event(event: SampleEvent) -> EventLine:
    words = {
        SampleEventKind.SENT: texts.EVENT_SENT.format(name=event.receiver_name),
        SampleEventKind.ASKED: texts.EVENT_ASKED.format(name=event.receiver_name or "Medarbejderen"),
        SampleEventKind.REVIEWED: texts.EVENT_REVIEWED.format(
            outcome=texts.OUTCOME[event.outcome] if event.outcome else ""
        ),
    }
    is_bad = event.outcome is not None and event.outcome is not SampleOutcome.WORK_RELATED
    return EventLine(words[event.kind], is_bad, event.words, event.by_name, at_second(event.at))
