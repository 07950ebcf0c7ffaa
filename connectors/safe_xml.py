"""XML from outside, element by element, without entities, document types or endless nesting. The door of defusedxml."""

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from connectors.kit import InvalidValue
from schemas.record import RejectionRule

DEEPEST = 40


def iterate_xml(content: IO[bytes], field: str = "(xml)") -> Iterator[tuple[str, Element]]:
    """Each element as it begins (``start``) and ends (``end``), in the order of the document.

    Args:
        content: the document; its encoding is what it declares.
        field: what a document that cannot be read is called.

    Raises:
        InvalidValue: it is no XML, is cut off, or is not safe to read.
    """
    try:
        yield from _shallow(content)
    except InvalidValue:
        raise
    except DefusedXmlException as unsafe:
        raise InvalidValue("(xml)", RejectionRule.UNSAFE_XML, type(unsafe).__name__) from None
    except ParseError as error:
        is_cut = "no element found" in str(error) or "unclosed" in str(error)
        raise InvalidValue(field, RejectionRule.TRUNCATED if is_cut else RejectionRule.UNREADABLE) from None
    except (ValueError, LookupError):  # an encoding that nobody knows, or bytes that it cannot be
        raise InvalidValue(field, RejectionRule.UNREADABLE) from None


def _shallow(content: IO[bytes]) -> Iterator[tuple[str, Element]]:
    depth = 0
    for event, element in ElementTree.iterparse(
        content, events=("start", "end"), forbid_dtd=True, forbid_entities=True, forbid_external=True
    ):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise InvalidValue("(xml)", RejectionRule.UNSAFE_XML, "(depth)")
        yield event, element
