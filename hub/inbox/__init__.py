"""What sources push: stored once and answered at once, looked up later.

``listener`` is the address with mutual TLS, ``service`` decides and stores, ``reading`` resolves what waits in a run.
"""
