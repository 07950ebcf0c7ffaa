"""What a legal hold refuses."""

from http import HTTPStatus

from hub.errors import HubError


class CitizenHeld(HubError):
    """A legal hold stands; nothing about the citizen is deleted before it is released."""

    key = "citizen_held"
    status = HTTPStatus.CONFLICT
