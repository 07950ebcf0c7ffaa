"""Real Kafka and OpenSearch on this machine, from wheels and published artefacts: no Docker, no installed Java.

For tests, benchmarks and the distributed demo; bound to loopback, stopped by their own process ids.
"""
