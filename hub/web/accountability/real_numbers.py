"""Whether a test installation holds national numbers of real people, in numbers."""

from hub.matching.quality_repository import NumbersInPlace, count_numbers
from hub.web.accountability.window import Answer, Row, Table, Window
from hub.web.shell.dates import capital, counted, number_text
from hub.web.shell.request_context import RequestContext

COLUMNS = ("Sted", "Cpr-numre", "Kan være rigtige", "Med bogstaver", "Nationale testpersoner")
PLACE = {
    "citizen_identifiers": "Borgernes numre",
    "identity_claims": "Det, kilderne har sagt om, hvem nogen er",
    "party_identifiers": "Mennesker, der er nævnt i en oplysning",
}
NOTE = (
    "Opdigtede borgere har dag + 60 i cpr-nummeret, eller de er en af de nationale testpersoner. Alt andet med ti "
    "cifre tælles som et, der kan være rigtigt. Numrene selv vises ingen steder."
)
PRODUCTION = (
    "Spørgsmålet gælder testinstallationer. Denne installation er ikke sat op som en (HELHED_TEST_INSTALLATION), så "
    "her hører rigtige cpr-numre til, og intet er talt."
)
GAPS = (
    "Et erstatningsnummer (dag + 60, eller med bogstaver) kan tilhøre et rigtigt menneske. Nummeret siger det ikke.",
    "Det, der ligger krypteret i karantæne, på bussen og i hændelser, der ikke er læst endnu, er ikke talt.",
    "Navne og adresser kan være rigtige, selv om numrene ikke er det.",
)


def answer(context: RequestContext, window: Window) -> Answer:
    """How many there are, or that it is not asked here."""
    del window
    if not context.app.settings.is_for_tests:
        return Answer(PRODUCTION, is_trouble=False, tables=())
    places = count_numbers(context.session)
    real = max((place.ordinary for place in places), default=0)
    numbers = counted(real, "cpr-nummer", "cpr-numre") if real else "ingen cpr-numre"
    return Answer(
        headline=capital(f"{numbers} kan tilhøre rigtige mennesker."),
        is_trouble=real > 0,
        tables=(Table("numre", "Cpr-numre i databasen", COLUMNS, tuple(map(place_row, places)), note=NOTE),),
        gaps=GAPS,
    )


def place_row(place: NumbersInPlace) -> Row:
    """In words; pure."""
    numbers = (place.numbers, place.ordinary, place.with_letters, place.test_persons)
    return Row((PLACE[place.place], *map(number_text, numbers)), is_trouble=place.ordinary > 0)
