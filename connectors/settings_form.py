"""How a setting looks on the form that people fill in: its label and help in Danish, its group, and how it is typed.

It stands in the settings' JSON Schema under ``form``, beside type and limits, so that one description serves the
page, the command and the API. What the words are for the whole of a group is said by the page.
"""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import JsonValue
from pydantic_core import PydanticCustomError

FORM = "form"
"""Key in the JSON Schema of a field."""


class Group(StrEnum):
    """What belongs together on the form, in its order."""

    ADDRESS = "address"
    """Where the source is, and by what it is recognised."""
    LOGIN = "login"
    CONTENT = "content"
    """What is read of it."""
    PUSH = "push"
    """Who may send us something."""
    ABSENCE = "absence"
    """What counts as silence, and how much may be missing."""
    LIMITS = "limits"
    """What is rarely changed."""


class Entry(StrEnum):
    """How a setting is given, where its type does not tell."""

    FILE = "file"
    """The text of a file, such as a key or a certificate."""
    SHARE = "share"
    """It lies between 0 and 1, and people write per cent."""
    HIDDEN = "hidden"
    """Not in a browser: a path on the server is for who has the server."""


def on_form(
    label: str,
    help_text: str,
    group: Group,
    *,
    choices: Mapping[str, str] | None = None,
    entry: Entry | None = None,
) -> dict[str, JsonValue]:
    """``json_schema_extra`` of a setting.

    Args:
        label: Danish, a few words.
        help_text: Danish, one or two sentences: what to write, and where one has it from.
        group: where it stands.
        choices: Danish words by value, where only these values are possible.
        entry: how it is given, where that does not follow from its type.
    """
    words: dict[str, JsonValue] = {"label": label, "help": help_text, "group": group.value}
    if choices is not None:
        # A list, for Pydantic sorts the names of an object.
        words["choices"] = [{"value": value, "text": text} for value, text in choices.items()]
    if entry is not None:
        words["entry"] = entry.value
    return {FORM: words}


def settings_fault(message: str, danish: str, *fields: str) -> PydanticCustomError:
    """What a validator of settings raises: *message* for commands and logs, *danish* beside *fields* of the form."""
    return PydanticCustomError("settings_fault", "{message}", {"message": message, "danish": danish, "fields": fields})


CA_CERTIFICATES = on_form(
    "Udstederens certifikat",
    "Kun hvis kildens certifikat er udstedt af en, som serveren ikke kender i forvejen. En fil i PEM-format.",
    Group.ADDRESS,
    entry=Entry.FILE,
)
TOKEN_URL = on_form(
    "Adresse for adgangsbeviser",
    "OAuth2: dér, hvor adgangsbeviser (tokens) udstedes. Leverandøren oplyser den.",
    Group.LOGIN,
)
CLIENT_ID = on_form("Klientens navn", "OAuth2: client id. Leverandøren oplyser det.", Group.LOGIN)
CLIENT_SECRET = on_form(
    "Klientens hemmelighed", "OAuth2: client secret. Gemmes krypteret og vises aldrig igen.", Group.LOGIN
)
SCOPE = on_form("Omfang", "OAuth2: scope. Kun hvis leverandøren beder om det.", Group.LOGIN)
MUNICIPALITY_CODE = on_form(
    "Kommunekode", "Fire cifre. Vælg den kommune, hvis borgere kilden handler om.", Group.CONTENT
)
PATIENCE = on_form(
    "Når kilden ikke svarer",
    "Kilden læses under alle omstændigheder igen ved næste planlagte læsning.",
    Group.LIMITS,
    choices={
        "patient": "Prøv igen i omkring et minut",
        "brisk": "Prøv igen i et par sekunder",
        "never": "Prøv ikke igen",
    },
)
EXPECTED_CADENCE = on_form(
    "Nye oplysninger ventes mindst hver",
    "Går der dobbelt så lang tid uden nyt, siger siderne, at kilden er tavs.",
    Group.ABSENCE,
)
PAGE_SIZE = on_form(
    "Linjer pr. svar", "Sæt tallet ned, hvis kilden svarer langsomt eller afviser store svar.", Group.LIMITS
)
LINK_TEMPLATE = on_form(
    "Link til fagsystemet",
    "Adressen på en sag i fagsystemet, med {type} og {id} dér, hvor typen og nøglen står. Tom: siderne linker ikke.",
    Group.CONTENT,
)
ABSENCE_MAX_SHARE = on_form(
    "Højst så mange procent må mangle på én gang",
    "Mangler flere af en slags, slettes intet, før et menneske har set på det.",
    Group.ABSENCE,
    entry=Entry.SHARE,
)
ABSENCE_MAX_COUNT = on_form(
    "Højst så mange må mangle på én gang", "Det samme som et antal, hvor lang listen end er.", Group.ABSENCE
)
ABSENCE_ALWAYS_ALLOWED = on_form(
    "Så få må altid mangle",
    "Så mange slettes uden at spørge, hvor kort listen end er, medmindre den bliver tom.",
    Group.ABSENCE,
)
