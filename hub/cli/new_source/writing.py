"""The files of a new source from the templates beside this module."""

from pathlib import Path
from string import Template

from hub.errors import InvalidSetting
from schemas.source import Area

TEMPLATES = Path(__file__).parent / "templates"
PLACES = {
    "init.txt": "connectors/sources/{name}/__init__.py",
    "payloads.txt": "connectors/sources/{name}/payloads.py",
    "translate.txt": "connectors/sources/{name}/translate.py",
    "streams.txt": "connectors/sources/{name}/streams.py",
    "connector.txt": "connectors/sources/{name}/connector.py",
    "sample.txt": "tests/connectors/samples/{name}.json",
    "server.txt": "tests/connectors/{name}_server.py",
    "test.txt": "tests/connectors/test_{name}.py",
}
"""Template and the file it becomes."""
NEXT_STEPS = """
1. python -m pytest tests/connectors/test_{name}.py   (green as it is)
2. put a recorded answer of the real system, with made-up people, into tests/connectors/samples/{name}.json
3. let payloads.py name its fields, translate.py its words, streams.py the legal basis
4. connectors/registry.py: a line for {name}, as the others have, then: helhed connector spec {name}
The guide: docs/new-source.md"""


def class_name(name: str) -> str:
    """``my_library`` as ``MyLibrary``."""
    return "".join(part.title() for part in name.split("_"))


def write_source(name: str, area: Area, title: str, checkout: Path) -> list[Path]:
    """Write the files of a new source below *checkout*; all of them or none.

    Args:
        name: lower case; becomes the package, the kind and the file names.
        area: what it belongs to.
        title: Danish, as staff know the system.
        checkout: root of a checkout of Helhed.

    Returns:
        The files, as paths below *checkout*.

    Raises:
        InvalidSetting: the name cannot be one, it is no checkout, or a file is there already.
    """
    if not name.isidentifier() or not name.isascii() or name != name.lower() or name.startswith("_"):
        raise InvalidSetting("NAME is lower case letters, digits and _, and begins with a letter; e.g. library")
    if not (checkout / "connectors/sources").is_dir():
        raise InvalidSetting(f"{checkout} is no checkout of Helhed; give --into PATH")
    files = {template: checkout / place.format(name=name) for template, place in PLACES.items()}
    taken = next((path for path in files.values() if path.exists()), None)
    if taken is not None:
        raise InvalidSetting(f"{taken.relative_to(checkout)} is there already; take another NAME or delete it first")
    words = {
        "name": name,
        "Name": class_name(name),
        "NAME": name.upper(),
        "AREA": area.name,
        "title": title.replace('"', "'"),
    }
    for template, path in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        path.write_text(Template(text).substitute(words), encoding="utf-8")
    return [path.relative_to(checkout) for path in files.values()]
