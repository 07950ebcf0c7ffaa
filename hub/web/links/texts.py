"""What the page of an address that leads nowhere says. The same, whatever is wrong with it, and of whomever it is."""

HEADLINE = "Linket kan ikke åbnes"
ADVICE = (
    "Et link fra et andet fagsystem virker én gang og kun i få minutter. Gå tilbage til fagsystemet, og åbn borgeren"
    " derfra igen. Sker det igen, så find borgeren her i stedet."
)
SEARCH = "Søg borgeren frem"
MY_CITIZENS = "Mine borgere"
