"""Where sources disagree on who the citizen is: the banner, and the mark on what comes from the other side. Pure."""

from hub.clock import danish_day
from hub.web.citizen import texts
from hub.web.citizen.page_data import PageData
from hub.web.shell.dates import capital, day_text, listed, long_day_text, plural_of
from schemas.overview import Entry, Overview, StatedIdentity


def identity_banner(data: PageData) -> tuple[str, ...]:
    """What everybody who opens the page must know: who says whom, and whom the headline is about; else empty."""
    identities = data.overview.header.stated_identities
    if not identities:
        return ()
    headline = next((identity for identity in identities if identity.is_headline), None)
    settled = data.overview.header.identity_settled_at
    sentences = [texts.IDENTITY_DIFFERS if settled else texts.IDENTITY_DISPUTED]
    if headline is None:
        sentences.append(texts.IDENTITY_UNDECIDED)
    sentences += [_statement(identity, data) for identity in identities]
    if settled:
        day = long_day_text(danish_day(settled))
        sentences += [texts.IDENTITY_SETTLED.format(day=day), texts.IDENTITY_STILL_MARKED]
    else:
        sentences.append(texts.IDENTITY_MARKED)
    return tuple(sentences)


def identity_mark(entry: Entry, data: PageData) -> str | None:
    """Whom the entry's source says the citizen is, where that is not the one of the headline alone; else None.

    Who reads the entry may see its source, so the name is not withheld.
    """
    for person in data.people:
        if person.header.stated_identities and any(each.id == entry.id for each in person.entries()):
            return _mark(entry.provenance.source, person)
    return None


def _mark(source: str, person: Overview) -> str | None:
    own = [identity for identity in person.header.stated_identities if source in identity.sources]
    names = listed([_who(identity) for identity in own])
    if all(identity.is_headline for identity in own):
        return None
    words = plural_of(len(own), "Kilden siger", "Kilden har flere personer med nummeret:")
    return f"{words} {names}"


def _statement(identity: StatedIdentity, data: PageData) -> str:
    """One side: which sources, and whom they name."""
    if not identity.sources and not identity.is_headline:
        return texts.IDENTITY_WITHHELD
    titles = [data.sources[source].title if source in data.sources else source for source in identity.sources]
    verb = "siger" if titles else "En anden kilde siger"
    statement = f"{listed(titles)} {verb} {_who(identity)}".strip()
    return f"{capital(statement)}; det passer med cpr-nummeret." if identity.is_headline else f"{capital(statement)}."


def _who(identity: StatedIdentity) -> str:
    name = identity.name or "en person uden navn"
    return f"{name}, født {day_text(identity.birth_date)}" if identity.birth_date else name
