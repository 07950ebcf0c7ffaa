"""What Hvem er hvem says."""

from hub.errors import DecisionRule
from hub.matching.decision_repository import DecisionState
from hub.matching.decisions import DecisionKind

EMPTY = "Kilderne er enige om, hvem alle er. Bliver de uenige, står det her, sløret, og du afgør det."
WAITING = "{conflicts} venter på en afgørelse."
PROPOSALS = "{merges} venter på, at en anden bekræfter."

FITS = {True: "passer med cpr-nummeret", False: "passer ikke med cpr-nummeret", None: "kan ikke sammenlignes"}
"""The birth date, against the one that the number tells."""
NOT_STATED = "ikke oplyst"

DECISION = {
    DecisionKind.LINK: "er",
    DecisionKind.MERGE: "er den samme som",
    DecisionKind.KEEP_APART: "er en anden end",
    DecisionKind.ONE_PERSON: "er én person i alt, hvad kilderne siger om",
}
"""Between the two identifiers of a decision."""
STATE = {
    DecisionState.PROPOSED: "venter på en anden",
    DecisionState.STANDING: "gælder",
    DecisionState.WITHDRAWN: "trukket tilbage",
}

PROPOSED = "Begge har indsatser, så det gælder først, når en anden bekræfter det. Intet er ændret endnu."
UNCHANGED = "Det var sådan i forvejen. Intet er ændret."
STILL_JOINED = "Det er trukket tilbage, men kilderne siger selv, at de to er én. Hold dem adskilt, hvis det er forkert."
DECIDED = "Det er afgjort. Overblikket bygges om inden for sekunder."
WITHDRAWN = "Det er trukket tilbage. Overblikket bygges om inden for sekunder."
REASON_MISSING = "Skriv med ord, hvorfor: mindst {least} tegn. Intet er afgjort endnu."

REFUSED = {
    DecisionRule.UNKNOWN_CITIZEN: "Der er ingen borger med den nøgle. Den står sidst i adressen på borgerens side her.",
    DecisionRule.UNKNOWN_CONFLICT: "Uenigheden venter ikke længere: en anden eller en kilde har løst den.",
    DecisionRule.UNKNOWN_RECORD: "Det, kilden sagde, er ændret imens. Se uenigheden igen.",
    DecisionRule.UNKNOWN_DECISION: "Der er ingen afgørelse med det nummer.",
    DecisionRule.SAME_CITIZEN: "Det er den samme nøgle to gange. Skriv nøglen på den anden borger.",
    DecisionRule.ALREADY_MERGED: "Borgeren er allerede lagt sammen med en. Skil dem ad, eller brug den andens nøgle.",
    DecisionRule.NOT_MERGED: "Ingen har lagt borgeren sammen med en anden.",
    DecisionRule.DECLARED_BY_SOURCE: "Kilderne siger selv, at de er én. Er det forkert, så hold dem adskilt.",
    DecisionRule.SEVERAL_MERGED: "Flere er lagt sammen med borgeren. Åbn den af dem, der skal skilles ud.",
    DecisionRule.DECIDED_OTHERWISE: "En afgørelse siger det modsatte. Træk den tilbage først, hvis den er forkert.",
    DecisionRule.DECISION_WITHDRAWN: "Afgørelsen er trukket tilbage imens. Foreslå det igen, hvis det stadig gælder.",
    DecisionRule.SECOND_PERSON: "Du har selv foreslået det; en anden skal bekræfte.",
    DecisionRule.NO_OWN_ID: "Kilden kender kun personen på det nummer. Det kan kun rettes i kilden.",
    DecisionRule.CITIZEN_MISSING: "Vælg, hvem det er.",
    DecisionRule.AT_THE_SOURCE: "Det kan kun rettes i kilden, hvor ét nummer bruges om mange.",
    DecisionRule.NO_EFFECT: "En anden afgørelse eller uenighed holder de to adskilt. Intet er ændret.",
}
"""Why a decision was not taken, and what to do."""
NOT_THERE = frozenset({DecisionRule.UNKNOWN_CONFLICT, DecisionRule.UNKNOWN_DECISION})
"""What was decided about is not there any more, so neither is its page."""
