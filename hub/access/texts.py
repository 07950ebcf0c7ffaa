"""What an explanation of the policies says, in Danish."""

from schemas.access import Purpose, Role
from schemas.source import Area

ROLE = {
    Role.TEAM_MEMBER: "medarbejder",
    Role.ADMINISTRATOR: "systemadministrator",
    Role.DPO: "databeskyttelsesrådgiver",
    Role.MANAGER: "leder",
}

MACHINE = "maskine"
"""The title of a service account."""

AREA = {
    Area.EMPLOYMENT: "beskæftigelse",
    Area.SCHOOL: "skole",
    Area.SOCIAL: "social",
    Area.HEALTH: "sundhed",
}

PURPOSE = {
    Purpose.TEAM_MEETING: "møde om Borgerens plan",
    Purpose.FOLLOW_UP: "opfølgning på en indsats",
    Purpose.NEW_NOTIFICATION: "ny underretning",
    Purpose.CASE_WORK: "sagsbehandling",
    Purpose.CITIZEN_REQUEST: "borgeren har bedt om det",
    Purpose.LOG_REVIEW: "logkontrol",
    Purpose.OPERATIONS: "drift af kilder",
    Purpose.MANAGEMENT: "ledelse af egne enheder",
}

FACTS = {
    "on_team": ("er på borgerens team", "er ikke på borgerens team"),
    "is_named_worker": ("er nævnt som ansvarlig af en kilde", "er ikke nævnt som ansvarlig af en kilde"),
    "unit_has_active_effort": (
        "er i en enhed med en indsats hos borgeren, der er i gang, begynder snart eller netop er slut",
        "er ikke i en enhed med en indsats hos borgeren",
    ),
    "unit_holds_case": (
        "er i en enhed, der fører en åben sag om borgeren",
        "er ikke i en enhed, der fører en åben sag om borgeren",
    ),
}
"""A fact that decides: where it holds, and where it does not."""

WHO = "{name} er {roles}{area}."
NO_ROLE = "uden rolle"
OF_AREA = " i området {area}"
PURPOSE_LINE = "Formålet er: {purpose}. {reason}"
REASON = "Der er skrevet en begrundelse."
NO_REASON = "Der er ikke skrevet en begrundelse."
FACT_LINE = "Medarbejderen {fact}."
IS_SELF = "Medarbejderen er selv borgeren."
CONSENTS = "Borgeren har samtykket til, at teamet ser: {areas}."
IN_PART = "noget af {area}"
KLE_LIMIT = "Jobfunktionen er begrænset til KLE {numbers}: af eget område ses kun det, der har et af numrene."
DISCLOSED = "{name} har videregivet noget af området {area} til medarbejderen."
NO_CONSENTS = "Borgeren har ikke samtykket til, at teamet ser noget område."
NOT_THERE = "Der er ingen borger med den nøgle."

QUESTION = {
    "open_overview": ("Overblikket må åbnes", "Overblikket må ikke åbnes"),
    "reveal": ("Beskyttede oplysninger må vises med en begrundelse", "Beskyttede oplysninger må ikke vises"),
    **{area.value: (f"Området {word} vises", f"Området {word} vises ikke") for area, word in AREA.items()},
}
"""The answer to each question: yes, and no."""
BECAUSE = "{answer}: {titles}."
NO_POLICY = "{answer}: ingen regel tillader det."
TITLE = "{title} ({policy})"
VERSION = "Afgjort af reglerne i udgave {version}."
