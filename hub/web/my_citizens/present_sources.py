"""What may be missing of all my citizens, since a source is not read as it should be. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from hub.web.my_citizens.families import Family
from hub.web.shell import texts
from hub.web.shell.dates import as_sentence, counted, listed
from hub.web.shell.source_troubles import trouble_words
from schemas.overview import Section, TroubleKind
from schemas.source import SourceSystem


def source_lines(families: Sequence[Family], sources: Mapping[str, SourceSystem], now: datetime) -> tuple[str, ...]:
    """A sentence for each area that I see of somebody and of which something may be missing; each once."""
    overviews = [member.overview for family in families for member in family.members if member.overview]
    sections = {section.area: section for overview in overviews for section in overview.sections if _is_read(section)}
    lines = (line for section in sections.values() for line in _lines(section, sources, now))
    return tuple(dict.fromkeys(lines))


def _is_read(section: Section) -> bool:
    return section.is_unread is not None


def _lines(section: Section, sources: Mapping[str, SourceSystem], now: datetime) -> Iterator[str]:
    titles = listed([source.title for source in sources.values() if source.area is section.area])
    troubles = section.troubles or ()
    for trouble in troubles:
        source = sources.get(trouble.source)
        headline, advice, _ = trouble_words(trouble, source.title if source else titles, now)
        yield f"{as_sentence(headline)} {advice}"
    if section.is_unread and not any(trouble.kind is TroubleKind.PAUSED for trouble in troubles):
        yield f"{texts.SOURCE_UNREAD.format(source=titles)}. {texts.MAY_LACK_NEWS}"
    elif section.is_loading:
        yield f"{texts.SOURCE_LOADING.format(source=titles)}. {texts.MAY_LACK_NEWS}"
    if section.has_unreadable:
        yield f"{texts.SOURCE_UNREADABLE.format(source=titles)}. {texts.MAY_LACK_NEWS}"


def restricted_lines(restricted: int) -> tuple[str, ...]:
    """That citizens on the reader's courses are left out, because the processing of their data is restricted."""
    if not restricted:
        return ()
    return (f"{counted(restricted, 'borger', 'borgere')} på dine forløb vises ikke: behandlingen er begrænset.",)
