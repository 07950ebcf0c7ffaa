"""What the login says."""

from hub.oidc.refusal import LoginRule
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
    Role.MANAGER: "Ser i tal, hvor meget enheden har at gøre, og gennemgår særlige grunde. Ser aldrig borgere.",
    Role.DPO: "Ser, hvem der har set hvem, med hvilken ret og hvorfor. Ser aldrig borgernes oplysninger.",
}
"""One sentence about what each role can see, for the demo's cards."""

NO_TEAM = "Ikke på noget team: skal begrunde hvert opslag uden for sin enhed."

UNKNOWN_BROWSER = "Ukendt browser"
LIMITS = "Et login slutter efter {minutes} uden brug, og altid efter {hours}."
ENDED = "Login afsluttet. Den, der bruger det, skal logge ind igen."

REFUSED = {
    LoginRule.STATE: (
        "Du skal begynde forfra",
        "Dit login er for gammelt, er allerede brugt eller blev begyndt i en anden browser. Log ind igen.",
    ),
    LoginRule.PROVIDER: (
        "Du er ikke logget ind",
        "Kommunens login lukkede dig ikke ind, eller du afbrød det. Prøv igen.",
    ),
    LoginRule.TOKEN: (
        "Vi kunne ikke kontrollere dit login",
        "Svaret fra kommunens login var ikke, som det skal være, så vi lukker ingen ind på det.",
    ),
    LoginRule.LEVEL: (
        "Dit login er ikke sikkert nok",
        "Her skal man logge ind på et højere sikringsniveau, end du gjorde, f.eks. med en kode ud over adgangskoden.",
    ),
    LoginRule.NO_ROLE: (
        "Du har ikke adgang til Helhed endnu",
        "Du er logget ind hos kommunen, men har ingen jobfunktionsrolle, der giver adgang her.",
    ),
    LoginRule.LEFT: (
        "Du står ikke længere som medarbejder",
        "Ifølge kommunens organisation er din ansættelse slut, og så er adgangen lukket.",
    ),
    LoginRule.TAKEN: (
        "Dit brugernavn hører til en anden konto",
        "En anden konto har brugt det samme brugernavn her. Derfor lukker vi dig ikke ind, før nogen har set på det.",
    ),
    LoginRule.UNAVAILABLE: (
        "Kommunens login svarer ikke",
        "Vent et par minutter, og prøv igen. Er du allerede logget ind et andet sted, kan du arbejde videre dér.",
    ),
}
"""Headline and what to do, by what a login failed by."""
ASK_CONTACT = frozenset({LoginRule.TOKEN, LoginRule.LEVEL, LoginRule.NO_ROLE, LoginRule.LEFT, LoginRule.TAKEN})
"""Where somebody else must help."""
TRY_ANOTHER = frozenset({LoginRule.LEVEL, LoginRule.NO_ROLE, LoginRule.LEFT, LoginRule.TAKEN})
"""Where logging in as somebody else, or at a higher level, may help."""
