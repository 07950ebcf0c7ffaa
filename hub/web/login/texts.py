"""What the login says."""

from schemas.access import Role
from schemas.source import Area

AREA_DETAILS = {
    Area.EMPLOYMENT: "oplysninger om beskæftigelse",
    Area.SCHOOL: "skoleoplysninger",
    Area.SOCIAL: "sociale oplysninger",
    Area.HEALTH: "sundhedsoplysninger",
}
"""As in "må se …"."""

CARD = {
    Role.TEAM_MEMBER: "Ser {details}, og hvad borgeren har samtykket til.",
    Role.ADMINISTRATOR: "Ser, om kilderne har det godt, og kan slukke en kilde. Ser aldrig borgere.",
    Role.DPO: "Ser, hvem der har set hvem, med hvilken ret og hvorfor. Ser aldrig borgernes oplysninger.",
}
"""One sentence about what each role can see, for the demo's cards."""

NO_TEAM = "Ikke på noget team: skal begrunde hvert opslag uden for sin enhed."

UNKNOWN_BROWSER = "Ukendt browser"
LIMITS = "Et login slutter efter {minutes} uden brug, og altid efter {hours}."
ENDED = "Login afsluttet. Den, der bruger det, skal logge ind igen."
