"""What the record of processing activities says."""

NONE = "ingen"
HEADLINE = "Fortegnelsen er skrevet af det, der er sat op nu: {sources} læses."
NOT_DECLARED = (
    "Kommunen har ikke erklæret, om oplysninger overføres til lande uden for EU (HELHED_THIRD_COUNTRY_TRANSFERS)."
)
NONE_DECLARED = "Kommunen har erklæret, at intet overføres til lande uden for EU."
DECLARED = "Kommunen har erklæret om overførsel til lande uden for EU: {declared}"
TO_FILL = "udfyldes af kommunen"

CONTROLLER = "Dataansvarlig"
FACT = ("Hvad", "Svar")
MUNICIPALITY = "Dataansvarlig kommune"
OFFICERS = "Databeskyttelsesrådgiver, efter rollen i Helhed"
ADMINISTRATIONS = "Forvaltninger, der svarer for områderne"

PROCESSINGS = "Behandlinger"
PROCESSING = ("Behandling", "Formål", "Hjemmel", "Om hvem", "Hvilke oplysninger")
PROCESSING_ROWS: tuple[tuple[str, ...], ...] = (
    (
        "Overblik over en borger og familien",
        "At de, der hjælper en borger, kan se, hvad andre gør, og følge underretninger op",
        (
            "Databeskyttelsesforordningen artikel 6, stk. 1, litra e, og artikel 9, stk. 2, litra f; hver kildes "
            "hjemmel står nedenfor. Mellem områder: samtykke, eller videregivelse efter forvaltningsloven § 28"
        ),
        "Borgere i kildernes sager, deres børn, forældre og andre pårørende, fagfolk",
        (
            "Indsatser, sager, mål, underretninger, skolegang og fravær, kontakter, cpr-nummer, navn, adresse; ingen "
            "diagnoser, journalnotater eller beløb"
        ),
    ),
    (
        "Forløb, team, samtykker, møder og Borgerens plan",
        "At borgeren og teamet arbejder efter én plan, som borgeren har sagt ja til",
        "Som ovenfor; retssikkerhedsloven § 11 a, sundhedsloven §§ 43 og 44",
        "Borgere på et forløb, medarbejdere på teamet, inviterede",
        "Samtykker, borgerens ord, mål, aftaler, referater, prøvehandlinger med udgift i alt, vurderinger",
    ),
    (
        "Søgning",
        "At finde den borger, medarbejderen arbejder med",
        "Som overblikket",
        "De samme borgere",
        "Navn, fødselsdato, ord om indsatser, enheder; cpr-nummer kun som nøglet fingeraftryk",
    ),
    (
        "Log og tilsyn",
        "At se, hvem der har set hvem, hvorfor og med hvilken ret",
        "Databeskyttelsesforordningen artikel 5, stk. 2, og artikel 32",
        "Medarbejdere, maskiner og de borgere, de har set (med nøgle)",
        "Hvem, hvornår, formål, begrundelse, hvilke områder",
    ),
    (
        "Medarbejdere og login",
        "At kun den, der må, får adgang",
        "Databeskyttelsesforordningen artikel 6, stk. 1, litra e, og artikel 32",
        "Kommunens medarbejdere",
        "Navn, stilling, enhed, telefon, roller, login",
    ),
)
SOURCES = "Kilder"
SOURCE = ("Kilde", "Dataejer", "Hvad der læses", "Følsomhed", "Hjemmel")
SOURCES_NOTE = "Felt for felt står det under Felter fra hver kilde. Hjemlerne bekræftes af kommunens jurist."
NOT_READ = "læses ikke nu"
RECEIVERS = "Modtagere"
RECEIVER = ("Modtager", "Hvorfor", "Hvad")
RECEIVER_ROWS: tuple[tuple[str, ...], ...] = (
    ("Medarbejdere på teamet, i enheden eller nævnt af en kilde", "Deres arbejde med borgeren", "Det, reglerne åbner"),
    ("Medarbejdere i et andet område", "Samtykke eller videregivelse", "Det, der er samtykket til eller videregivet"),
    ("Databeskyttelsesrådgiveren", "Tilsyn", "Loggen og tal; ingen borgeroplysninger"),
    ("Systemadministratorer", "Drift", "Slørede oplysninger, hvor noget ikke kan læses eller afgøres"),
)
WEBHOOK = "Advis til et fagsystem"
NOBODY_NAMED = "Siger intet om nogen"
PLACES = "Steder og databehandlere"
PLACE = ("Sted", "Hvad der er der", "Maskine")
PLACES_NOTE = (
    "De maskiner, installationen er sat op til. Hvem der driver dem, og databehandleraftalen, ved Helhed ikke."
)
DATABASE, ALL_DATA, EMBEDDED = "Database", "Alle oplysninger", "indbygget, på samme maskine"
BUS, SEALED, IN_DATABASE = "Bus", "Kildernes udsagn, krypteret", "i databasen"
SEARCH, INDEXED = "Søgeindeks", "Navn, ord om indsatser og overblikket uden cpr-numre"
LOGIN, ORGANISATION, STAFF_ONLY, NOT_SET = "Login", "Organisation", "Kun medarbejdere", "ikke sat op"
MAIL, NOTICES, WITNESSES, TRACES = "Mail", "Beskeder til driften", "Loggens vidner", "Driftsmålinger"
SIGNATURES = "Underskrifter; intet om nogen"
WITNESS_FILE, WITNESS_TOPIC = "en fil", "et emne på bussen"
TRANSFERS = "Overførsel til lande uden for EU"
OUTSIDE = "Uden for EU"
RETENTION = "Frister for sletning"
RETENTION_NOTE = "Det, der er sat op. At sletningen er sket, står under spørgsmålet om sletning."
RETENTION_ROWS: tuple[tuple[str, str], ...] = (
    ("Det, kilderne siger", "så længe kilden siger det, eller til en fjernet kilde glemmes"),
    ("Det, loggens linjer siger", "{log}"),
    ("Det, der ikke kunne læses (krypteret)", "{quarantine}"),
    ("Bussen (krypteret)", "{bus}"),
    ("Adviser", "180 dage"),
    ("Login", "til det er slut eller udløbet"),
)
SECURITY = "Sikkerhed (artikel 32)"
SECURITY_ROWS: tuple[tuple[str, str], ...] = (
    ("Adgang", "lukket, til en regel åbner; formål ved hvert opslag; en andens gennemgang af særlige grunde"),
    ("Log", "hver handling er en linje, før noget vises; linjer kan ikke ændres; loggen er underskrevet og bevidnet"),
    ("Cpr-numre", "aldrig i adresser, emnenøgler, driftslog eller søgeindeks"),
    ("Hemmeligheder, bus og karantæne", "krypteret"),
    ("Beskyttede navne og adresser", "skjult, til de vises med en begrundelse"),
)
ASSURANCE = "Sikringsniveau ved login (NSIS)"
DEMO = "demo: ingen login hos kommunen"
ANY_LEVEL = "intet krav sat op (HELHED_OIDC_ACR_VALUES)"
SESSIONS, SESSION = "Et login slutter", "efter {minutes} uden brug, og altid efter {hours}"
COOKIES, ONLY_HTTPS, NOT_ONLY_HTTPS = "Cookies", "kun over HTTPS", "ikke kun over HTTPS"
KAFKA_TLS = "Krypteret forbindelse til bussen"
LOG_SIGNED = "Loggen underskrives med kommunens egen nøgle i denne proces"
GAPS = (
    "Databehandlere og databehandleraftaler: hvem der driver maskinerne ovenfor, udfyldes af kommunen.",
    (
        "Konsekvensanalysen (artikel 35) er kommunens. Den er påkrævet her: mange følsomme oplysninger om sårbare "
        "mennesker lægges sammen. Fortegnelsen, felterne, reglerne for adgang og loggen er grundlaget for den."
    ),
    "Fælles dataansvar med andre myndigheder, og kontaktoplysninger på kommunen og rådgiveren, udfyldes af kommunen.",
    "Arkivering efter arkivloven sker i fagsystemerne; Helhed er ikke et arkiv.",
)


def yes_or_no(is_so: bool) -> str:
    """In Danish."""
    return "ja" if is_so else "nej"
