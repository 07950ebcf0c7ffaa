"""Reading one stream of a source under its lease: publish, park what was rejected, then move the cursor.

May import the sources, the bus, the kit and the connectors' port; imported by the stages above, the roots and the web.
"""
