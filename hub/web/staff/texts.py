"""What Medarbejdere says."""

from hub.access import texts as access_texts
from schemas.access import Role

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
EMPLOYEES = "Medarbejdere"
UNITS = "Enheder"
UNITS_TITLE = "Enheder i organisationen"
NO_TASKS = "ingen KLE-opgaver"
NO_AREA = "intet af vores områder"
NOT_IN_SOURCES = "kendes ikke i kilderne"
