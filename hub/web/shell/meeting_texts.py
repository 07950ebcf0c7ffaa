"""Words of meetings that several pages use."""

from schemas.meeting import MeetingKind, MeetingState

MEETING_KIND = {MeetingKind.TEAM: "Teammøde", MeetingKind.NETWORK: "Netværksmøde"}
MEETING_STATE = {
    MeetingState.PLANNED: "Indkaldt",
    MeetingState.HELD: "Holdt",
    MeetingState.CANCELLED: "Aflyst",
}
