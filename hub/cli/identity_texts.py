"""What ``helhed identity`` says of conflicts, decisions and refusals, and what to do."""

from hub.errors import DecisionRefused, DecisionRule
from hub.matching.decisions import DecisionKind
from hub.matching.rules import ConflictKind

CONFLICT: dict[str, str] = {
    ConflictKind.REPLACEMENT_FORKED: "one number is said to be replaced by two different ones",
    ConflictKind.REPLACEMENT_CIRCULAR: "numbers are said to replace each other in a circle",
    ConflictKind.LOCAL_CLAIMED_TWICE: "one id is claimed for two people",
    ConflictKind.DISAGREEING_PERSON: "one number with different names or birth dates",
    ConflictKind.NUMBER_CHANGED: "a record has another number now, and others still use the old one",
    ConflictKind.TOO_MANY_IDENTIFIERS: "so many identifiers hang together that nobody can be meant",
}
DECISION = {
    DecisionKind.LINK: "is",
    DecisionKind.MERGE: "is one person with",
    DecisionKind.KEEP_APART: "is kept apart from",
    DecisionKind.ONE_PERSON: "is one person in all that was said of",
}
_REFUSAL = {
    DecisionRule.UNKNOWN_CITIZEN: "there is no citizen {citizens}; copy the key from: helhed identity show",
    DecisionRule.UNKNOWN_CONFLICT: "conflict {number} does not wait (any more); see: helhed identity list",
    DecisionRule.UNKNOWN_RECORD: (
        "the conflict has no such record (any more); look again: helhed identity show NUMBER, and copy the first column"
    ),
    DecisionRule.UNKNOWN_DECISION: "there is no decision {number}; see: helhed identity list, or show CITIZEN",
    DecisionRule.SAME_CITIZEN: "a citizen cannot be merged with itself, nor kept apart from itself: give two keys",
    DecisionRule.ALREADY_MERGED: "{first} is already merged into {second}; use that key, or unmerge the first",
    DecisionRule.NOT_MERGED: "nobody has merged {first}; see: helhed identity show {first}",
    DecisionRule.DECLARED_BY_SOURCE: (
        "no person merged {first}: the sources declare that it is {second}; if that is wrong:"
        " helhed identity keep-apart {first} {second}"
    ),
    DecisionRule.SEVERAL_MERGED: "several were merged into it; unmerge one of them: {citizens}",
    DecisionRule.DECIDED_OTHERWISE: (
        "decision {number} says the opposite; if it is wrong: helhed identity withdraw {number}, then repeat"
    ),
    DecisionRule.DECISION_WITHDRAWN: "decision {number} was taken back; propose the merge again",
    DecisionRule.SECOND_PERSON: "you proposed decision {number} yourself; somebody else must confirm it",
    DecisionRule.NO_OWN_ID: (
        "the record names the person by nothing but that number, so nothing else can be kept apart;"
        " the number must be corrected in the source"
    ),
    DecisionRule.CITIZEN_MISSING: "say who it is: --to CITIZEN, one of those that helhed identity show {number} lists",
    DecisionRule.AT_THE_SOURCE: "conflict {number} can only be mended in the source, where one id stands for many",
    DecisionRule.NO_EFFECT: (
        "the two stay two, because of another decision or a conflict that stands; see: helhed identity show {first},"
        " and show {second}. Nothing was changed"
    ),
}


def refusal(error: DecisionRefused) -> str:
    """The sentence about a decision that was not taken."""
    first, second = [*map(str, error.citizens), "CITIZEN", "CITIZEN"][:2]
    citizens = ", ".join(map(str, error.citizens))
    return _REFUSAL[error.rule].format(number=error.number, first=first, second=second, citizens=citizens)
