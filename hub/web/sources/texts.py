"""What Kilder says."""

RUN_OUTCOME = {
    "complete": "gennemført",
    "unavailable": "kilden svarede ikke",
    "refused": "kilden afviste os",
    "failed": "fejlede",
    "too_many_rejected": "standset, for meget kunne ikke læses",
    "held": "læst, sletninger tilbageholdt",
    "stopped": "afbrudt i god orden",
}

ADVICE = {
    "fields_not_approved": "Helhed læser flere felter, end nogen har godkendt, så læsningen er standset. Se dem under "
    "Felter, og godkend dem dér. Intet af det nye er læst.",
    "host_not_found": "Serverens navn findes ikke. Se efter en slåfejl i adressen, og spørg driften, om navnet kan "
    "slås op fra denne server.",
    "connection_refused": "Serveren svarer ikke. Se efter, om adresse og port passer, og spørg driften, om vi må ringe "
    "dertil gennem kommunens firewall.",
    "tls_not_trusted": "Vi kender ikke udstederen af kildens certifikat, eller det gælder en anden adresse. Få "
    "udstederens certifikat af leverandøren, og vælg det i opsætningen.",
    "tls_failed": "Der kan ikke laves en sikker forbindelse. Se efter, om adressen skal begynde med https, og spørg "
    "leverandøren, om de kræver et certifikat af os.",
    "login_refused": "Kilden lukker os ikke ind. Se efter, om klientens navn og hemmelighed er dem, I har aftalt, og "
    "om de er udløbet.",
    "right_missing": "Kilden kender os, men lader os ikke læse dette. Bed kildens systemejer give vores bruger retten "
    "igen, og tryk så på Læs kilden nu. Intet er gået tabt.",
    "deletions_held": "Spørg systemejeren, om det, der mangler, er slettet. Frigiv eller afvis det så på siden "
    "Tilbageholdt.",
    "source_settings_wrong": "En af kildens indstillinger passer ikke. Åbn kildens indstillinger, og gem dem: "
    "det felt, der ikke passer, bliver mærket. Så prøves igen af sig selv.",
    "connector_error": "Læsningen gik galt hos os. Der prøves igen af sig selv; bliver det ved, så sig det til "
    "driften.",
    "source_unavailable": "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt.",
    "list_not_found": "Vores bruger ser ikke den liste i Nexus, som er valgt. Bed den, der passer Nexus, om at dele"
    " listen, eller ret navnet i kildens opsætning.",
    "source_refused": "Kilden afviser os. Se efter, om adgangen er udløbet, og om adresse og aftale passer.",
    "record_rejected": "Ret oplysningen i fagsystemet; den læses igen ved næste kørsel.",
    "bus_refused": "Køen mellem kilde og database afviser os; det går ikke over af sig selv. Sig det til driften.",
    "bus_unavailable": "Køen mellem kilde og database svarer ikke. Der prøves igen af sig selv; sig det til driften.",
    "too_many_rejected": "For mange linjer kan ikke læses, så læsningen er standset; intet er tabt. Se på siden "
    "Karantæne, hvad der er galt med dem, og ring til leverandøren.",
    "certificate_unreadable": "Certifikatet eller dets nøgle kan ikke læses, eller de hører ikke sammen. Vælg begge "
    "filer igen.",
    "certificate_refused": "Kilden godtager ikke vores certifikat. Se, om det er udløbet eller mangler hos kilden.",
    "service_right_missing": "Kilden lader os ikke slå denne slags op. Bed kilden om rettigheden til tjenesten.",
    "search_filter_ignored": "Søgningen svarer med borgere uden for de valgte målgrupper; intet slettes imens. Ret "
    "målgrupperne i kildens indstillinger, eller ring til leverandøren.",
    "search_pages_endless": "Søgningen bliver ved med at love flere sider. Ring til leverandøren; intet slettes imens.",
    "sftp_host_key_changed": "Filserveren viser en anden nøgle end den, vi kender. Spørg driften dér, om nøglen er "
    "skiftet; ret den under indstillinger, men først når de bekræfter det nye aftryk, som står ved kørslen.",
    "sftp_key_refused": "Filserveren afviser vores bruger eller nøgle. Bed driften dér registrere vores nøgle.",
    "sftp_folder_refused": "Mappen waiting er der ikke, eller vi må ikke læse den. Ret den under indstillinger, "
    "eller bed om adgang.",
    "amqp_refused": "Beskedfordeleren afviser os eller køen. Se efter, om adgangen er udløbet, og om køens nøgle"
    " passer. Intet er gået tabt: ændringerne læses ved næste kørsel.",
    "sftp_cannot_move": "Filerne er læst, men vi må ikke flytte dem til imported. Bed om skriveadgang til mapperne.",
    "worker_gone": "Arbejderen, der læste, er væk. En anden begynder af sig selv; intet er gået tabt.",
    "no_advice": "Se under Kørsler, hvad der gik galt. Kontakt kildens driftsvagt, hvis det gentager sig.",
}
"""What to do, by the ``advice`` key of a connector's error."""

NOT_BUILT = (
    "Kilderne har meldt nyt om {citizens}. Det er gemt, men kan ikke vises: borgerens side viser det, vi vidste før, og"
    " en ny borger har ingen side endnu."
)

UNMATCHED = (
    "{source}: {people} med et lokalt nummer, som ingen kilde har koblet til et cpr-nummer. Oplysningen er gemt, men"
    " står ikke hos nogen borger. Udfyld cpr-nummeret i fagsystemet, så kobles den af sig selv."
)

FIRST_RUN = "Kilden er ved at blive læst til ende for første gang."
RUNNING = "{stream}: {read} læst siden {since}"
RUNNING_OF = "{stream}: {read} af {total} læst siden {since}"

ALL_WELL = "Alle kilder er friske."
NONE_NEEDS = "Ingen kilde kræver dig. Ikke alle er friske: {sources}."
NO_SOURCES = "Ingen kilder er tilsluttet endnu."
NONE_ON_PAGE = "Her er ingen kilder. Vælg et andet område, eller gå til den første side."
NO_RUNS = "Ingen kørsler i 14 dage"
CONTRADICTIONS = "Om {citizens} siger kilderne hver sit."
MORE_CONFLICTS = "og {count} mere; ret disse først, så kommer de næste frem"

CERTIFICATE, SECRET = "Certifikatet", "Adgangskoden"
EXPIRED = "{what} udløb {day}"
EXPIRES = "{what} udløber {day}"
"""It is so near that a notice says so."""
VALID = "{what} gælder til {day}"
