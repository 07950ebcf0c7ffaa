"""What people type after ``helhed source``."""

from pydantic import JsonValue

from hub.cli.source_input import parse_settings


def test_digits_in_a_setting_that_is_text_are_text() -> None:
    schema: dict[str, JsonValue] = {
        "properties": {"authority_cvr": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "count": {"type": "integer"}}
    }
    settings = parse_settings(["authority_cvr=11111111", "count=300", "other=7"], schema)
    assert settings == {"authority_cvr": "11111111", "count": 300, "other": 7}
