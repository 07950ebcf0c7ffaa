"""Pages that the program writes are as it would write them now."""

from deploy.fields_page import PAGE, inventory


def test_every_field_a_connector_reads_is_in_the_inventory() -> None:
    assert inventory() in PAGE.read_text(encoding="utf-8")
