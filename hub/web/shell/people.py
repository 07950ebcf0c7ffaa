"""First names of the people a page is about, and whom an entry speaks of. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hub.clock import danish_day
from hub.web.shell import texts
from hub.web.shell.dates import age_text, listed, plural_of
from hub.web.shell.view_models import IdentityNote
from schemas.codes import danish_label
from schemas.facts import ConcernNotificationFact
from schemas.overview import CitizenHeader, Entry, EntryParty, IdentityState
from schemas.record import PartyRole


@dataclass(frozen=True)
class FirstNames:
    """First names of a family."""

    by_citizen: Mapping[UUID, str]
    """In the order in which the family is named, the oldest first."""
    own: UUID | None = None
    """Whose page it is; that person need not be named on each line."""

    def of(self, citizen_id: UUID | None) -> str | None:
        """First name of one of the family; None for others."""
        return self.by_citizen.get(citizen_id) if citizen_id else None

    def subject(self, entry: Entry) -> str | None:
        """Who the entry is about, when that is another of the family than the one whose page it is."""
        party = _primary(entry)
        return None if party is None or party.citizen_id == self.own else self.of(party.citizen_id)

    def primary(self, entry: Entry) -> str | None:
        """Who the entry is about, also when that is the one whose page it is."""
        party = _primary(entry)
        return self.of(party.citizen_id) if party else None

    def concerned(self, entry: Entry) -> str:
        """Everybody it is about, on whosever page it stands: "Ida og Emil", "Nannas ufødte barn".

        Who may not be named is counted: "Ida og en anden". "familien" when nobody is told of.
        """
        return listed(self.concerned_names(entry)) or "familien"

    def concerned_names(self, entry: Entry) -> list[str]:
        """The same one by one: the family in its order, then others, then how many are not named."""
        parties = [party for party in entry.parties if party.role is not PartyRole.OTHER]
        order = list(self.by_citizen)
        parties.sort(key=lambda party: order.index(party.citizen_id) if party.citizen_id in order else len(order))
        is_unborn = isinstance(entry.fact, ConcernNotificationFact) and entry.fact.about_unborn
        names, unnamed = [], 0
        for party in parties:
            name = self.of(party.citizen_id) or first_word(party.name)
            if is_unborn and party.role is PartyRole.PRIMARY:
                names.append(f"{genitive(name)} ufødte barn" if name else "et ufødt barn")
            elif name:
                names.append(name)
            else:
                unnamed += 1
        if names and unnamed:
            names.append(plural_of(unnamed, "en anden", f"{unnamed} andre"))
        return list(dict.fromkeys(names))


def _primary(entry: Entry) -> EntryParty | None:
    return next((party for party in entry.parties if party.role is PartyRole.PRIMARY), None)


def headline_name(header: CitizenHeader) -> str:
    """The citizen's name; a sentence where no source gives one, or where nobody can tell whose is right."""
    return header.display_name or name_missing(header.identity)


def headline_age(header: CitizenHeader, day: date) -> str:
    """The citizen's age on that day, or why it is not known."""
    born = header.person.birth_date
    if born:
        return age_text(born, day)
    return age_missing(header.identity)


def name_missing(identity: IdentityState) -> str:
    """Why there is no name."""
    return texts.NAME_MISSING if identity is IdentityState.AGREED else texts.NAME_DISPUTED


def age_missing(identity: IdentityState) -> str:
    """Why there is no age."""
    return texts.AGE_MISSING if identity is IdentityState.AGREED else texts.AGE_DISPUTED


def identity_note(identity: IdentityState) -> IdentityNote | None:
    """What stands beside a name on every page: that the sources disagree on who it is, or that it is settled."""
    match identity:
        case IdentityState.DISPUTED:
            return IdentityNote(texts.DISPUTED, is_open=True)
        case IdentityState.SETTLED:
            return IdentityNote(texts.SETTLED, is_open=False)
    return None


def first_word(name: str | None) -> str:
    """The first given name; empty when there is none."""
    return (name or "").split(" ")[0]


def genitive(name: str) -> str:
    """As in "Nannas" and "Agnes'"."""
    return f"{name}'" if name[-1:].lower() in {"s", "x", "z"} else f"{name}s"


def sender(notification: ConcernNotificationFact) -> str:
    """Who sent the notification, in the source's words, else the category's name."""
    return notification.notifier_title or danish_label(notification.notifier, danish_day(notification.received_at))


def who_decided(actor_id: str, employees: Mapping[str, str]) -> str:
    """Name of an employee who did something; whoever did it at the command line is named as such."""
    kind, _, user = actor_id.partition(":")
    return f"{user} (kommandolinjen)" if kind == "cli" else employees.get(actor_id, actor_id)
