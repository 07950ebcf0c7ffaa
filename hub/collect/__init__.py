"""Reading the sources: publish, park what was rejected, then move the cursor; and how each source is doing.

May import the bus and the kit, and the connectors' port; imported by the stages above, the roots and the web.
"""
