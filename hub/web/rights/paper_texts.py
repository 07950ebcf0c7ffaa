"""What the citizen's copy says."""

from schemas.subject_copy import WithheldRule

TITLE = "Det, Helhed har gemt om {name}"
TITLE_WITHOUT_NAME = "Det, Helhed har gemt om dig"
MADE = "Lavet {when} af kommunens databeskyttelsesrådgiver"
INTRO = (
    "Du har ret til at se, hvad kommunen har gemt om dig, og hvem der så det (databeskyttelsesforordningen, art. 15).",
    "Helhed samler oplysninger fra kommunens andre systemer. Er noget forkert, skal det rettes, hvor det kommer fra.",
    "Sig det til din sagsbehandler eller til databeskyttelsesrådgiveren.",
)
PERSON, FACTS, COURSES, CONSENTS = "Hvem du er", "Det siger kommunens systemer", "Dine forløb", "Dine samtykker"
PLAN, MEETINGS, DISCLOSURES = "Din plan", "Møder om dig", "Videregivet uden samtykke"
EMPTY = "Der er ikke gemt noget."
SOURCE = "Kilde: {source}, læst {as_of}"
PERIOD = "Gælder {period}"
NUMBER = "Cpr-nummer: {number}"
FROM_TO, FROM, UNTIL = "fra {start} til {end}", "fra {start}", "til {end}"

KIND = {
    "effort": "Indsats",
    "case": "Sag",
    "concern_notification": "Underretning",
    "absence": "Fravær fra skole",
    "enrolment": "Skole",
    "contact": "Samtale eller ophold",
    "assignment": "Tilknytning",
    "target_group": "Målgruppe",
    "job_absence": "Fravær",
    "deadline": "Frist",
    "authority": "Myndighed",
    "no_access": "Ingen adgang",
    "plan": "Plan",
    "goal": "Mål",
    "person": "Person",
    "relation": "Relation",
    "course": "Forløb",
    "consent": "Samtykke",
    "meeting": "Møde",
    "disclosure": "Videregivelse",
    "trial_action": "Prøvehandling",
}
"""What a line is; anything else is a line of the plan."""
PLAN_LINE = "I planen"

LABEL = {
    "title": "hvad",
    "text": "ordlyd",
    "words": "ordlyd",
    "status": "status",
    "state": "status",
    "code": "kode",
    "legal_basis": "paragraf",
    "kle_topic": "KLE-emne",
    "purpose": "mål",
    "responsible": "ansvarlig",
    "performer": "udføres af",
    "extent": "omfang",
    "next_follow_up_on": "næste opfølgning",
    "expected_end_on": "forventet slut",
    "case_number": "sagsnummer",
    "recommendation": "anbefaling",
    "received_at": "modtaget",
    "reasons": "årsager",
    "assessed_at": "vurderet",
    "outcome": "afgørelse",
    "outcome_on": "afgjort",
    "case_type": "sagstype",
    "next_deadline_on": "næste frist",
    "school": "skole",
    "group": "klasse",
    "grade": "klassetrin",
    "school_year": "skoleår",
    "year": "år",
    "quarter": "kvartal",
    "days": "dage med fravær",
    "school_days": "skoledage",
    "absence": "slags fravær",
    "given_name": "fornavn",
    "family_name": "efternavn",
    "birth_date": "fødselsdato",
    "life_status": "status i CPR",
    "name_address_protected": "navne- og adressebeskyttelse",
    "address": "adresse",
    "left_addresses": "tidligere adresser",
    "who": "hvem",
    "due_on": "senest",
    "goal_type": "slags mål",
    "progress": "hvordan det går",
    "last_day": "sidste dag",
    "first_day": "første dag",
    "starts_at": "begynder",
    "place": "sted",
    "minutes": "referat",
    "decisions": "beslutninger",
    "kind": "slags",
    "cell": "hvad der må deles",
    "terms": "vilkår",
    "given_on": "givet",
    "expires_on": "udløber",
    "form": "form",
    "given_by": "givet af",
    "evidence": "bevis",
    "recorded_at": "skrevet ind",
    "withdrawn_on": "trukket tilbage",
    "area": "område",
    "categories": "oplysninger",
    "source": "kilde",
    "category": "slags oplysninger",
    "basis": "grundlag",
    "reason": "begrundelse",
    "to_team": "til teamet",
    "receivers": "antal andre modtagere",
    "what": "hvad",
    "why": "hvorfor",
    "judge_on": "vurderes",
    "street": "vej",
    "postal_code": "postnummer",
    "town": "by",
    "law": "lov",
    "section": "paragraf",
    "unit": "enhed",
    "worker": "medarbejder",
    "phone": "telefon",
    "is_closed": "afsluttet",
    "is_sensitive": "følsom",
    "contact": "slags",
    "about_unborn": "om et ufødt barn",
}
"""A field, in Danish; one without a word here stands as the source names it."""
SKIPPED = frozenset({"id", "requests", "outcome_efforts", "received_has_time", "municipality_code", "code_list"})
YES, NO = "ja", "nej"

WITHHELD = {
    WithheldRule.RELATIVES: (
        "{number} pårørende: navne og numre er oplysninger om andre (databeskyttelsesforordningen artikel 15, stk. 4)."
    ),
    WithheldRule.OTHERS_ENTRIES: "{number} oplysninger, der handler om en anden og nævner dig (samme bestemmelse).",
    WithheldRule.OTHERS_NAMED: "{number} gange er en anden nævnt i en oplysning om dig; navnet er udeladt (samme).",
    WithheldRule.NOTIFIER: (
        "{number} underretninger står her uden, hvem der har underrettet (databeskyttelsesloven § 22)."
    ),
    WithheldRule.ADDRESS: (
        "{number} steder, der kan vise, hvor en beskyttet person opholder sig (databeskyttelsesloven § 22). Spørg dem, "
        "der har din sag."
    ),
    WithheldRule.MINUTES: "{number} referater handler også om andre og kan ikke deles (artikel 15, stk. 4).",
    WithheldRule.EMPLOYEE_NAMES: (
        "{number} opslag står med rolle og enhed i stedet for medarbejderens navn (EU-Domstolens dom C-579/21). Har du "
        "brug for et navn, så sig hvorfor."
    ),
}
ROLE = {
    "team_member": "medarbejder",
    "administrator": "systemadministrator",
    "dpo": "databeskyttelsesrådgiver",
    "manager": "leder",
}
MACHINE = "et it-system"

CONTESTED = "Du bestrider det: «{words}»"
