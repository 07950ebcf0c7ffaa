"""What the answers to a DPO's questions say."""

from schemas.oversight import Question

EARLIEST_YEAR = 2000
SHOW_LINES = "Vis linjerne"
NOTHING = "Der er ingen."
DAY_UNREADABLE = "Skriv begge datoer som 2026-09-12. Her vises de seneste 90 dage."
ENDS_BEFORE = (
    "Perioden slutter, før den begynder: «til og med» skal ligge på eller efter «fra». Her vises de seneste 90 dage."
)
TOO_FAR = "Perioden ligger uden for det, der kan vises: fra år 2000 til næste år. Her vises de seneste 90 dage."
TOO_MANY = "Der er flere end 100.000 linjer i tabellen. Vælg en kortere periode, og hent den igen."
FILE_NAME = "helhed-{slug}-{table}-{day}.csv"
PDF_NAME = "helhed-{slug}-{day}.pdf"
AS_PDF = "Hent svaret som PDF"
AS_JSON = "Hent svaret som JSON"
PRINTED = "Skrevet {moment} af Helhed. {heading}{period}"
OF_DAYS = ", {first} til og med {last}"

SLUG = {
    Question.RIGHTS: "rettigheder",
    Question.CONSENTS: "samtykker",
    Question.FIELDS: "felter",
    Question.SEARCHES: "soegninger",
    Question.REVEALS: "visninger",
    Question.QUALITY: "datakvalitet",
    Question.PROCESSING: "fortegnelse",
    Question.RULES: "regelkontrol",
    Question.TEST_DATA: "testdata",
}
"""Last part of the address."""
HEADING = {
    Question.RIGHTS: "Rettigheder uden brug",
    Question.CONSENTS: "Samtykker",
    Question.FIELDS: "Felter fra hver kilde",
    Question.SEARCHES: "Søgninger",
    Question.REVEALS: "Visninger af skjulte oplysninger",
    Question.QUALITY: "Datakvalitet",
    Question.PROCESSING: "Fortegnelse (artikel 30)",
    Question.RULES: "Regler, og ingen score",
    Question.TEST_DATA: "Cpr-numre i test",
}
LEAD = {
    Question.RIGHTS: (
        "Hvem har adgang uden at bruge den, hvem har beholdt adgang fra en anden enhed eller et sluttet forløb, "
        "og hvad har systemadministratorer selv set?"
    ),
    Question.CONSENTS: (
        "Hvad har borgerne samtykket til, hvor længe gælder det, og er der vist noget, efter at samtykket sluttede?"
    ),
    Question.FIELDS: (
        "Hvad hentes fra hver kilde, hvorfor, med hvilken hjemmel, hvor længe, og hvem har godkendt det?"
    ),
    Question.SEARCHES: "Hvad er der søgt efter, hvor mange blev fundet, og hvad blev afvist eller fejlede?",
    Question.REVEALS: "Hvem har fået vist adresse, enhed, skole eller cpr-nummer, der var skjult, og hvorfor?",
    Question.QUALITY: (
        "Er oplysningerne friske, venter der noget på en beslutning, og er nogen lagt sammen eller skilt ad?"
    ),
    Question.PROCESSING: ("Hvilke behandlinger er der, om hvem, med hvilket formål, og hvem modtager oplysningerne?"),
    Question.RULES: (
        "Hvilke regler findes, hvem godkendte dem, hvor tit er de vurderet, og er der gemt en score om nogen?"
    ),
    Question.TEST_DATA: "Er der cpr-numre på rigtige mennesker i en testinstallation?",
}
OF_A_PERIOD = frozenset({Question.RIGHTS, Question.CONSENTS, Question.SEARCHES, Question.REVEALS, Question.QUALITY})
"""The others are of now."""
