"""What the pages say on which a source is set up."""

from connectors.probe import StepName

KIND = {
    "odata": (
        "Social: DUBU",
        "Sager, indsatser, underretninger og sagsbehandlere på det sociale område.",
        "Adressen på DUBU, miljøets navn, og klient og hemmelighed eller bruger og adgangskode.",
    ),
    "nexus": (
        "Social: KMD Nexus",
        "Bevilgede indsatser fra en aktivitetsliste i Nexus.",
        "Adressen på Nexus, listens navn, og klient og hemmelighed.",
    ),
    "fhir": (
        "Sundhed: FHIR-snitflade",
        "Indsatser, mål, kontakter og pårørende i sundhed og omsorg.",
        "Adressen på snitfladen, og klient og hemmelighed.",
    ),
    "files": (
        "Skole: filer på en SFTP-server",
        "Elever, skoler, klasser og fravær, som skolesystemet lægger på en filserver.",
        "Filserverens navn og nøgle, og vores bruger og private SSH-nøgle.",
    ),
    "star": (
        "Beskæftigelse: STAR og sagssystemet",
        "Tilbud, samtaler, frister, fravær og målgrupper i beskæftigelsesindsatsen.",
        "STAR's adresse, kommunens certifikat og nøgle, og adgang til sagssystemets søgning.",
    ),
    "sample": ("Prøvekilde", "Opdigtede indsatser, til at prøve siderne med.", "Ingenting."),
}
"""By kind: what it connects to, what is read, and what one must have at hand."""
KIND_OTHER = ("{kind}", "En kilde, som kommunen selv har bygget.", "Se kildens egen vejledning.")
NAMES = {"odata": "social", "fhir": "health", "files": "school", "star": "employment"}
"""What a source of the kind is called in addresses; another kind gives its own name."""

STEPS = ("Opsætning", "Tjek", "Felter og plan", "Prøve og start")
DRAFT, ACTIVE = "kladde, læses ikke endnu", "læses"

SAVED = "Kladden er gemt."
CHANGED_MEANWHILE = (
    "{who} har ændret kilden, siden du åbnede siden. Intet er gemt endnu: dine rettelser står herunder. Gem igen, hvis"
    " de skal gælde."
)
SECRETS_AGAIN = " Vælg filer og skriv hemmeligheder igen."
STARTED = "{title} er startet. En arbejder begynder at læse om et øjeblik."
NO_STREAM = "Vælg mindst én strøm, der skal læses."
APPROVER_MISSING = "Skriv navnet på den, der har godkendt feltlisten, og sæt kryds ved, at den er gennemgået."
SCHEDULE_WRONG = "Skriv enten et tal og en enhed eller et klokkeslæt som 02:30 for {stream}."
PREVIEW_REJECTED = "{rows} kan ikke læses og står først, med grund og råd. Resten kommer ind."
PLAN_SAVED = "Planen er gemt."
APPROVED = "Feltlisten er godkendt af {name}."
CARRIED_OVER = (
    "Felterne blev læst, før de skulle godkendes, og læses stadig. Ingen har godkendt dem ved navn endnu: gennemgå dem."
)
NOT_READY = "Kilden kan ikke startes endnu: {why}"
NOT_APPROVED = "feltlisten er ikke godkendt."
SETTINGS_WRONG = "opsætningen mangler noget."
DISCARDED = "Kladden er kasseret."

CHECK_STEP = {
    StepName.SETTINGS: ("Opsætningen er hel", "Ser, om opsætningen er hel"),
    StepName.RESOLVE: ("Serverens navn findes", "Slår serverens navn op"),
    StepName.CONNECT: ("Serveren svarer på en sikker forbindelse", "Ringer op"),
    StepName.LOG_IN: ("Vi bliver lukket ind", "Logger ind"),
    StepName.READ: ("Én linje kan læses", "Læser én linje"),
}
"""By step: what went well, and what is under way."""
CHECK_FAILED = {
    StepName.SETTINGS: "Opsætningen er ikke hel",
    StepName.RESOLVE: "Serverens navn findes ikke",
    StepName.CONNECT: "Der er ingen sikker forbindelse",
    StepName.LOG_IN: "Vi bliver ikke lukket ind",
    StepName.READ: "Ingen linje kan læses",
}
CHECK_NOT_MADE = "Forbindelsen er ikke tjekket endnu."
CHECK_OK = "Forbindelsen virker."
CHECK_BAD = "Forbindelsen virker ikke endnu. Ret det, og tjek igen."
CHECK_OLD = "Opsætningen er ændret, siden der blev tjekket. Tjek igen."
CHECK_LOST = "Tjekket blev afbrudt. Prøv igen."
RUNNING = "I gang …"

PREVIEW_NOT_MADE = "Prøven viser de første rigtige linjer, sløret, før noget gemmes."
PREVIEW_RUNNING = "Henter rigtige linjer. Intet gemmes."
PREVIEW_EMPTY = "Kilden svarer, men har ingen linjer lige nu."
PREVIEW_OK = "{rows}, sløret. Til venstre det, kilden siger; til højre, hvordan det kommer til at stå. Intet er gemt."
PREVIEW_FAILED = "Der kunne ikke hentes linjer."
PREVIEW_LOST = "Prøven blev afbrudt. Prøv igen."

LANDED = {
    "starts_at": "begynder kl.",
    "valid.start": "gælder fra",
    "valid.end": "gælder til",
    "parties": "antal personer",
    "about_unborn": "om et ufødt barn",
    "absence": "fravær",
    "address": "adresse",
    "assessed_at": "vurderet",
    "assessed_on": "vurderet",
    "birth_date": "fødselsdato",
    "case_number": "sagsnummer",
    "case_type": "sagstype",
    "code": "kode",
    "custody": "forældremyndighed",
    "days": "dage",
    "died_on": "dødsdato",
    "end_reason": "hvorfor det sluttede",
    "ends_at": "slutter kl.",
    "expected_end_on": "forventet slutdato",
    "extent": "omfang",
    "family_name": "efternavn",
    "given_name": "fornavn",
    "goal": "mål",
    "grade": "klassetrin",
    "group": "klasse",
    "is_closed": "om sagen er lukket",
    "is_met": "om fristen er overholdt",
    "is_sensitive": "om sagen er følsom",
    "is_stay": "om det er et ophold",
    "kle_topic": "KLE-nummer",
    "leave_since": "orlov siden",
    "left_addresses": "tidligere adresse",
    "legal_basis": "paragraf",
    "life_status": "om personen lever",
    "name_address_protected": "navne- og adressebeskyttelse",
    "next_deadline_on": "næste frist",
    "next_follow_up_on": "næste opfølgning",
    "notifier": "underretter",
    "notifier_informed_on": "underretteren orienteret",
    "notifier_title": "underretter",
    "outcome": "beslutning",
    "outcome_efforts": "indsatser, der fulgte",
    "outcome_on": "dato for beslutningen",
    "performer": "udfører",
    "progress": "fremgang",
    "purpose": "formål",
    "quarter": "kvartal",
    "reasons": "årsager",
    "receipt_sent_on": "kvittering sendt",
    "received_at": "modtaget",
    "received_has_time": "om klokkeslættet er kendt",
    "recommendation": "anbefaling",
    "relation": "relation",
    "replaced_by": "erstattet af nummer",
    "replaces": "erstatter nummer",
    "reported_on": "anmeldt",
    "requests": "hvad der bedes om",
    "responsible.unit": "ansvarlig enhed",
    "responsible.worker": "ansvarlig medarbejder",
    "role": "rolle",
    "school": "skole",
    "school_days": "skoledage",
    "school_year": "skoleår",
    "shares_household": "bor sammen",
    "state": "status",
    "stated_by": "hvem der har sagt det",
    "status": "status",
    "target_group": "målgruppe",
    "text": "tekst",
    "title": "titel",
    "year": "år",
}
"""Fields of the common schema in Danish; a field inside another stands with the outer one's word."""
LANDED_VALUE = {
    "True": "ja",
    "False": "nej",
    "cpr": "cpr-nummer",
    "ecpr": "erstatnings-cpr",
    "admin_ecpr": "administrativt erstatnings-cpr",
    "local": "kildens eget nummer",
    "planned": "planlagt",
    "active": "i gang",
    "ongoing": "i gang",
    "on_hold": "på pause",
    "on_leave": "på orlov",
    "ended": "afsluttet",
    "cancelled": "aflyst",
    "no_action": "ingen indsats",
    "to_running_case": "lagt til en sag, der er i gang",
    "clarification_19": "afklaring efter § 19",
    "assessment_20": "undersøgelse efter § 20",
    "acute": "akut indsats",
    "effort": "indsats",
    "SICK": "syg",
    "PERMITTED": "med tilladelse",
    "UNLAWFUL": "ulovligt fravær",
    "LATE": "kommet for sent",
    "citizen_wish": "borgerens ord",
    "goal": "mål",
    "sub_goal": "delmål",
    "strength": "styrke",
    "reached": "nået",
    "better": "går bedre",
    "unchanged": "uændret",
    "worse": "går dårligere",
    "not_assessed": "ikke vurderet",
    "alive": "i live",
    "dead": "død",
    "moved_out": "fraflyttet",
    "missing": "forsvundet",
    "unborn": "ufødt",
    "parent": "forælder",
    "child": "barn",
    "sibling": "søskende",
    "partner": "partner",
    "guardian": "værge",
    "other": "anden",
}
"""Words of the common schema's own lists, which stand clear in a preview, in Danish."""
LANDED_KIND = {
    "case": "en sag",
    "effort": "en indsats",
    "concern_notification": "en underretning",
    "absence": "fravær",
    "enrolment": "skole og klasse",
    "contact": "en kontakt",
    "assignment": "en ansvarlig medarbejder",
    "target_group": "en målgruppe",
    "job_absence": "fravær fra beskæftigelse",
    "deadline": "en frist",
    "authority": "hvilken myndighed der handler",
    "no_access": "at vi ikke må slå op",
    "plan": "en plan",
    "goal": "et mål",
    "person": "en person",
    "relation": "en relation",
}
"""What a row becomes, by the kind of fact."""
LANDED_OTHER = "andet"
REMARK = {
    "future_time": "tidspunktet ligger i fremtiden",
    "shortened": "teksten er forkortet",
    "control_characters": "usynlige tegn er fjernet",
    "partial_date": "datoen er ikke hel",
}
REMARK_OTHER = "er rettet undervejs"
DELETED = "meldes slettet af kilden"
