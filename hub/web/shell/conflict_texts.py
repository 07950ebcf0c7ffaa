"""What is said where sources contradict each other about who somebody is, on every page that tells it."""

CONFLICT = {
    "replacement_forked": (
        "Et gammelt personnummer siges at være erstattet af to forskellige",
        "Slå op i folkeregistret, hvilket der gælder, og ret det andet fagsystem.",
    ),
    "replacement_circular": (
        "Personnumre siges at erstatte hinanden i ring",
        "Slå op i folkeregistret, hvilket der gælder i dag, og ret den kilde, der tager fejl.",
    ),
    "local_claimed_twice": (
        "Et lokalt nummer bruges til to forskellige personer",
        "Se i fagsystemet, hvem sagen hører til, og ret personnummeret på den anden.",
    ),
    "disagreeing_person": (
        "Samme personnummer, men forskellig fødselsdato eller forskelligt navn",
        "Slå op i folkeregistret, og ret den kilde, der tager fejl. Indtil da vises begge.",
    ),
    "number_changed": (
        "En kilde har skiftet personnummer på en borger, men det gamle bruges stadig",
        "Slå op i folkeregistret, om det er samme person, og afgør det under Hvem er hvem.",
    ),
    "too_many_identifiers": (
        "Så mange numre hænger sammen, at ingen enkelt person kan være ment",
        "Find i kilden det nummer, der bruges om alle uden nummer, og ret det. Imens vises, hvad vi vidste før.",
    ),
    "several_people": (
        "En oplysning peger på flere personer på én gang",
        "Åbn den i fagsystemet, og ret personnummeret. Den vises ikke hos nogen imens.",
    ),
}
"""What sources say against each other about who somebody is, and what to do, by kind."""
