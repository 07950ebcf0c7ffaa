"""Søg: is it this person, and may I? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from functools import cache
from uuid import UUID

from hub.clock import danish_day
from hub.web.search import texts
from hub.web.search.page import Facet, FacetChoice, Hit, SearchResultPage
from hub.web.shell import texts as shared
from hub.web.shell.dates import age_text, capital, counted, day_text, listed, number_text
from hub.web.shell.paragraphs import section_name
from hub.web.shell.people import age_missing, identity_note, name_missing
from schemas.access import Basis
from schemas.codes import codes_of
from schemas.people import RelationKind
from schemas.search import FacetValue, FoundBy, SearchHit, SearchPage
from schemas.source import Area, SourceSystem
from search.folding import fold, kle_words

FACETS = (("area", "Område"), ("unit", "Enhed"), ("kle_topic", "Emne (KLE)"), ("paragraph", "Paragraf"))
SHOWN_CHOICES = 5
ALIKE = 0.9
"""Share of signs that two names have in common when they can be mistaken for each other."""
EARLIER_LAW = (date(2023, 1, 1), date(2024, 1, 1))
"""Days on either side of the change to barnets lov: old lines keep their old paragraphs."""


@dataclass(frozen=True)
class SearchForm:
    """What somebody searched for."""

    text: str
    areas: frozenset[Area] = frozenset()
    units: frozenset[str] = frozenset()
    kle_topics: frozenset[str] = frozenset()
    paragraphs: frozenset[str] = frozenset()
    ongoing_only: bool = False
    own_unit: bool = False
    """Only citizens for whom the own unit has an effort; then the text may be empty."""
    identifier_digests: tuple[str, ...] | None = None
    """Keyed digests of a whole national number, when that is what was typed; the text then shows it masked."""
    typed_digest: str | None = None
    """Keyed digest of what was hidden of the text, since it may be a number that was mistyped."""

    def is_narrowed(self) -> bool:
        """Whether anything is chosen beside the text."""
        return self.ongoing_only or any(self.chosen(field) for field, _ in FACETS)

    def chosen(self, facet: str) -> frozenset[str]:
        """Chosen values of a facet."""
        return {
            "area": frozenset(area.value for area in self.areas),
            "unit": self.units,
            "kle_topic": self.kle_topics,
            "paragraph": self.paragraphs,
        }[facet]


def search_page(  # noqa: PLR0913  keyword-only from the rights on
    form: SearchForm,
    result: SearchPage | None,
    *,
    rights: Mapping[UUID, Basis],
    sources: Sequence[SourceSystem],
    incomplete: Sequence[SourceSystem] = (),
    unit: str | None,
    now: datetime,
) -> SearchResultPage:
    """Whom the search found, why, and what was searched when it found nobody.

    Args:
        form: what for.
        result: one page of hits; None: nothing was searched for yet.
        rights: with which right each hit could be opened.
        sources: what is searched.
        incomplete: those of them that were never read to their end, or have rows that could not be read.
        unit: name of the actor's own unit.
        now: the instant.
    """
    today = danish_day(now)
    return SearchResultPage(
        text=form.text,
        has_result=result is not None,
        summary=_summary(form, result, unit),
        ongoing_only=form.ongoing_only,
        own_unit=form.own_unit,
        unit=unit,
        hits=tuple(_hit(hit, rights.get(hit.citizen_id, Basis.NONE), today) for hit in result.hits) if result else (),
        alike=_alike(result.hits) if result else None,
        facets=_facets(form, result.facets, today) if result else (),
        range=_range(result) if result else None,
        before=result.before if result else None,
        after=result.after if result else None,
        advice=_advice(form, result, sources, incomplete),
    )


def _summary(form: SearchForm, result: SearchPage | None, unit: str | None) -> str:
    if result is None:
        return "Hvem leder du efter?"
    within = f" med en indsats i {unit}" if form.own_unit and unit else ""
    if not result.total and form.identifier_digests and not form.is_narrowed():
        return "Ingen borger fundet med det cpr-nummer"
    if not result.total:
        return f"Ingen fundet{within}"
    return f"{counted(result.total, 'borger', 'borgere')}{within}"


def _range(result: SearchPage) -> str | None:
    if result.before is None and result.after is None:
        return None
    last = result.first + len(result.hits) - 1
    return f"{number_text(result.first)}–{number_text(last)} af {number_text(max(result.total, last))}"


def _advice(
    form: SearchForm, result: SearchPage | None, sources: Sequence[SourceSystem], incomplete: Sequence[SourceSystem]
) -> tuple[str, ...]:
    if result is None:
        return (
            "Skriv et navn, et helt cpr-nummer, en indsats, en enhed eller et emne.",
            (
                f"Du finder {texts.WHO_IS_FOUND}. Andre findes kun med hele cpr-nummeret, og så skal du begrunde, at du"
                " åbner siden."
            ),
        )
    if result.total:
        return ()
    narrowed = form.is_narrowed()
    if form.identifier_digests is not None and not narrowed:
        return _unknown_number(sources)
    titles = [source.title for source in sources]
    not_covered = _not_covered(sources)
    lines = ["Prøv uden at afgrænse søgningen." if narrowed else texts.TRY_OTHER_WORDS]
    if form.own_unit and not form.text and not narrowed:
        lines = ["Ingen borger, du må finde, har en indsats i enheden i dag."]
    lines.append(
        f"Der er søgt i {listed(titles)} blandt dem, du må finde: {texts.WHO_IS_FOUND}."
        if titles
        else "Ingen kilder er tilsluttet endnu, så der er intet at søge i."
    )
    if incomplete:
        titles_text = listed([source.title for source in incomplete])
        lines.append(f"Alt er ikke læst i {titles_text}, så der kan mangle borgere.")
    if not_covered:
        lines.append(f"Ikke dækket: {listed(not_covered)}.")
    lines.append("Har du en grund til at slå en anden borger op, så skriv hele cpr-nummeret.")
    return tuple(lines)


def _unknown_number(sources: Sequence[SourceSystem]) -> tuple[str, ...]:
    """The same for every number that finds nobody, whatever the reason."""
    if not sources:
        return ("Ingen kilder er tilsluttet endnu, så der er intet at søge i.",)
    titles = listed([source.title for source in sources])
    lines = [
        f"Ingen borger med det cpr-nummer i de kilder, der er tilsluttet: {titles}.",
        "Se efter, om nummeret er rigtigt. En borger, som ingen af kilderne har registreret noget om, findes ikke her.",
    ]
    lines.append("Er behandlingen af borgerens oplysninger begrænset, findes borgeren heller ikke her.")
    not_covered = _not_covered(sources)
    return (*lines, f"Ikke dækket: {listed(not_covered)}.") if not_covered else tuple(lines)


def _not_covered(sources: Sequence[SourceSystem]) -> list[str]:
    missing = [name for area, name in shared.AREA.items() if area not in {source.area for source in sources}]
    without_source = [f"{name.lower()} (ingen kilde tilsluttet)" for name in missing]
    return without_source + [topic for source in sources for topic in source.not_covered]


def _hit(hit: SearchHit, right: Basis, today: date) -> Hit:
    return Hit(
        name=_name(hit),
        age=_age(hit, today),
        href=f"/overblik/{hit.citizen_id}",
        relation=texts.RELATION_TO_ME[right],
        needs_reason=right in {Basis.OVERRIDE, Basis.NONE},
        reasons=tuple(_reason(match) for match in hit.found_by),
        protected=hit.protected,
        details=_details(hit),
        identity=identity_note(hit.identity),
    )


def _name(hit: SearchHit) -> str:
    return hit.name or name_missing(hit.identity)


def _age(hit: SearchHit, today: date) -> str:
    if hit.birth_date:
        return age_text(hit.birth_date, today)
    return age_missing(hit.identity)


def _details(hit: SearchHit) -> tuple[str, ...]:
    born = f"født {day_text(hit.birth_date)}" if hit.birth_date else None
    names: dict[RelationKind, list[str]] = {}
    for relative in hit.relatives:
        names.setdefault(relative.relation, []).append(relative.name)
    relations = [f"{texts.RELATED[kind]} {listed(names[kind])}" for kind in texts.RELATED if kind in names]
    return tuple(part for part in (born, hit.place, *relations) if part)


def _alike(hits: Sequence[SearchHit]) -> str | None:
    """Which of the hits have the same or nearly the same name; of a name also that others with it may be hidden."""
    # Nobody else has the number.
    named = [hit for hit in hits if hit.name and not _by_number(hit)]
    if not named:
        return None
    alike = [hit for hit in named if any(other is not hit and are_alike(hit.name, other.name) for other in named)]
    by_name = any(match.field in {"name", "similar_name"} for hit in named for match in hit.found_by)
    if not alike:
        return texts.OTHERS_ALIKE if by_name else None
    names = listed(list(dict.fromkeys(hit.name for hit in alike)))
    same = f"{counted(len(alike), 'borger', 'borgere')} har samme eller næsten samme navn: {names}."
    hidden = texts.ALIKE_PROTECTED if any(hit.protected for hit in alike) else ""
    return " ".join(part for part in (same, texts.TELL_APART, hidden, texts.OTHERS_ALIKE if by_name else "") if part)


def _by_number(hit: SearchHit) -> bool:
    return any(match.field in {"identifier", "former_identifier"} for match in hit.found_by)


def are_alike(name: str, other: str) -> bool:
    """Whether two names can be mistaken for each other: the same, or a letter or two apart."""
    return SequenceMatcher(None, fold(name), fold(other), autojunk=False).ratio() >= ALIKE


def _reason(match: FoundBy) -> tuple[str, tuple[tuple[str, bool], ...]]:
    """Where the search matched, and the matching text in pieces."""
    field = texts.FOUND_BY.get(match.field, match.field)
    if match.field != "kle_topic":
        return field, match.highlight
    name = kle_name("".join(piece for piece, _ in match.highlight))
    return field, ((f"{name} ", False), *match.highlight) if name else match.highlight


def _facets(form: SearchForm, values: Mapping[str, Sequence[FacetValue]], today: date) -> tuple[Facet, ...]:
    facets = []
    for field, name in FACETS:
        chosen = form.chosen(field)
        counts = {value.value: value.count for value in values.get(field, ())}
        counts |= dict.fromkeys(chosen - counts.keys(), 0)
        choices = [
            FacetChoice(value, *facet_text(field, value, today), number_text(count), value in chosen)
            for value, count in sorted(counts.items(), key=lambda item: (item[0] not in chosen, -item[1], item[0]))
        ]
        if choices:
            count_shown = max(SHOWN_CHOICES, len(chosen))
            facets.append(Facet(name, field, tuple(choices[:count_shown]), tuple(choices[count_shown:])))
    return tuple(facets)


def facet_text(field: str, value: str, today: date) -> tuple[str, str | None]:
    """The value by name, and its code if it has one."""
    if field == "area":
        return (shared.AREA[Area(value)], None) if value in set(Area) else (value, None)
    if field == "kle_topic":
        name = kle_name(value)
        return (name, value) if name else (f"KLE-emne {value}", None)
    if field == "paragraph":
        name = _paragraph_name(value, today)
        return (name, value) if name else (value, None)
    return value, None


@cache
def kle_name(topic: str) -> str | None:
    """What a KLE number is called, or else the group it belongs to; also of numbers that no longer stand."""
    names = {row.code: row.danish for row in codes_of("kle")}
    return next((names[code] for code in kle_words(topic) if code in names), None)


def _paragraph_name(paragraph: str, today: date) -> str | None:
    """What the paragraph is about, from the code lists; also of paragraphs that no longer stand."""
    if paragraph in texts.PARAGRAPH:
        return texts.PARAGRAPH[paragraph]
    title, _, section = paragraph.partition(" §")
    law = next((row.code for row in codes_of("laws") if row.danish == title), title)
    name = section_name(law, section, today, *EARLIER_LAW)
    return capital(name) if name else None
