"""The sources there are: definition, secrets, schedule, lease, cursor, runs, pause, held deletions and health.

All of it is stored and may change while processes run. May import the kit and the connectors' port and registry;
imported by everything above.
"""
