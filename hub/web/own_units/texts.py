"""What Mine enheder says."""

BETWEEN = "{first}–{last}"
COURSES = ("aktivt forløb", "aktive forløb")
EFFORTS = ("indsats i gang", "indsatser i gang")
CASES = ("åben sag", "åbne sager")
LATE_ASSESSMENTS = ("vurdering over 24 timer", "vurderinger over 24 timer")
LATE_RECEIPTS = ("kvittering efter fristen", "kvitteringer efter fristen")
STILL = ("forløb uden nyt i {days} dage", "forløb uden nyt i {days} dage")
"""Of one and of more; a number that is a span takes the second."""
WAITING = ("særlig grund venter på gennemgang", "særlige grunde venter på gennemgang")
NONE_WAITING = "Ingen særlige grunde venter på gennemgang"
NO_EMPLOYEES = "Ingen medarbejdere i enheden kan logge ind."
NO_UNITS = (
    "Du leder ingen enhed, som Helhed kender. Hvilke enheder du leder, følger af din funktion i kommunens login; "
    "spørg din systemadministrator."
)
