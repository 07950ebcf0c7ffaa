"""What Mine enheder says."""

COURSES = ("aktivt forløb", "aktive forløb")
EFFORTS = ("indsats i gang", "indsatser i gang")
CASES = ("åben sag", "åbne sager")
STILL = ("forløb uden nyt i {days} dage", "forløb uden nyt i {days} dage")
"""Of one and of more; a number that is a span takes the second."""
LATE_ASSESSMENTS = "ikke vurderet inden for 24 timer"
LATE_RECEIPTS = "uden kvittering inden for 6 hverdage"
NOT_INFORMED = "afgjort, uden at det er oplyst, at fagpersonen er orienteret"
WAITING = ("særlig grund venter på gennemgang", "særlige grunde venter på gennemgang")
NONE_WAITING = "Ingen særlige grunde venter på gennemgang"
NO_EMPLOYEES = "Ingen medarbejdere i enheden kan logge ind."
NO_UNITS = (
    "Du leder ingen enhed, som Helhed kender. Hvilke enheder du leder, følger af din funktion i kommunens login; "
    "spørg din systemadministrator."
)
