"""Write the field inventory of docs/data-protection.md from the connectors: ``python -m deploy.fields_page``."""

from datetime import timedelta
from pathlib import Path

from connectors.base import RecordTypeInfo
from connectors.sources.employment import streams as employment
from connectors.sources.health import streams as health
from connectors.sources.school import streams as school
from connectors.sources.social import streams as social
from connectors.sources.social.nexus import streams as nexus
from hub.web.shell.texts import DATA_CATEGORY
from schemas.source import SourceSystem

PAGE = Path(__file__).resolve().parent.parent / "docs/data-protection.md"
BEGIN, END = "<!-- felter -->\n", "<!-- felter slut -->\n"


def inventory() -> str:
    """Every source with its legal basis, and every field it reads with the purpose, as Markdown."""
    day = timedelta(days=1)
    types = (*employment.CITIZEN_TYPES, *employment.ENTITY_TYPES.values(), *employment.STANDING)
    return "\n".join(
        (
            _source("star", employment.source_system("employment", day, linked=False), types),
            _source("fhir", health.source_system("health", day, linked=False), health.RECORD_TYPES),
            _source("files", school.source_system("school", day), school.RECORD_TYPES),
            _source("odata", social.source_system("social", day), social.RECORD_TYPES),
            _source("nexus", nexus.source_system("nexus", day), nexus.RECORD_TYPES),
        )
    )


def main() -> None:
    """Write the inventory between its marks."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{inventory()}{END}{rest.split(END)[1]}", encoding="utf-8")


def _source(kind: str, source: SourceSystem, record_types: tuple[RecordTypeInfo, ...]) -> str:
    rows = "".join(
        f"| {record_type.danish_title} (`{record_type.name}`) | {fields} | {record_type.purpose} |\n"
        for record_type in record_types
        for fields in [", ".join(f"`{field}`" for field in record_type.fields_read)]
    )
    return (
        f"### {source.title} (`{kind}`)\n\nDataejer: {source.authority}. Hjemmel: {source.legal_basis}\n\n"
        f"{_bases(source)}"
        f"Dækker: {source.coverage} Dækker ikke: {', '.join(source.not_covered)}.\n\n"
        f"| type | felter, der læses | formål |\n|---|---|---|\n{rows}"
    )


def _bases(source: SourceSystem) -> str:
    """The rights to read single sorts of data, where the law names one; else nothing."""
    rows = "; ".join(
        f"{DATA_CATEGORY[each.category]}: {each.legal_basis.rstrip('.')}" for each in source.category_bases
    )
    return f"Hjemmel for hver slags oplysninger: {rows}. Ellers gælder kildens.\n\n" if rows else ""


if __name__ == "__main__":
    main()
