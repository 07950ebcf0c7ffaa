"""The organisation read over GraphQL, as OS2mo answers it: all of its units and employees, or nothing.

An answer with errors, a page without its end, or a cursor that leads in a circle is no answer: nobody is missing
because something was not told. Who is missing from a whole answer is asked for by id before they count as gone, since
a cursor may lose somebody while others change.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError

from connectors.errors import ConnectorError
from connectors.retry import Retryable
from connectors.transports.http import LOOPBACK, HttpSettings, HttpTransport
from connectors.transports.oauth import ClientCredentials
from hub.access.organisation import Organisation, read_answer
from hub.errors import InvalidSetting, OrganisationNotRead
from hub.settings import Settings

PAGE_SIZE = 200
MOST_PAGES = 5_000
LONGEST_ERROR = 200
_UNIT = """
    uuid name parent { uuid } kles { kle_number { user_key } kle_aspects { name } }
    addresses { address_type { scope } value }
"""
_EMPLOYEE = """
    uuid user_key name
    engagements { job_function { name } org_unit { uuid name } validity { from to } }
    itusers { rolebindings { role { user_key } validity { from to } } }
    addresses { address_type { scope } value }
"""


def _query(variables: str, collection: str, filters: str, fields: str) -> str:
    return f"""query ({variables}) {{
    {collection}({filters}limit: {PAGE_SIZE}, cursor: $cursor) {{
        objects {{ current {{ {fields} }} }} page_info {{ next_cursor }}
    }}
}}"""


UNITS_QUERY = _query("$cursor: Cursor", "org_units", "", _UNIT)
EMPLOYEES_QUERY = _query("$cursor: Cursor", "employees", "", _EMPLOYEE)
BY_ID_QUERY = _query("$cursor: Cursor, $uuids: [UUID!]", "employees", "filter: {uuids: $uuids}, ", _EMPLOYEE)


class _PageInfo(BaseModel):
    next_cursor: str | None
    """None: this page is the last."""


class _Current(BaseModel):
    current: dict[str, Any] | None
    """None: there is none today."""


class _Page(BaseModel):
    objects: list[_Current]
    page_info: _PageInfo


class OrganisationClient:
    """The organisation's GraphQL. Close it at the end.

    Raises:
        InvalidSetting: a setting of it is missing or wrong.
    """

    def __init__(self, settings: Settings) -> None:
        if not settings.organisation_url:
            raise InvalidSetting("HELHED_ORGANISATION_URL is not set; it says where the organisation is read")
        base, _, self._path = settings.organisation_url.rpartition("/")
        headers, auth = _credentials(settings)
        try:
            http = HttpSettings(base_url=base, ca_certificates=_authorities(settings), extra_headers=headers)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            name = "HELHED_ORGANISATION_CA" if "ca_certificates" in fault["loc"] else "HELHED_ORGANISATION_URL"
            raise InvalidSetting(f"{name}: {fault['msg']}") from None
        self._transport = HttpTransport(http, auth)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def read(self, known: frozenset[str], today: date) -> Organisation:
        """All units and employees, as they are on the day.

        Args:
            known: the organisation's ids of employees who are active here; who of them is missing is asked for.
            today: the Danish day.

        Raises:
            OrganisationNotRead: no answer, or not a whole one; says what to do.
        """
        try:
            units = self._read_all("org_units", UNITS_QUERY, {})
            employees = _by_id(self._read_all("employees", EMPLOYEES_QUERY, {}))
            missing = sorted(known - employees.keys())
            for start in range(0, len(missing), PAGE_SIZE):
                variables = {"uuids": missing[start : start + PAGE_SIZE]}
                employees |= _by_id(self._read_all("employees", BY_ID_QUERY, variables))
            if not units:
                raise OrganisationNotRead("the organisation told of no unit; nobody's access is changed")
            return read_answer(list(_by_id(units).values()), list(employees.values()), today)
        except (ConnectorError, Retryable) as error:
            raise OrganisationNotRead(f"the organisation: {error}; nobody's access is changed") from None

    def _read_all(self, collection: str, query: str, variables: Mapping[str, object]) -> list[dict[str, Any]]:
        objects: list[dict[str, Any]] = []
        cursor: str | None = None
        seen: set[str] = set()
        while len(seen) < MOST_PAGES:
            page = self._read_page(collection, {"query": query, "variables": {**variables, "cursor": cursor}})
            objects += [each.current for each in page.objects if each.current is not None]
            cursor = page.page_info.next_cursor
            if cursor is None:
                return objects
            if cursor in seen:
                break
            seen.add(cursor)
        raise _incomplete(collection, "its pages do not come to an end")

    def _read_page(self, collection: str, question: Mapping[str, object]) -> _Page:
        answer = self._transport.post_json(self._path, question)
        if answer.status != HTTPStatus.OK or not isinstance(answer.body, dict):
            raise OrganisationNotRead(
                f"there is no GraphQL at HELHED_ORGANISATION_URL ({answer.status}); nobody's access is changed"
            )
        if errors := answer.body.get("errors"):
            raise _incomplete(collection, f"it answered with an error: {_message(errors)}")
        data = answer.body.get("data")
        try:
            return _Page.model_validate(data.get(collection) if isinstance(data, dict) else None)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            raise _incomplete(collection, f"{place + ': ' if place else ''}{fault['msg']}") from None


def _incomplete(collection: str, why: str) -> OrganisationNotRead:
    return OrganisationNotRead(
        f"the organisation did not tell all of its {collection}: {why}; nobody's access is changed"
    )


def _message(errors: object) -> str:
    """The first error's own words, cut short."""
    first = errors[0] if isinstance(errors, list) and errors else errors
    text = first.get("message") if isinstance(first, dict) else None
    return str(text or "without words")[:LONGEST_ERROR]


def _by_id(objects: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each by its id, once: a page may repeat what the page before had. One without an id stays, to be told of."""
    return {str(each.get("uuid", place)).lower(): each for place, each in enumerate(objects)}


def _credentials(settings: Settings) -> tuple[dict[str, SecretStr], ClientCredentials | None]:
    """A token that others renew, or what fetches one; neither where the organisation asks for none."""
    if settings.organisation_token_url:
        secret = settings.organisation_client_secret
        if settings.organisation_token_file or secret is None:
            raise InvalidSetting(
                "HELHED_ORGANISATION_TOKEN_URL goes with HELHED_ORGANISATION_CLIENT_SECRET, "
                "and not with HELHED_ORGANISATION_TOKEN_FILE"
            )
        address = urlsplit(settings.organisation_token_url)
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise InvalidSetting("HELHED_ORGANISATION_TOKEN_URL is https but on this machine")
        client_id = settings.organisation_client_id
        return {}, ClientCredentials(settings.organisation_token_url, client_id, secret.get_secret_value())
    if settings.organisation_token_file is None:
        return {}, None
    try:
        token = settings.organisation_token_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise InvalidSetting("HELHED_ORGANISATION_TOKEN_FILE cannot be read as a token") from None
    if not token or not token.isprintable() or " " in token:
        raise InvalidSetting("HELHED_ORGANISATION_TOKEN_FILE holds no token, or more than one")
    return {"Authorization": SecretStr(f"Bearer {token}")}, None


def _authorities(settings: Settings) -> str | None:
    if settings.organisation_ca is None:
        return None
    try:
        return settings.organisation_ca.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise InvalidSetting("HELHED_ORGANISATION_CA cannot be read as certificates") from None
