"""Pure: what people wrote of a meeting without national numbers, and what the log says of an act with one."""

from pydantic import JsonValue

from hub.access.redaction import hidden_in, redact_identifiers
from schemas.meeting import MeetingPlan, MeetingRecord, MeetingText, NewDecision, ParticipantRole

Said = dict[str, JsonValue]


def redact_plan(plan: MeetingPlan) -> MeetingPlan:
    """The same without national numbers."""
    return plan.model_copy(
        update={
            "place": redact_identifiers(plan.place),
            "reason": redact_identifiers(plan.reason),
            "guests": tuple(map(redact_identifiers, plan.guests)),
            "citizens": tuple(
                each.model_copy(update={"reason": redact_identifiers(each.reason)}) for each in plan.citizens
            ),
        }
    )


def redact_record(record: MeetingRecord) -> MeetingRecord:
    """The same without national numbers; lines stay lines."""
    return record.model_copy(
        update={
            "minutes": redact_lines(record.minutes),
            "guests": tuple(map(redact_identifiers, record.guests)),
            "members": tuple(
                each.model_copy(update={"reason": redact_identifiers(each.reason)}) for each in record.members
            ),
            "citizens": tuple(
                each.model_copy(update={"reason": redact_identifiers(each.reason)}) for each in record.citizens
            ),
            "decisions": tuple(
                each.model_copy(update={"words": redact_identifiers(each.words), "who": redact_identifiers(each.who)})
                for each in record.decisions
            ),
        }
    )


def redact_lines(text: str) -> str:
    """Each line without national numbers; where a number runs over several, they become one."""
    lines = "\n".join(map(redact_identifiers, text.strip().splitlines()))
    return redact_identifiers(text) if hidden_in(lines) else lines


def planned_details(text: MeetingText) -> Said:
    """When a meeting is, how many are invited from outside, and which of its citizens are not."""
    return {
        "starts_at": text.starts_at.isoformat(),
        "guests": len(text.of(ParticipantRole.GUEST)),
        "without": [each.key for each in text.of(ParticipantRole.CITIZEN) if not each.is_invited],
    }


def recorded_details(text: MeetingText) -> Said:
    """Who of the team came and who did not, and which of the citizens were there."""
    members, citizens = text.of(ParticipantRole.MEMBER), text.of(ParticipantRole.CITIZEN)
    return {
        "present": [each.key for each in members if each.is_present],
        "absent": [each.key for each in members if each.is_present is False],
        "citizens_present": [each.key for each in citizens if each.is_present],
        "citizens_absent": [each.key for each in citizens if each.is_present is False],
    }


def decided_details(decision: NewDecision) -> Said:
    """Which decision, and whether the citizen agrees to it."""
    return {"decision": str(decision.id), "is_agreed": decision.is_agreed}
