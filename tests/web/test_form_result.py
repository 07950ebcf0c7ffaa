"""What waits in the session to be corrected holds no national number, in whatever field it was typed."""

from uuid import uuid4

import pytest

from hub.access.redaction import HIDDEN
from hub.web.shell.form_result import redact_typed

CPR = "150786-4002"


@pytest.mark.parametrize("number", [CPR, CPR.replace("-", ""), f" {CPR} kr.", "15.07.86-4002"])
def test_a_number_is_hidden_also_where_nobody_writes_freely(number: str) -> None:
    typed = redact_typed({"words": f"Ring til {number}", "due_on": number}, "words")
    assert "4002" not in typed["words"]
    assert typed["due_on"] == HIDDEN


@pytest.mark.parametrize("value", ["2023-10-01", "1/10 2023", "800.000 kr.", "13.00", "", "12,34", "\n"])
def test_what_is_no_number_comes_back_as_it_was_typed(value: str) -> None:
    key = str(uuid4())
    assert redact_typed({"field": value, "key": f"{key}/{key}"}) == {"field": value, "key": f"{key}/{key}"}
