"""What the DPO's decisions refuse."""

from http import HTTPStatus

from hub.errors import ActRefused, HubError


class CitizenHeld(HubError):
    """A legal hold stands; nothing about the citizen is deleted before it is released."""

    key = "citizen_held"
    status = HTTPStatus.CONFLICT


class CitizenRestricted(ActRefused):
    """The processing of the citizen's data is restricted; nobody but the DPO is shown any of it."""

    key = "citizen_restricted"
    status = HTTPStatus.FORBIDDEN
