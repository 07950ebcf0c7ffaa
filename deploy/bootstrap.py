"""Set up ``.venv`` on a machine that has Python and nothing else; standard library only, repeatable.

Run by ``make``. Says in one clear line what is missing; shows what it is doing while it does it.
"""

import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NEEDED = (3, 11)


def main() -> int:
    """Make the environment and install what is locked. The exit status is 0 when all is in place."""
    if sys.version_info < NEEDED:
        version = ".".join(map(str, sys.version_info[:3]))
        return _missing(f"Python 3.11 or newer is needed, this is {version}. Try: make PYTHON=python3.12 …")
    if importlib.util.find_spec("ensurepip") is None:
        return _missing("Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv")
    python = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        print("1/3  Making the environment in .venv", flush=True)
        venv.create(VENV, with_pip=True)
    print("2/3  Installing the locked packages (about a minute the first time)", flush=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    steps = (
        [*install, "--require-hashes", "-r", "requirements/dev.txt"],
        [*install, "--no-deps", "--no-build-isolation", "-e", "."],
    )
    for step in steps:
        if subprocess.run(step, cwd=ROOT, check=False).returncode:  # noqa: S603  fixed arguments
            return _missing("Some packages could not be installed; the lines above say why. Run the same again.")
    print("3/3  The environment is ready", flush=True)
    return 0


def _missing(line: str) -> int:
    print(f"helhed: {line}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
