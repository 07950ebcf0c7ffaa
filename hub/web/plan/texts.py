"""What Borgerens plan says."""

from hub.course.plan_rules import PlanFault
from hub.web.shell import plan_texts
from schemas.plan import PlanKind

PLAN_KIND, PLAN_STATE, GOAL_PROGRESS = plan_texts.PLAN_KIND, plan_texts.PLAN_STATE, plan_texts.GOAL_PROGRESS
NOT_ASSESSED = plan_texts.NOT_ASSESSED
ADD = {
    PlanKind.WISH: "Skriv borgerens egne ord",
    PlanKind.STRENGTH: "Skriv noget, der virker",
    PlanKind.CONCERN: "Skriv en bekymring",
    PlanKind.GOAL: "Skriv et mål",
    PlanKind.SUB_GOAL: "Skriv et delmål",
    PlanKind.AGREEMENT: "Skriv en aftale",
}
WORDS = {
    PlanKind.WISH: "Hvad siger borgeren?",
    PlanKind.STRENGTH: "Hvad virker?",
    PlanKind.CONCERN: "Hvad er vi bekymrede for?",
    PlanKind.GOAL: "Hvad vil vi nå?",
    PlanKind.SUB_GOAL: "Hvad er det næste skridt?",
    PlanKind.AGREEMENT: "Hvad er aftalt?",
}
WHO = {
    PlanKind.WISH: "Hvem siger det?",
    PlanKind.STRENGTH: "Hvem har set det?",
    PlanKind.CONCERN: "Hvem er bekymret?",
    PlanKind.GOAL: "Hvem arbejder med det?",
    PlanKind.SUB_GOAL: "Hvem arbejder med det?",
    PlanKind.AGREEMENT: "Hvem gør det?",
}
DUE = {
    PlanKind.GOAL: "Ses på igen den",
    PlanKind.SUB_GOAL: "Ses på igen den",
    PlanKind.AGREEMENT: "Senest den",
}
FAULT = {
    PlanFault.NO_WORDS: "Skriv, hvad der skal stå.",
    PlanFault.NO_WHO: "Skriv hvem.",
    PlanFault.NO_DUE_DAY: "Skriv, hvornår aftalen senest er holdt.",
    PlanFault.NO_GOAL: "Vælg et mål, der står i planen.",
    PlanFault.GOAL_TYPE_UNKNOWN: "Vælg en måltype på listen.",
    PlanFault.NOT_A_GOAL: "Fremgang og indsatser hører til mål og delmål.",
    PlanFault.ENTERED_AHEAD: "Dagen er ikke kommet endnu. Ret datoen.",
    PlanFault.ENTRY_UNKNOWN: "Det står ikke i planen eller er ikke for dig at se. Åbn planen igen.",
    PlanFault.CHANGED_MEANWHILE: "En anden har rettet det her, mens du skrev. Begge tekster står nedenfor:"
    " ret din til, og gem igen. Intet er tabt, for alt, hvad der har stået, er i historikken.",
}
CHOOSE = "Vælg et svar i hvert felt, og skriv datoer som 2023-09-12."
CORRECT = {
    "progress": "Vælg, hvordan det går.",
    "on_day": "Skriv dagen som 2023-09-12.",
    "due_on": "Skriv, hvornår det skal være gjort eller ses på igen, som 2023-09-12, eller lad feltet være tomt.",
    "state": "Vælg, om det gælder.",
}
"""What is said of a field in which nothing, or no such value, was typed."""
ADDED = "Det står i planen nu."
CHANGED = "Ændringen står i planen nu."
ENTERED = "Det er skrevet ind med dit navn og den dag, du valgte."
ATTACHED = "Indsatsen står under målet."
DETACHED = "Indsatsen står ikke længere under målet."
STILL = "Står stille: ingen har skrevet, at det går bedre, siden {day}. Vi siger det, når der er gået over {days} dage."
PROGRESS_LINE = "{name}, {day}"
SAID_BY = "{who}, skrevet {day} af {by}"
WRITTEN_BY = "Skrevet {day} af {by}"
DUE_LINE = "senest {day}"
REVIEW_LINE = "ses på igen {day}"
NO_TYPE = "Ikke valgt"
NO_NAME = "Borgeren"
NO_WISHES = "Borgerens egne ord mangler. Spørg på næste møde, og skriv dem, som de bliver sagt."
NO_STRENGTHS = "Ingen har skrevet, hvad der virker. Spørg borgeren, familien og dem, der ser dem til daglig."
NO_CONCERNS = "Ingen bekymringer er skrevet ned."
NO_GOALS = "Planen har intet mål endnu. Begynd med det, borgeren ønsker."
NO_AGREEMENTS = "Der er ingen aftaler, der venter."
PRINTED = "Udskrevet {when} af {name}. Planen er borgerens: tal om den sammen, og ret den på mødet."
