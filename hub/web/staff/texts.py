"""What Medarbejdere says."""

from hub.access import texts as access_texts
from schemas.access import Role
from schemas.machine import Scope

ROLE = {**access_texts.ROLE, Role.TEAM_MEMBER: "arbejder med borgere"}
NO_ROLES = "ingen endnu"
ORIGIN = {
    (True, True): "organisationen og kommunens login",
    (True, False): "organisationen; har ikke logget ind endnu",
    (False, True): "kommunens login",
    (False, False): "oprettet her",
}
"""By whether the organisation has told of the employee, and whether they have logged in."""
ACTIVE = "aktiv"
ACTIVE_UNTIL = "aktiv til og med {day}"
LEFT = "fratrådt; kan ikke logge ind"
LIMIT_UNITS = "kun enhederne {units}"
LIMIT_KLE = "kun KLE {kle}"
READ = "Organisationen er læst {when}."
NOT_READ = (
    "Organisationen kan ikke læses siden {since}. Ingen mister eller får adgang af det, så den, der er fratrådt, kan "
    "stadig logge ind: luk for vedkommende i kommunens login. Ret det, fejlen siger, og kør helhed actor fetch. Ellers "
    "prøver Helhed igen hvert tiende minut."
)
EMPLOYEES = "Medarbejdere"
UNITS = "Enheder"
UNITS_TITLE = "Enheder i organisationen"
NO_TASKS = "ingen KLE-opgaver"
NO_AREA = "intet af vores områder"
NOT_IN_SOURCES = "kendes ikke i kilderne"
MACHINES = "Maskiner"
MACHINES_TITLE = "Maskiner, der læser gennem API'et"
SCOPE = {
    Scope.OVERVIEW: "borgeres overblik",
    Scope.SEARCH: "søgning",
    Scope.SOURCES: "kilder og drift",
    Scope.LINK: "links til borgere",
    Scope.LOG: "loggen",
}
FOR_EMPLOYEES = "dem, medarbejderen må se; medarbejderen nævnes i hver forespørgsel"
OF_UNIT = "dem, enheden {unit} har en indsats hos"
NO_CITIZENS = "ingen borgere"
ONLY_AREA = "kun {area}"
IN_USE = "i brug"
REVOKED = "spærret {day} af {name}"
USED = "brugt {day}"
NEVER_USED = "ikke brugt endnu"
ADDED = "oprettet {day} af {name}"
IS_REVOKED = "Maskinen er spærret. Dens næste forespørgsel bliver afvist."
IS_REVOKED_ALREADY = "Maskinen var spærret i forvejen."
