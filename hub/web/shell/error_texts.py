"""What an error says in Danish: what happened, and what to do; by the key of the error."""

from hub.access.policy import SHORTEST_REASON

ERROR = {
    "unexpected": ("Noget gik galt hos os", "Intet er ændret. Prøv igen om lidt."),
    "citizen_unknown": ("Borgeren findes ikke her", "Adressen kan være forældet. Søg borgeren frem i stedet."),
    "citizen_restricted": (
        "Behandlingen af borgerens oplysninger er begrænset",
        "De er gemt, men vises ikke. Databeskyttelsesrådgiveren har bestemt det og kan ophæve det.",
    ),
    "citizen_held": (
        "Intet om borgeren må slettes nu",
        "Det er bestemt, at oplysningerne skal blive. Ophæv det først under Borgerens rettigheder.",
    ),
    "removal_first": ("Kilden læses stadig", "Fjern den først. Så kan det, den har sagt, glemmes."),
    "period_invalid": (
        "Perioden kan ikke læses",
        "Skriv fra og til som 2026-09-12, så perioden slutter, efter den begynder, og ligger efter år 2000.",
    ),
    "page_unknown": ("Siden findes ikke", "Adressen kan være forældet. Gå til Mine borgere, eller søg."),
    "not_logged_in": ("Log ind for at se siden", "Du har ikke logget ind, eller din session er udløbet."),
    "role_missing": ("Siden er ikke for din rolle", "Skal du bruge den i dit arbejde, så tal med din leder."),
    "token_refused": (
        "Tokenet gælder ikke",
        "Hent et nyt hos kommunens login. Sker det igen, så bed administratoren se efter under Medarbejdere, Maskiner.",
    ),
    "behalf_refused": (
        "Der kan ikke spørges på den medarbejders vegne",
        "Kontoen skal være oprettet til det, og medarbejderen skal være logget ind i Helhed imens.",
    ),
    "provider_unavailable": ("Kommunens login svarer ikke", "Prøv igen om et par minutter."),
    "form_stale": ("Formularen er udløbet", "Intet er ændret. Gå tilbage, genindlæs siden, og prøv igen."),
    "login_refused": (
        "Du er ikke logget ind",
        "Log ind igen. Sker det flere gange, så kontakt driften med referencen.",
    ),
    "demo_only": ("Kun i demoen", "Her logger man ind med kommunens login."),
    "store_unavailable": (
        "Databasen svarer ikke",
        "Vi viser ingenting hellere end noget forkert. Prøv igen om et par minutter.",
    ),
    "setting_wrong": ("Systemet er ikke sat rigtigt op", "Kontakt driften med referencenummeret."),
    "form_invalid": ("Noget mangler i formularen", "Intet er gemt. Gå tilbage, og udfyld de felter, der er nævnt."),
    "page_key_wrong": (
        "Resultatets side kan ikke findes",
        "Linket til næste side passer ikke til en søgning. Søg igen; så får du den første side.",
    ),
    "pause_reason_missing": (
        "Skriv en begrundelse",
        f"En kilde slukkes kun med en begrundelse: ord, mindst {SHORTEST_REASON} tegn. Den vises på siden.",
    ),
    "settings_incomplete": (
        "Opsætningen mangler noget",
        "Felterne under Opsætning siger hvad. Ret dem, og prøv igen. Intet er læst.",
    ),
    "fields_not_approved": (
        "Feltlisten er ikke godkendt",
        "Kilden læses ikke, før nogen har godkendt felterne ved navn. Det gøres under Felter og plan.",
    ),
    "source_changed": (
        "Kilden er ændret imens",
        "En anden har ændret kilden, siden du så den. Se den igen, og gentag din ændring.",
    ),
    "backup_failed": (
        "Sikkerhedskopien kunne ikke tages eller læses",
        "Driften ser årsagen i terminalen, hvor kommandoen blev givet.",
    ),
    "organisation_not_read": (
        "Organisationen er ikke læst",
        "Ingens adgang er ændret. Loggen siger, hvad der var galt; prøv igen med helhed actor fetch.",
    ),
    "run_not_possible": (
        "Kilden kan ikke læses nu",
        "Den er slukket, ikke sat i gang, eller intet af den er planlagt. Gå til kilden, og tænd den først.",
    ),
    "source_defined_in_file": (
        "Kilden står i en fil",
        "Den er sat op i filen med kilder (HELHED_SOURCES_FILE) og ændres dér. Den kan stadig læses og slukkes her.",
    ),
    "run_unknown": ("Kørslen findes ikke", "Adressen kan være forældet. Gå til kilden, og vælg Kørsler."),
    "lease_lost": ("Kilden læses et andet sted", "En anden proces læser kilden nu. Prøv igen om et øjeblik."),
    "held_deletion_unknown": (
        "Der er ingen sletninger at tage stilling til",
        "De kan være afgjort imens, af en anden eller af en ny læsning. Gå til Kilder.",
    ),
    "act_refused": ("Det kan ikke gøres nu", "Noget er ændret imens. Se siden igen, og prøv så igen."),
    "reason_missing": (
        "Skriv en begrundelse",
        f"Begrundelsen skal være ord og have mindst {SHORTEST_REASON} tegn. Den står i loggen.",
    ),
    "events_not_given": (
        "Hændelserne kan ikke hentes sådan",
        "Skriv dagene som 2026-11-27, den første før den sidste. Navne kræver en afgørelse, der gælder nu.",
    ),
    "already_decided": ("Det er afgjort imens", "En anden eller en ny læsning har afgjort det. Se siden igen."),
    "shown_outdated": ("Noget er ændret, siden du så siden", "Se det igen, og afgør det så."),
    "decision_refused": (
        "Afgørelsen kan ikke træffes",
        "Noget er ændret imens, eller en anden afgørelse siger det modsatte. Se uenigheden igen.",
    ),
    "source_unknown": ("Kilden findes ikke", "Den kan være fjernet fra opsætningen. Gå til Kilder."),
    "address_wrong": (
        "Adressen kan ikke læses",
        "Den er skåret over eller skrevet forkert. Søg borgeren frem, eller gå til Mine borgere.",
    ),
    "too_many": (
        "For mange på kort tid",
        "Vent et øjeblik, og prøv igen. Databeskyttelsesrådgiveren kan se, at grænsen er nået.",
    ),
    "text_wrong": (
        "Teksten kan ikke læses",
        "Der er tegn i den, som ikke er tekst. Skriv den igen i stedet for at sætte den ind.",
    ),
    "body_unreadable": (
        "Det, du sendte, kan ikke læses",
        "Det blev måske afbrudt på vejen. Gå tilbage, og send det igen.",
    ),
    "body_too_long": (
        "Det, du sendte, er for langt",
        "Gå tilbage, og gør teksten kortere eller filen mindre.",
    ),
    "method_wrong": ("Siden kan ikke bruges på den måde", "Gå til siden med et link eller en knap."),
    "disclosure_not_found": (
        "Videregivelsen findes ikke",
        "Den er ikke til dig eller fra dig. Se dine under Videregivelser.",
    ),
    "nothing_to_disclose": (
        "Du kan ikke videregive om borgeren",
        "Det kan den, der arbejder med borgeren i et område og ser hele området.",
    ),
    "not_on_team": (
        "Samtykket er ikke åbent for dig",
        "Samtykker ses af teamet for borgerens forløb og skrives ind af tovholderen. Spørg tovholderen.",
    ),
    "course_closed": (
        "Forløbet er ikke åbent for dig",
        "Forløbet ses af teamet og ændres af tovholderen. Er du taget af teamet, eller er det slut: spørg tovholderen.",
    ),
    "plan_closed": (
        "Planen er ikke åben for dig",
        "Borgerens plan ses og skrives af teamet, når borgeren har samtykket til forløbet. Spørg tovholderen.",
    ),
    "alert_closed": (
        "Adviset er ikke åbent for dig",
        "Du ser adviser om borgere, du arbejder med, og kun om det, du må se. Spørg tovholderen.",
    ),
    "webhook_unknown": (
        "Der er ikke noget system med det nummer",
        "Det er måske fjernet. Hent listen igen.",
    ),
    "meeting_closed": (
        "Mødet er ikke åbent for dig",
        "Møder i et forløb ses af teamet, når borgeren har samtykket til forløbet. Spørg tovholderen.",
    ),
    "sample_unknown": ("Stikprøven eller linjen findes ikke", "Find den på listen over stikprøver."),
    "sample_own": ("Det er dit eget opslag", "En anden skal gennemgå det. Sig det til databeskyttelsesrådgiveren."),
    "override_unknown": ("Den særlige grund findes ikke", "Find den på listen over særlige grunde under Tilsyn."),
    "override_own": (
        "Du kan ikke gennemgå din egen særlige grund",
        "En anden skal gennemgå den. Intet er gemt.",
    ),
    "access_refused": (
        "Borgeren er ikke åben for dig",
        "Åbn borgeren på siden, og skriv en begrundelse, hvis dit arbejde kræver det.",
    ),
    "search_unavailable": (
        "Søgningen svarer ikke",
        "Dine borgere kan stadig åbnes fra Mine borgere. Prøv søgningen igen om lidt.",
    ),
}
"""Headline and what to do, by the error's key."""
