"""The envelope of Beskedfordeler (SF1461, Haendelsesbesked): whom a message is about, and nothing of what it says.

Nearly every element of the envelope is optional, so what is missing is None.
Source: kombit/bfo_infrastructureSamples-java, beskedfordeler/xsd/Beskedkuvert.xsd.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree.ElementTree import Element

from connectors.kit import InvalidValue
from connectors.safe_xml import iterate_xml
from schemas.identifiers import Identifier
from schemas.record import RejectionRule

NAMESPACE = "urn:oio:besked:kuvert:1.0"
ROOT = "Haendelsesbesked"
LARGEST = 256 * 1024
"""Bytes; an envelope has two or three thousand."""
_CPR, _CVR = "urn:oio:cpr-nr:", "urn:oio:cvr-nr:"
_FILTER = ("Beskedkuvert", "Filtreringsdata")
_PATH = ".".join(_FILTER)
TYPE, RECEIVER, OBJECT = f"{_PATH}.Beskedtype", f"{_PATH}.TilladtModtager", f"{_PATH}.RelateretObjekt"
OWNER = f"{_PATH}.ObjektRegistrering.ObjektAnsvarligMyndighed"


@dataclass(frozen=True)
class Envelope:
    """What a message says about itself."""

    message_id: str | None
    message_type: str | None
    receivers: tuple[str, ...]
    """CVR numbers of the authorities it may be given to; empty: it does not say."""
    owner: str | None
    """CVR number of the authority that is responsible for the object."""
    citizens: tuple[Identifier, ...]


def read_envelope(body: bytes, *, is_cut: bool = False) -> Envelope:
    """The envelope of a message; one that was too large to be taken whole is refused.

    Raises:
        InvalidValue: it is no such message, is cut off, or is not safe to read; or it names a citizen by what is no
            number.
    """
    if is_cut or len(body) > LARGEST:
        raise InvalidValue("(body)", RejectionRule.TOO_LARGE)
    root = _parsed(body)
    namespace, _, name = root.tag.rpartition("}")
    if name != ROOT:
        raise InvalidValue("(xml)", RejectionRule.UNKNOWN_TYPE, name)
    if namespace != f"{{{NAMESPACE}":
        raise InvalidValue(f"{ROOT}.xmlns", RejectionRule.WRONG_SHAPE, namespace.removeprefix("{"))
    envelope = _child(root, _FILTER)
    registration = _children(envelope, "ObjektRegistrering")
    related = [_value(part, "ObjektId") for part in _children(envelope, "RelateretObjekt")]
    own = [_value(part, "ObjektId") for part in registration]
    owners = [_after(_CVR, _value(part, "ObjektAnsvarligMyndighed")) for part in registration]
    return Envelope(
        message_id=_value(root, "BeskedId"),
        message_type=_value(envelope, "Beskedtype"),
        receivers=tuple(
            number for part in _children(envelope, "TilladtModtager") if (number := _after(_CVR, _text(part)))
        ),
        owner=next((number for number in owners if number), None),
        citizens=tuple(dict.fromkeys(_citizens([*related, *own]))),
    )


def _parsed(body: bytes) -> Element:
    root: Element | None = None
    for _, element in iterate_xml(BytesIO(body), "(body)"):
        root = element  # the root ends last
    if root is None:
        raise InvalidValue("(body)", RejectionRule.UNREADABLE)
    return root


def _citizens(objects: list[str | None]) -> Iterator[Identifier]:
    for number in filter(None, (_after(_CPR, reference) for reference in objects)):
        try:
            yield Identifier.national(number)
        except ValueError:
            raise InvalidValue(f"{OBJECT}.ObjektId", RejectionRule.BAD_IDENTIFIER, number) from None


def _after(prefix: str, urn: str | None) -> str | None:
    return urn[len(prefix) :].strip() or None if urn and urn.casefold().startswith(prefix) else None


def _children(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else [child for child in element if child.tag == f"{{{NAMESPACE}}}{name}"]


def _child(element: Element, path: tuple[str, ...]) -> Element | None:
    child: Element | None = element
    for name in path:
        child = next(iter(_children(child, name)), None)
    return child


def _value(element: Element | None, name: str) -> str | None:
    return next((text for child in _children(element, name) if (text := _text(child))), None)


def _text(element: Element) -> str | None:
    """The text of an element, which stands in an element of its own: ``<UUIDIdentifikator>…``."""
    return "".join(element.itertext()).strip()[:200] or None
