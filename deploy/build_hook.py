"""Put the page assets in place before a wheel is built, so that an installed Helhed has them; run by hatchling.

They are fetched with npm at the versions and checksums of ``hub/web/package-lock.json`` unless they are there already.
An editable installation builds nothing: ``make setup`` fetches them.
"""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageAssetsHook(BuildHookInterface[Any]):
    """Named by ``[tool.hatch.build.hooks.custom]`` in pyproject.toml."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatchling's interface
        """Fetch what is missing.

        Raises:
            RuntimeError: npm could not; its own lines say why.
        """
        if version == "editable":
            return
        # The room's own packages are not installed where a wheel is built, so the module is run and not imported.
        assets = runpy.run_path(str(Path(self.root) / "hub/web/assets.py"))
        if not assets["is_current"]() and assets["main"]():
            raise RuntimeError("the page assets could not be fetched")
