"""What Kilder says."""

from schemas.record import RejectionRule

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
    "deletions_held": "Spørg systemejeren, om det, der mangler, er slettet. Frigiv eller afvis så sletningerne med "
    "kommandoen helhed source held.",
    "source_settings_wrong": "En af kildens indstillinger passer ikke; teksten siger hvilken. Ret den, så prøves igen.",
    "connector_error": "Prøv igen. Bliver det ved, så send referencenummeret til driften.",
    "source_unavailable": "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt.",
    "source_refused": "Kilden afviser os. Se efter, om adgangen er udløbet, og om adresse og aftale passer.",
    "record_rejected": "Ret oplysningen i fagsystemet; den læses igen ved næste kørsel.",
    "bus_refused": "Køen mellem kilde og database afviser os; det går ikke over af sig selv. Sig det til driften.",
    "bus_unavailable": "Køen mellem kilde og database svarer ikke. Der prøves igen af sig selv; sig det til driften.",
    "too_many_rejected": "For meget kan ikke læses; intet er tabt. Se feltet i karantænen, og ring til leverandøren.",
    "sftp_host_key_changed": "Filserveren viser en anden nøgle end den, vi kender. Spørg driften dér, om nøglen er "
    "skiftet; ret host_key, først når de bekræfter det aftryk, som kørslens besked viser.",
    "sftp_key_refused": "Filserveren afviser vores bruger eller nøgle. Bed driften dér registrere vores nøgle.",
    "sftp_folder_refused": "Mappen waiting er der ikke, eller vi må ikke læse den. Ret folder, eller bed om adgang.",
    "sftp_cannot_move": "Filerne er læst, men vi må ikke flytte dem til imported. Bed om skriveadgang til mapperne.",
    "no_advice": "Se kørslens besked, og kontakt kildens driftsvagt, hvis det gentager sig.",
}
"""What to do, by the ``advice`` key of a connector's error."""

CONFLICT = {
    "replacement_forked": (
        "Et gammelt personnummer siges at være erstattet af to forskellige",
        "Slå op i folkeregistret, hvilket der gælder, og ret det andet fagsystem.",
    ),
    "replacement_circular": (
        "Personnumre siges at erstatte hinanden i ring",
        "Slå op i folkeregistret, hvilket der gælder i dag, og ret den kilde, der tager fejl.",
    ),
    "local_claimed_twice": (
        "Et lokalt nummer bruges til to forskellige personer",
        "Se i fagsystemet, hvem sagen hører til, og ret personnummeret på den anden.",
    ),
    "disagreeing_person": (
        "Samme personnummer, men forskellig fødselsdato eller forskelligt navn",
        "Slå op i folkeregistret, og ret den kilde, der tager fejl. Indtil da vises begge.",
    ),
    "too_many_identifiers": (
        "Så mange numre hænger sammen, at ingen enkelt person kan være ment",
        "Find i kilden det nummer, der bruges om alle uden nummer, og ret det. Imens vises, hvad vi vidste før.",
    ),
    "several_people": (
        "En oplysning peger på flere personer på én gang",
        "Åbn den i fagsystemet, og ret personnummeret. Den vises ikke hos nogen imens.",
    ),
}
"""What sources say against each other about who somebody is, and what to do, by kind."""

NOT_BUILT = (
    "Kilderne har meldt nyt om {citizens}. Det er gemt, men kan ikke vises: borgerens side viser det, vi vidste før, og"
    " en ny borger har ingen side endnu."
)

UNMATCHED = (
    "{source}: {people} med et lokalt nummer, som ingen kilde har koblet til et cpr-nummer. Oplysningen er gemt, men"
    " står ikke hos nogen borger. Udfyld cpr-nummeret i fagsystemet, så kobles den af sig selv."
)

REJECTION = {
    RejectionRule.UNREADABLE: ("kunne ikke læses", "Bed leverandøren se på udtrækket; formatet er ikke som aftalt."),
    RejectionRule.TRUNCATED: ("er skåret over", "Læs igen. Sker det igen, så bed leverandøren se på udtrækket."),
    RejectionRule.TOO_LARGE: ("er for stor", "Bed leverandøren dele den op."),
    RejectionRule.UNKNOWN_TYPE: ("har en ukendt type", "Tilføj typen i forbindelsens feltliste, eller fravælg den."),
    RejectionRule.MISSING_FIELD: ("mangler et felt", "Udfyld feltet i fagsystemet."),
    RejectionRule.WRONG_SHAPE: ("har en uventet form", "Kilden kan være opdateret. Sammenlign med snitfladen."),
    RejectionRule.BAD_DATE: ("har en ugyldig dato", "Ret datoen i fagsystemet."),
    RejectionRule.END_BEFORE_START: ("slutter før den begynder", "Ret perioden i fagsystemet."),
    RejectionRule.BAD_IDENTIFIER: ("har et personnummer, der ikke kan læses", "Ret personnummeret i fagsystemet."),
    RejectionRule.CONTROL_CHARACTERS: ("indeholder usynlige tegn", "Skriv teksten igen i fagsystemet."),
    RejectionRule.UNKNOWN_STATUS: ("har en ukendt status", "Føj statussen til oversættelsen."),
    RejectionRule.UNKNOWN_CODE: ("har en ukendt kode", "Opdatér kodelisten."),
    RejectionRule.TOO_LONG: ("er for lang", "Forkort teksten i fagsystemet."),
    RejectionRule.INCOMPLETE_SET: ("mangler filer, der hører med", "Bed leverandøren lægge hele sættet op igen."),
    RejectionRule.MARKER_MISMATCH: (
        "er ikke, som mærkefilen siger",
        "Intet er taget. Bed leverandøren lægge fil og mærkefil op igen, filen først.",
    ),
    RejectionRule.WRONG_ENCODING: (
        "har tegn, der ikke kan læses sikkert",
        "Intet er taget. Bed leverandøren skrive filen i UTF-8.",
    ),
    RejectionRule.OTHER_SCHOOL_YEAR: (
        "hører til et andet skoleår",
        "Intet er taget. Bed leverandøren sende det skoleår, der er i gang.",
    ),
    RejectionRule.UNSAFE_XML: (
        "indeholder XML, der ikke må stå i en leverance",
        "Intet er taget. Bed leverandøren sende filen uden DOCTYPE og entiteter.",
    ),
    RejectionRule.NOT_CARRIED: ("kunne ikke gemmes hos os", "Fejlen er vores. Linjen er bevaret; sig det til driften."),
}
"""What is wrong, and what to do, by rule."""
